"""When the next tick is due: 15 a second, faster or slower."""

from collections.abc import Callable

from ncdesktop.world import FPS

__all__ = ["SPEEDS", "Pace"]

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Speeds that can be chosen, 1 is real time."""


class Pace:
    """A metronome that forgives: a late tick is made up for, a stall of more than a tick is forgotten."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """clock: returns seconds that only grow."""
        self._clock = clock
        self._due_s = clock()
        self.hurried = False
        self.speed = 1.0

    def wait_s(self) -> float:
        """Return the seconds until the next tick is due, 0 if it is."""
        return 0.0 if self.hurried else max(0.0, self._due_s - self._clock())

    def ticked(self, ticks: int = 1) -> None:
        """The next tick is due `ticks` ticks after this one was."""
        now_s = self._clock()
        due_s = (now_s if self.hurried else self._due_s) + ticks / FPS / self.speed
        self._due_s = max(due_s, now_s)

    def change_speed(self, step: int) -> float:
        """Go `step` places up or down in SPEEDS; return the new speed."""
        place = SPEEDS.index(self.speed) + step
        self.speed = SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]
        return self.speed
