"""One user input: a pointer move, a button or key going down or up, a turn of the wheel."""

from dataclasses import dataclass, field
from typing import Any

from ncdesktop.keysyms import keysym_known

__all__ = [
    "BUTTON_MASKS",
    "Button",
    "Event",
    "Key",
    "Move",
    "Wheel",
    "event_from_json",
    "event_to_json",
    "in_reach",
]

BUTTON_MASKS = {1: 1, 2: 2, 3: 4}
"""Mask bit of each button number: 1 left, 2 middle, 3 right."""
_FAR = 1 << 15


@dataclass(frozen=True)
class Move:
    """The pointer is now at (x, y), guest pixels."""

    x: int
    y: int
    time_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Button:
    """Button 1 left, 2 middle or 3 right went down or up."""

    button: int
    down: bool
    time_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Wheel:
    """The wheel turned by dx and dy notches, up and right positive."""

    dx: int
    dy: int
    time_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Key:
    """The key with this X keysym name went down or up."""

    name: str
    down: bool
    time_s: float = field(default=0.0, compare=False)


Event = Move | Button | Wheel | Key


def in_reach(x: int, y: int) -> bool:
    """Return whether a screen can have a point: X keeps coordinates, and we notches, in 16 bits."""
    return -_FAR <= x < _FAR and -_FAR <= y < _FAR


def event_to_json(event: Event) -> list[Any]:
    """Return the event as an element of `edges` in `actions.jsonl`."""
    match event:
        case Move(x, y):
            return ["move", x, y]
        case Button(button, down):
            return ["button", button, int(down)]
        case Wheel(dx, dy):
            return ["wheel", dx, dy]
        case Key(name, down):
            return ["key", name, int(down)]


def event_from_json(item: Any) -> Event:
    """Read one element of `edges`; raises ValueError that says what is wrong with it."""
    match item:
        case ["move", int(x), int(y)] if in_reach(x, y):
            return Move(x, y)
        case ["button", (1 | 2 | 3) as button, (0 | 1) as down]:
            return Button(button, bool(down))
        case ["wheel", int(dx), int(dy)] if in_reach(dx, dy):
            return Wheel(dx, dy)
        case ["key", str(name), (0 | 1) as down]:
            if not keysym_known(name):
                raise ValueError(f"unknown keysym {name!r}")
            return Key(name, bool(down))
    raise ValueError(f"not an event: {item!r}")
