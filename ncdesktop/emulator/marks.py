"""What the probe shows of a tick: the cells that it changed and why, and its input in words."""

import numpy as np

from ncdesktop.emulator.console import Status
from ncdesktop.events import Button, Event, Key, Move, Wheel

__all__ = ["Mark", "kinds_of", "marks_of", "words_of"]

Mark = tuple[int, int, str]
"""A changed cell: row, column, and the kind of choice that its pixels came from."""

_UNKNOWN = "changed"
_BUTTONS = {1: "left", 2: "middle", 3: "right"}


def kinds_of(status: Status) -> tuple[str, ...]:
    """Return the kinds that marks can have: "stack 3" is one of "stack"."""
    insight = status.frame.insight
    return tuple(dict.fromkeys(map(_kind, insight.choices))) if insight else (_UNKNOWN,)


def marks_of(status: Status) -> list[Mark]:
    """Return the cells that the tick has changed, each with the kind of choice that it came from."""
    insight, changed = status.frame.insight, status.figures.changed
    if insight is not None:
        return [
            (int(row), int(column), _kind(insight.choices[insight.choice[row, column]]))
            for row, column in np.argwhere(insight.choice >= 0)
        ]
    if changed is None:
        return []
    return [(int(row), int(column), _UNKNOWN) for row, column in np.argwhere(changed)]


def words_of(event: Event) -> str:
    """Return what the user did in words: "left button down"."""
    match event:
        case Key(name, down):
            return f"{name} {'down' if down else 'up'}"
        case Button(button, down):
            return f"{_BUTTONS[button]} button {'down' if down else 'up'}"
        case Wheel(dx, dy):
            return f"wheel {dx:+d}, {dy:+d}"
        case Move(x, y):
            return f"to {x}, {y}"


def _kind(choice: str) -> str:
    return choice.split()[0]
