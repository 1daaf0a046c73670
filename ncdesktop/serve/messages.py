"""What a browser may say: a JSON list each, read strictly; everything else is refused with the reason."""

import json
from dataclasses import dataclass

from ncdesktop.events import BUTTON_MASKS, Button, Move, Wheel

__all__ = [
    "LONGEST_MESSAGE",
    "Command",
    "Drive",
    "Message",
    "Ping",
    "Probe",
    "Refused",
    "Release",
    "Shown",
    "Slots",
    "Stroke",
    "Typed",
    "read_message",
]

LONGEST_MESSAGE = 1024
"""Characters of a message."""
_LONGEST_TEXT = 200
_LONGEST_NAME = 32
_MOST_NOTCHES = 20


class Refused(ValueError):
    """A message that is not followed; says what was found and what was expected."""


@dataclass(frozen=True)
class Stroke:
    """A key went down or up: KeyboardEvent's `code` and `key`, and whether Shift was held."""

    code: str
    key: str
    down: bool
    shift: bool


@dataclass(frozen=True)
class Typed:
    """Text that a keyboard on the glass has typed."""

    text: str


@dataclass(frozen=True)
class Release:
    """The page has lost the focus: every key and button is up."""


@dataclass(frozen=True)
class Command:
    """A command of the table of hot keys; "end NAME" when the button of one that is held is let go."""

    text: str


@dataclass(frozen=True)
class Drive:
    """Take the wheel, or give it away."""

    take: bool


@dataclass(frozen=True)
class Shown:
    """The screen of this number has been drawn."""

    number: int


@dataclass(frozen=True)
class Probe:
    """The probe's overlay is on or off: it needs to be told more."""

    on: bool


@dataclass(frozen=True)
class Slots:
    """What do the slots hold?"""


@dataclass(frozen=True)
class Ping:
    """To be sent back at once, to measure the way there and back."""

    number: int


Message = Move | Button | Wheel | Stroke | Typed | Release | Command | Drive | Shown | Probe | Slots | Ping


def read_message(text: str, *, size: tuple[int, int]) -> Message:
    """Read one message for a screen of `size` (width, height); raises Refused."""
    if len(text) > LONGEST_MESSAGE:
        raise Refused(f"a message of {len(text)} characters, expected at most {LONGEST_MESSAGE}")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("a message that is not JSON") from error
    match said:
        case ["move", x, y]:
            return Move(_whole(x, 0, size[0] - 1), _whole(y, 0, size[1] - 1))
        case ["button", button, down]:
            return Button(_whole(button, 1, len(BUTTON_MASKS)), _flag(down))
        case ["wheel", dx, dy]:
            return Wheel(*(_whole(turned, -_MOST_NOTCHES, _MOST_NOTCHES) for turned in (dx, dy)))
        case ["key", str(code), str(key), down, shift]:
            return Stroke(_short(code, _LONGEST_NAME), _short(key, _LONGEST_NAME), _flag(down), _flag(shift))
        case ["text", str(typed)]:
            return Typed(_short(typed, _LONGEST_TEXT))
        case ["release"]:
            return Release()
        case ["command", str(command)]:
            return Command(_short(command, _LONGEST_NAME))
        case ["drive", take]:
            return Drive(_flag(take))
        case ["shown", number]:
            return Shown(_whole(number, 0, 2**53))
        case ["probe", on]:
            return Probe(_flag(on))
        case ["slots"]:
            return Slots()
        case ["ping", number]:
            return Ping(_whole(number, 0, 2**53))
    raise Refused("a message of no known kind")


def _whole(value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:  # JSON's true is an int to Python
        raise Refused(f"{value!r:.40}, expected a whole number from {least} to {most}")
    return value


def _flag(value: object) -> bool:
    return bool(_whole(value, 0, 1))


def _short(value: str, most: int) -> str:
    if len(value) > most:
        raise Refused(f"a text of {len(value)} characters, expected at most {most}")
    return value
