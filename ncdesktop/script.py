"""Action scripts: a small text language for what a person does, turned into one Action a tick and captions.

# everything after a hash at the start of a line is a comment
say Opening the menu         a caption from here on; alone: no caption
move 38 11                   a human-like path to x y, guest pixels
move 38 11 20                the same in 20 ticks
click                        button 1; `click 3` for the right one
doubleclick
down 1 / up 1                press and let go
drag 300 200                 press, move there, let go; ticks as in move
wheel -3                     notches, up is positive
key Alt_L+F4                 X keysym names, held in this order
type echo hello              the rest of the line, character by character
wait 30                      ticks, 15 a second
"""

import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ncdesktop.actions import Action, action_from_json, fold
from ncdesktop.errors import InputError
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.keysyms import KEYSYM_OF_CHARACTER, keysym_known

__all__ = ["WORDS", "Hand", "Script", "hasty", "parse_script", "read_script"]

_SHIFTED = frozenset('ABCDEFGHIJKLMNOPQRSTUVWXYZ~!@#$%^&*()_+{}|:"<>?')
_TARGET_PX = 14
_WOBBLE_PX = 0.6


_T = TypeVar("_T")


@dataclass(frozen=True)
class Script:
    """What a person does, one action a tick, and captions (first tick, words) that stay until the next one."""

    actions: tuple[Action, ...]
    captions: tuple[tuple[int, str], ...] = ()

    def caption_at(self, tick: int) -> str:
        """Return the caption shown while action `tick` happens, "" for none."""
        return next((words for first, words in reversed(self.captions) if first <= tick), "")


@dataclass
class Hand:
    """A person at mouse and keyboard: every method appends the actions of the ticks that it takes.

    size:      (width, height) of the screen; before: the action of the tick before the first
    generator: chooses how paths bend; the same one gives the same paths
    """

    size: tuple[int, int]
    before: Action
    generator: random.Random
    actions: list[Action] = field(default_factory=list)

    @property
    def last(self) -> Action:
        return self.actions[-1] if self.actions else self.before

    def do(self, line: str) -> None:
        """Do a line of an action script, but for captions; raises ValueError that says what was expected."""
        word, _, rest = line.strip().partition(" ")
        if word not in _COMMANDS:
            raise ValueError(f"unknown command {word!r}, expected one of say, {', '.join(_COMMANDS)}")
        _COMMANDS[word](self, rest)

    def tick(self, *events: Event) -> None:
        """Let one tick pass in which `events` happen."""
        self.actions.append(fold(self.last, events))

    def wait(self, ticks: int) -> None:
        for _ in range(ticks):
            self.tick()

    def move(self, x: int, y: int, ticks: int | None = None) -> None:
        """Move along a slightly bent path, slow at both ends; how long it takes follows Fitts' law unless given."""
        self._check_inside(x, y)
        from_x, from_y = self.last.pointer
        distance = math.hypot(x - from_x, y - from_y)
        if ticks is None:
            ticks = max(1, round(15 * (0.10 + 0.105 * math.log2(distance / _TARGET_PX + 1))))
        bend = self.generator.gauss(0, 0.1)
        bend_x, bend_y = (from_x + x) / 2 - (y - from_y) * bend, (from_y + y) / 2 + (x - from_x) * bend
        for step in range(1, ticks + 1):
            moves = []
            for part in ((step - 0.5) / ticks, step / ticks):
                along = part**3 * (10 - 15 * part + 6 * part**2)
                point = []
                for start, middle, end in ((from_x, bend_x, x), (from_y, bend_y, y)):
                    at = (1 - along) ** 2 * start + 2 * along * (1 - along) * middle + along**2 * end
                    point.append(
                        at + self.generator.gauss(0, _WOBBLE_PX) if part < 1 and distance > 0 else at
                    )
                moves.append(self._clamp(*point))
            self.tick(*(Move(*at) for at in moves))

    def down(self, button: int) -> None:
        self.tick(Button(button, True))

    def up(self, button: int) -> None:
        self.tick(Button(button, False))

    def click(self, button: int = 1) -> None:
        self.tick()
        self.down(button)
        self.up(button)

    def doubleclick(self) -> None:
        self.click()
        self.down(1)
        self.up(1)

    def drag(self, x: int, y: int, ticks: int | None = None) -> None:
        self._check_inside(x, y)
        self.down(1)
        self.wait(1)
        self.move(x, y, ticks)
        self.wait(1)
        self.up(1)

    def wheel(self, notches: int) -> None:
        for _ in range(abs(notches)):
            self.tick(Wheel(0, 1 if notches > 0 else -1))
            self.tick()

    def key(self, names: list[str]) -> None:
        """Press keys one after the other, let go in the opposite order."""
        for name in names:
            self.tick(Key(name, True))
        for name in reversed(names):
            self.tick(Key(name, False))

    def type(self, text: str) -> None:
        """Type the characters as on a US keyboard, two ticks each."""
        for character in text:
            if (name := KEYSYM_OF_CHARACTER.get(character)) is None:
                raise ValueError(f"no key types {character!r}")
            if character in _SHIFTED:
                self.tick(Key("Shift_L", True), Key(name, True))
                self.tick(Key(name, False), Key("Shift_L", False))
            else:
                self.tick(Key(name, True))
                self.tick(Key(name, False))

    def _check_inside(self, x: int, y: int) -> None:
        if not (0 <= x < self.size[0] and 0 <= y < self.size[1]):
            raise ValueError(f"({x}, {y}) is outside of the {self.size[0]}x{self.size[1]} screen")

    def _clamp(self, x: float, y: float) -> tuple[int, int]:
        return min(max(round(x), 0), self.size[0] - 1), min(max(round(y), 0), self.size[1] - 1)


def hasty(
    steps: Iterator[tuple[list[Event], _T]], dice: random.Random, share: float
) -> Iterator[tuple[list[Event], _T]]:
    """Do what was to be done in the next tick at once, in a share of the ticks in which both have something to do.

    steps: the events of each tick, and what else is known of it

    People have one hand and do one thing a tick; programs, and people whose screens are late, click where the pointer
    has just jumped to, and let go in the same tick.
    """
    for events, task in steps:
        while events and dice.random() < share:
            more, task_then = next(steps, ([], task))
            if not more:
                yield events, task
                events, task = more, task_then
                break
            events = [*events, *more]
        yield events, task


def read_script(path: Path, *, size: tuple[int, int], before: Action | None = None, seed: int = 0) -> Script:
    """Read an action script, or the actions of a session's `actions.jsonl`, for a screen of `size`.

    before: what was held and where the pointer was (default: nothing, in the middle).
    Raises InputError that names file, line and what was expected.
    """
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InputError(f"cannot read action script {path}: {reason}") from error
    if path.suffix == ".jsonl":
        return _parse_actions(text, name=str(path), size=size)
    return parse_script(text, name=str(path), size=size, before=before, seed=seed)


def parse_script(
    text: str, *, name: str = "script", size: tuple[int, int], before: Action | None = None, seed: int = 0
) -> Script:
    """Turn the text of an action script into actions and captions; see `read_script`."""
    before = before or Action((size[0] // 2, size[1] // 2))
    hand = Hand(size, before, random.Random(seed))
    captions: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "say":
            captions.append((len(hand.actions), rest.strip()))
            continue
        try:
            hand.do(line)
        except ValueError as error:
            raise InputError(f"{name}: line {number}: {error}") from error
    if not hand.actions:
        raise InputError(f"{name}: holds no actions; expected lines like `move 38 11` and `click`")
    return Script(tuple(hand.actions), tuple(captions))


def _parse_actions(text: str, *, name: str, size: tuple[int, int]) -> Script:
    actions = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            action = action_from_json(json.loads(line))
            x, y = action.pointer
            if not (0 <= x < size[0] and 0 <= y < size[1]):
                raise ValueError(f"pointer ({x}, {y}) is outside of the {size[0]}x{size[1]} screen")
        except ValueError as error:
            raise InputError(f"{name}: line {number}: {error}") from error
        actions.append(action)
    if not actions:
        raise InputError(f"{name}: holds no actions")
    return Script(tuple(actions))


def _numbers(rest: str, usage: str, *, least: int, most: int) -> list[int]:
    """Return the whole numbers in `rest`; raises ValueError unless there are least..most of them."""
    words = rest.split()
    try:
        numbers = [int(word) for word in words]
    except ValueError:
        numbers = []
    if len(numbers) != len(words) or not least <= len(numbers) <= most:
        raise ValueError(f"found {rest!r}, expected `{usage}`")
    return numbers


def _ticks(numbers: list[int], place: int) -> int | None:
    if len(numbers) <= place:
        return None
    if not 1 <= numbers[place] <= 100_000:
        raise ValueError(f"{numbers[place]} ticks, expected 1 to 100000")
    return numbers[place]


def _button(rest: str, usage: str, *, least: int) -> int:
    button = (_numbers(rest, usage, least=least, most=1) or [1])[0]
    if button not in (1, 2, 3):
        raise ValueError(f"button {button}, expected 1 left, 2 middle or 3 right")
    return button


def _move(hand: Hand, rest: str) -> None:
    numbers = _numbers(rest, "move X Y [TICKS]", least=2, most=3)
    hand.move(numbers[0], numbers[1], _ticks(numbers, 2))


def _drag(hand: Hand, rest: str) -> None:
    numbers = _numbers(rest, "drag X Y [TICKS]", least=2, most=3)
    hand.drag(numbers[0], numbers[1], _ticks(numbers, 2))


def _wait(hand: Hand, rest: str) -> None:
    hand.wait(_ticks(_numbers(rest, "wait TICKS", least=1, most=1), 0) or 0)


def _doubleclick(hand: Hand, rest: str) -> None:
    _numbers(rest, "doubleclick", least=0, most=0)
    hand.doubleclick()


def _wheel(hand: Hand, rest: str) -> None:
    (notches,) = _numbers(rest, "wheel NOTCHES", least=1, most=1)
    if not 1 <= abs(notches) <= 1000:
        raise ValueError(f"{notches} notches, expected -1000 to 1000 and not 0")
    hand.wheel(notches)


def _key(hand: Hand, rest: str) -> None:
    names = rest.split("+") if rest else []
    for name in names or [""]:
        if not keysym_known(name):
            raise ValueError(f"unknown key {name!r}, expected X keysym names such as Return, a or Alt_L+F4")
    hand.key(names)


def _type(hand: Hand, rest: str) -> None:
    if not rest:
        raise ValueError("nothing to type, expected `type TEXT`")
    hand.type(rest)


_COMMANDS: dict[str, Callable[[Hand, str], None]] = {
    "move": _move,
    "click": lambda hand, rest: hand.click(_button(rest, "click [BUTTON]", least=0)),
    "doubleclick": _doubleclick,
    "down": lambda hand, rest: hand.down(_button(rest, "down BUTTON", least=1)),
    "up": lambda hand, rest: hand.up(_button(rest, "up BUTTON", least=1)),
    "drag": _drag,
    "wheel": _wheel,
    "key": _key,
    "type": _type,
    "wait": _wait,
}
WORDS = tuple(_COMMANDS)
"""What a line of an action script may begin with, but for captions."""
