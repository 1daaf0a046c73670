"""Which ticks of sessions are asked, and which are dreamt on from: kinds of ticks, and a sample with natural weights."""

import random
from dataclasses import dataclass, field

from ncdesktop.actions import HISTORY
from ncdesktop.events import Move
from ncdesktop.session import Session

__all__ = ["HORIZONS", "KINDS", "PROMPT", "TOLERANCE", "Plan", "kinds_of", "make_plans"]

KINDS = {"drag": 0.15, "edge": 0.35, "hover": 0.15, "late": 0.10, "still": 0.17, "idle": 0.08}
"""Kinds of ticks and the share of the sample that each gets. Changing: in a drag, at most three ticks after a button,
wheel or key event, otherwise with the pointer moving, late. Not changing: still (prompt) and idle (delayed)."""
PROMPT = ("drag", "edge", "hover", "still")
"""Kinds whose ticks answer the user at once; the others are launches and timers."""
HORIZONS = {"1s": 15, "4s": 60, "16s": 240}
"""Ticks after which a free dream is compared with the recording."""
TOLERANCE = 8
"""Ticks by which a free dream may be early or late."""
_PROMPT_TICKS = 3


@dataclass
class Plan:
    """What to measure in one session.

    ask:    tick -> (kind, how many ticks it stands for)
    starts: ticks after which free dreams begin
    read:   asked ticks whose text is read
    """

    session: Session
    ask: dict[int, tuple[str, float]] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)
    read: set[int] = field(default_factory=set)

    @property
    def last(self) -> int:
        """The last tick that the session is needed for."""
        ends = [
            min(start + HORIZONS["16s"] + TOLERANCE, len(self.session.ticks) - 1) for start in self.starts
        ]
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
    """Sample about `ticks` ticks to ask, `texts` of them after edges to read, and `rollouts` starts of free dreams; the first HISTORY ticks are left out.

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
    for number in range(rollouts if order else 0):
        plan = order[number % len(order)]
        latest = len(plan.session.ticks) - HORIZONS["16s"] - TOLERANCE
        plan.starts.append(generator.randrange(HISTORY, latest) if latest > HISTORY else HISTORY)
    return plans
