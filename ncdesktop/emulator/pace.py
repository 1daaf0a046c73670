"""When the next tick is due: 15 a second, faster, slower, or not at all."""

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
        self.paused = False
        self.hurried = False
        self.speed = 1.0

    def wait_s(self) -> float | None:
        """Return the seconds until the next tick is due, 0 if it is; None while paused."""
        if self.paused:
            return None
        return 0.0 if self.hurried else max(0.0, self._due_s - self._clock())

    def ticked(self) -> None:
        """A tick has begun now."""
        interval_s = 1 / FPS / self.speed
        self._due_s = max(self._due_s + interval_s, self._clock())

    def resume(self) -> None:
        """Go on after a pause; the next tick is due now."""
        self.paused = False
        self._due_s = self._clock()

    def change_speed(self, step: int) -> float:
        """Go `step` places up or down in SPEEDS; return the new speed."""
        place = SPEEDS.index(self.speed) + step
        self.speed = SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]
        return self.speed
