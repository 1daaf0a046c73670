"""Input to time the dream on: logs that come with the program, the input of a session, and both at other sizes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ncdesktop.actions import Action
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.script import read_script
from ncdesktop.session import Session

__all__ = ["Log", "built_in_logs", "scaled_log", "session_log"]

LOGS = Path(__file__).parent / "logs"
LOG_SIZE = (512, 384)
_IDLE_TICKS = 150


@dataclass(frozen=True)
class Log:
    """Input to dream on: the screen (H, W, 3) uint8 before it, and the actions."""

    name: str
    start: np.ndarray
    actions: tuple[Action, ...]


def built_in_logs(world: NeuralWorld, *, ticks: int | None = None) -> list[Log]:
    """Return the logs that come with the program: idle, typical, storm and busy, at most `ticks` long.

    A model of another size starts from its own screen, with the pointer at the same share of width and height.
    """
    logs = []
    for name in ("typical", "storm", "busy"):
        actions = read_script(LOGS / f"{name}.jsonl", size=LOG_SIZE).actions
        start = np.array(Image.open(LOGS / f"{name}.png").convert("RGB"))
        if world.size != LOG_SIZE:
            start, actions = (
                world.model.start,
                tuple(_scaled(action, LOG_SIZE, world.size) for action in actions),
            )
        logs.append(Log(name, start, actions[:ticks]))
    at_rest = Action(logs[0].actions[0].pointer)
    return [Log("idle", logs[0].start, (at_rest,) * min(_IDLE_TICKS, ticks or _IDLE_TICKS)), *logs]


def session_log(session: Session, *, ticks: int | None = None) -> Log:
    """Return the input of a session as a log, at most `ticks` long."""
    return Log(session.name, next(session.frames(stop=1)), tuple(session.actions[1:][:ticks]))


def scaled_log(log: Log, size: tuple[int, int], *, ticks: int | None = None) -> Log:
    """Return a log at `size` (width, height): its screen with pixels repeated, its pointer at the same places."""
    before = log.start.shape[1], log.start.shape[0]
    start = np.array(Image.fromarray(log.start).resize(size, Image.Resampling.NEAREST))
    return Log(log.name, start, tuple(_scaled(action, before, size) for action in log.actions[:ticks]))


def _scaled(action: Action, before: tuple[int, int], after: tuple[int, int]) -> Action:
    x, y = (at * new // old for at, new, old in zip(action.pointer, after, before, strict=True))
    return Action((x, y), action.buttons, action.edges)
