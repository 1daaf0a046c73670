"""The commands over time: pause, single steps, rewind and forward, fast forward, speed."""

from collections.abc import Callable

from ncdesktop.emulator.emulator import Emulator
from ncdesktop.emulator.pace import Pace
from ncdesktop.emulator.rewind import Rewind
from ncdesktop.world import FPS

__all__ = ["TimeControl"]

_REWIND_TICKS = 2
"""Ticks that each keyframe is shown while rewinding: four times as fast as it was lived."""


class TimeControl:
    """Decides which way time goes, and when.

    travel: -1 while rewinding, +1 while going forward again over what was rewound, else 0
    """

    def __init__(
        self,
        emulator: Emulator,
        rewind: Rewind,
        *,
        clock: Callable[[], float],
        live: Callable[[], None],
        arrived: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        """live: lets one tick pass with the user's input; arrived: called after travelling; say: takes a line."""
        self._emulator = emulator
        self._rewind = rewind
        self._pace = Pace(clock)
        self._live = live
        self._arrived = arrived
        self._say = say
        self._unfocused = False
        self.paused = False
        self.travel = 0
        self.commands: dict[str, Callable[[str], None]] = {
            "pause": self._pause,
            "step": self._step,
            "back": self._back,
            "rewind": lambda argument: self._hold(-1, argument),
            "forward": lambda argument: self._hold(+1, argument),
            "hurry": self._hurry,
            "faster": lambda _: self._change_speed(+1),
            "slower": lambda _: self._change_speed(-1),
            "unfocus": self._unfocus,
            "focus": self._focus,
        }

    @property
    def speed(self) -> float:
        return self._pace.speed

    @property
    def hurried(self) -> bool:
        return self._pace.hurried

    def wait_s(self) -> float | None:
        """Return the seconds until something is due; None: nothing is before another command."""
        return None if self.paused and not self.travel else self._pace.wait_s()

    def tick(self) -> None:
        """Do what is due: a live tick, or a step of travel."""
        if self.travel < 0:
            self._pace.ticked(_REWIND_TICKS)
            self._rewind.back_to_keyframe(self._emulator)
        elif self.travel > 0:
            self._pace.ticked()
            self._redo()
        else:
            self._pace.ticked()
            self._live()

    def go(self) -> None:
        """Go on live and in real time, whatever was before."""
        self.paused = self._unfocused = self._pace.hurried = False
        self.travel = 0
        self._pace.speed = 1.0

    def _pause(self, _: str) -> None:
        self.paused = not self.paused
        self._unfocused = False

    def _step(self, _: str) -> None:
        self.paused = True
        if not self._redo():
            self._live()

    def _back(self, _: str) -> None:
        self.paused = True
        if self._rewind.back_to(self._emulator, self._rewind.position - 1) is None:
            self._say("this is as far back as memory goes")
        self._arrived()

    def _hold(self, direction: int, argument: str) -> None:
        self.paused = True
        if argument != "end":
            self.travel = direction
        elif self.travel == direction:
            self.travel = 0
            self._arrived()
            self._say(
                f"paused, {(self._rewind.position - self._rewind.oldest) / FPS:.1f} s can still be gone back"
            )

    def _redo(self) -> bool:
        action = self._rewind.upcoming()
        if action is None:
            return False
        self._emulator.tick(action)
        return True

    def _hurry(self, argument: str) -> None:
        self._pace.hurried = argument != "end"

    def _change_speed(self, step: int) -> None:
        self._say(f"speed {self._pace.change_speed(step):g}")

    def _unfocus(self, _: str) -> None:
        self._unfocused = self._unfocused or not self.paused
        self.paused = True

    def _focus(self, _: str) -> None:
        if self._unfocused:
            self.paused = self._unfocused = False
