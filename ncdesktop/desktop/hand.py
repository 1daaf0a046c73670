"""A person's hand: pointer paths, clicks, drags and typing with a person's timing, as events tick by tick."""

import math
import random
from collections.abc import Iterator

from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.keysyms import KEYSYM_OF_CHARACTER
from ncdesktop.world import FPS

__all__ = ["Hand", "Point", "Ticks"]

Ticks = Iterator[list[Event]]
"""What a movement is: the events of one tick after the other."""
Point = tuple[float, float]

_SHIFTED = set('ABCDEFGHIJKLMNOPQRSTUVWXYZ~!@#$%^&*()_+{}|:"<>?')
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Hand:
    """One person's hand on mouse and keyboard: where the pointer is, how quick it is, how it types."""

    def __init__(self, size: tuple[int, int], random_: random.Random, *, at: tuple[int, int]) -> None:
        """random_: all that varies; at: where the pointer is now, guest pixels."""
        self.random = random_
        self.at = at
        self.size = size
        self.tempo = math.exp(random_.gauss(0, 0.2))
        self.ticks_a_key = random_.choice([1.5, 2, 2, 2.5, 3])

    def wait(self, shortest_s: float, longest_s: float | None = None) -> Ticks:
        """Do nothing for a while, one tick at least."""
        seconds = shortest_s if longest_s is None else self.random.uniform(shortest_s, longest_s)
        for _ in range(max(1, round(seconds * FPS))):
            yield []

    def pause(self) -> Ticks:
        """Take the time that a person takes between two things."""
        return self.wait(0.2 * self.tempo, 0.8 * self.tempo)

    def move(
        self, target: Point, *, width_px: float = 14, speed: float = 1.0, careful: bool = False
    ) -> Ticks:
        """Move the pointer as Fitts' law has it; now and then overshoot and correct, unless `careful`.

        width_px: how wide the thing is that is aimed at
        """
        x, y = self._inside(target)
        distance = math.dist(self.at, (x, y))
        if distance < 1:
            return
        seconds = (0.10 + 0.105 * math.log2(distance / width_px + 1)) * math.exp(self.random.gauss(0, 0.25))
        ticks = max(1, round(seconds * self.tempo / speed * FPS))
        if not careful and distance > 80 and self.random.random() < 0.12:
            past = self.random.uniform(5, 16)
            angle = math.atan2(y - self.at[1], x - self.at[0]) + self.random.gauss(0, 0.3)
            yield from self._path((x + past * math.cos(angle), y + past * math.sin(angle)), ticks, 0.12)
            yield from self.wait(0.07, 0.2)
            yield from self._path((x, y), self.random.randint(2, 4), 0.05)
        else:
            yield from self._path((x, y), ticks, 0.12)

    def click(self, button: int = 1, *, hesitate: bool = True) -> Ticks:
        """Press and release; sometimes both within a tick, sometimes after a rest in which tooltips come."""
        doubt = self.random.random() if hesitate else 1.0
        if doubt < 0.15:
            yield from self.wait(0.4, 2.0)
        elif doubt < 0.6:
            yield from self.wait(0.07, 0.25)
        down, up = Button(button, True), Button(button, False)
        held = self.random.choice([0, 1, 1, 1, 2, 2, 3])
        if not held:
            yield [down, up]
            return
        yield [down]
        for _ in range(held - 1):
            yield []
        yield [up]

    def double_click(self) -> Ticks:
        if self.random.random() < 0.6:
            yield from self.wait(0.07, 0.2)
        yield [Button(1, True)]
        yield [Button(1, False)]
        if self.random.random() < 0.4:
            yield []
        yield [Button(1, True)]
        yield [Button(1, False)]

    def drag(self, target: Point, *, speed: float = 0.8) -> Ticks:
        """Press, wander a little, go to `target`, release."""
        yield [Button(1, True)]
        yield from self.wait(0.07, 0.2)
        for _ in range(self.random.choice([0, 0, 0, 1, 2])):
            by = (target[0] + self.random.gauss(0, 40), target[1] + self.random.gauss(0, 30))
            yield from self._path(by, self.random.randint(5, 14), 0.12)
        yield from self.move(target, speed=speed, careful=True)
        yield from self.wait(0.07, 0.3)
        yield [Button(1, False)]

    def wheel(self, notches: int) -> Ticks:
        """Turn the wheel; positive is up."""
        for _ in range(abs(notches)):
            yield [Wheel(0, 1 if notches > 0 else -1)]
            yield from self._gap(self.random.choice([0, 0, 1, 2]))

    def key(self, name: str) -> Ticks:
        """Press and release the key with this X keysym name."""
        yield [Key(name, True)]
        yield from self._gap(self.random.choice([0, 0, 1]))
        yield [Key(name, False)]

    def chord(self, *names: str) -> Ticks:
        """Press keys one on top of the other, the last one shortly, and let go."""
        *modifiers, last = names
        for name in modifiers:
            yield [Key(name, True)]
            yield from self.wait(0.07, 0.15)
        yield [Key(last, True)]
        yield [Key(last, False)]
        yield [Key(name, False) for name in reversed(modifiers)]

    def type(self, text: str, *, enter: bool = False, slips: float = 0.03) -> Ticks:
        """Type text. With probability `slips` a letter comes out wrong, and is corrected."""
        for character in text:
            if character.isalpha() and self.random.random() < slips:
                yield from self._character(self.random.choice(_LETTERS))
                yield from self.wait(0.15, 0.5)
                yield from self.key("BackSpace")
                yield from self.wait(0.07, 0.2)
            yield from self._character(character)
            gap = round(self.random.lognormvariate(math.log(self.ticks_a_key), 0.5)) - 2
            if character == " " and self.random.random() < 0.1:
                gap += self.random.randint(2, 8)
            yield from self._gap(gap)
        if enter:
            yield from self.wait(0.1, 0.5)
            yield from self.key("Return")

    def _character(self, character: str) -> Ticks:
        name = KEYSYM_OF_CHARACTER[character]
        shift = [Key("Shift_L", True)] if character in _SHIFTED else []
        yield [*shift, Key(name, True)]
        yield [Key(name, False), *(Key("Shift_L", False) for _ in shift)]

    def _gap(self, ticks: int) -> Ticks:
        for _ in range(ticks):
            yield []

    def _inside(self, point: Point) -> tuple[int, int]:
        width, height = self.size
        return min(max(round(point[0]), 0), width - 1), min(max(round(point[1]), 0), height - 1)

    def _path(self, target: Point, ticks: int, bend: float) -> Ticks:
        """Go along a bent path with a bell-shaped speed; one to three samples a tick, as mice send them."""
        (x0, y0), (x1, y1) = self.at, self._inside(target)
        side = self.random.gauss(0, bend)
        middle_x, middle_y = (x0 + x1) / 2 - (y1 - y0) * side, (y0 + y1) / 2 + (x1 - x0) * side
        skew = self.random.uniform(0.8, 1.1)
        for tick in range(ticks):
            events: list[Event] = []
            samples = self.random.choice([1, 2, 2, 3])
            for sample in range(1, samples + 1):
                time = ((tick + sample / samples) / ticks) ** skew
                way = 10 * time**3 - 15 * time**4 + 6 * time**5
                x = (1 - way) ** 2 * x0 + 2 * way * (1 - way) * middle_x + way**2 * x1
                y = (1 - way) ** 2 * y0 + 2 * way * (1 - way) * middle_y + way**2 * y1
                tremor = 0.6 if time < 1 else 0.0
                at = self._inside((x + self.random.gauss(0, tremor), y + self.random.gauss(0, tremor)))
                if at != self.at:
                    events.append(Move(*at))
                    self.at = at
            yield events
