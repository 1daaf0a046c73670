"""Which ticks of sessions are asked, and which are dreamt on from: kinds of ticks, and a sample with natural weights."""

import random
from dataclasses import dataclass, field

from ncdesktop.actions import HISTORY
from ncdesktop.events import Move
from ncdesktop.session import Session

__all__ = ["HORIZONS", "KINDS", "LONGEST", "PROMPT", "TOLERANCE", "Plan", "kinds_of", "make_plans"]

KINDS = {"drag": 0.15, "edge": 0.35, "hover": 0.15, "late": 0.10, "still": 0.17, "idle": 0.08}
"""Kinds of ticks and the share of the sample that each gets. Changing: in a drag, at most three ticks after a button,
wheel or key event, otherwise with the pointer moving, late. Not changing: still (prompt) and idle (delayed)."""
PROMPT = ("drag", "edge", "hover", "still")
"""Kinds whose ticks answer the user at once; the others are launches and timers."""
HORIZONS = {"1s": 15, "4s": 60, "16s": 240}
"""Ticks after which a free dream is compared with the recording."""
LONGEST = max(HORIZONS.values())
_SHORT, _SHORT_A_LONG = HORIZONS["4s"], 4
"""Free dreams of 4 s, and how many there are for one of 16 s: of so few as these, one or two decide the figures."""
TOLERANCE = 8
"""Ticks by which a free dream may be early or late."""
_PROMPT_TICKS = 3


@dataclass
class Plan:
    """What to measure in one session.

    ask:    tick -> (kind, how many ticks it stands for)
    starts: tick after which a free dream begins -> how many ticks it goes on for
    read:   asked ticks whose text is read
    """

    session: Session
    ask: dict[int, tuple[str, float]] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)

    @property
    def last(self) -> int:
        """The last tick that the session is needed for."""
        end = len(self.session.ticks) - 1
        ends = [min(start + ticks + TOLERANCE, end) for start, ticks in self.starts.items()]
        return max([*self.ask, *ends], default=0)


def kinds_of(session: Session) -> list[str]:
    """Return the kind of every tick; a tick changes if its checksum differs from that of the tick before."""
    kinds = []
    since_edge, moved_before = 10_000, False
    for tick, line in enumerate(session.ticks):
        before = session.ticks[max(tick - 1, 0)]
        edge = any(not isinstance(event, Move) for event in line.action.edges)
        moved = line.action.pointer != before.action.pointer
        since_edge = 0 if edge else since_edge + 1
        moving, held = moved or moved_before, line.action.buttons & 1
        prompt = moving or since_edge <= _PROMPT_TICKS
        if line.crc32 == before.crc32:
            kinds.append("still" if prompt else "idle")
        elif moving and held:
            kinds.append("drag")
        elif since_edge <= _PROMPT_TICKS:
            kinds.append("edge")
        else:
            kinds.append("hover" if moving else "late")
        moved_before = moved
    return kinds


def make_plans(
    sessions: list[Session], *, ticks: int, rollouts: int, seed: int, texts: int = 0
) -> list[Plan]:
    """Sample about `ticks` ticks to ask, `texts` of them after edges to read, and the starts of `rollouts` free dreams of 16 s and
    four times as many of 4 s; the first HISTORY ticks are left out.

    A kind with fewer ticks than its share is asked whole. Starts are spread over the sessions.
    """
    generator = random.Random(seed)
    plans = [Plan(session) for session in sessions]
    by_kind: dict[str, list[tuple[Plan, int]]] = {kind: [] for kind in KINDS}
    for plan in plans:
        for tick, kind in enumerate(kinds_of(plan.session)):
            if tick >= HISTORY:
                by_kind[kind].append((plan, tick))
    for kind, found in by_kind.items():
        chosen = generator.sample(found, min(len(found), max(1, round(ticks * KINDS[kind]))))
        for plan, tick in chosen:
            plan.ask[tick] = (kind, len(found) / len(chosen))
        if kind == "edge":
            for plan, tick in chosen[:texts]:
                plan.read.add(tick)
    long_enough = [plan for plan in plans if len(plan.session.ticks) > HISTORY + 1]
    order = generator.sample(long_enough, len(long_enough))
    lengths = [LONGEST] * rollouts + [_SHORT] * (rollouts * _SHORT_A_LONG)
    for number, length in enumerate(lengths if order else ()):
        plan = order[number % len(order)]
        latest = len(plan.session.ticks) - length - TOLERANCE
        start = generator.randrange(HISTORY, latest) if latest > HISTORY else HISTORY
        plan.starts.setdefault(start, length)
    return plans
