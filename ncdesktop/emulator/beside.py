"""Real beside dream, live: a second world that gets every tick's action as well, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from ncdesktop.actions import Action
from ncdesktop.emulator.comparison import Comparison, compare_frames
from ncdesktop.emulator.extension import Extension
from ncdesktop.errors import NCDesktopError, StateError
from ncdesktop.world import Frame, World

if TYPE_CHECKING:
    from ncdesktop.emulator.emulator import Emulator

__all__ = ["Beside", "OpenReal"]

OpenReal = Callable[[tuple[int, int]], World]
"""Returns a real desktop of a size (width, height), not started yet; raises NCDesktopError where none can run."""

_REFUSED = {
    *("pause", "step", "back", "rewind", "forward", "hurry", "faster", "slower"),
    *("reboot", "load", "undo", "open", "tour"),
}
"""Commands that a real desktop could not follow."""


class Beside(Extension):
    """Starts, leads and ends the real desktop. The last of the extensions: the dream's tick is timed without it.

    comparison: both after the last tick, None while there is no real desktop
    """

    def __init__(self, open_real: OpenReal | None, say: Callable[[str], None]) -> None:
        """open_real: called in the other thread; None: there cannot be one. say: takes a line for the user."""
        self._open_real = open_real
        self._say = say
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="real desktop")
        self._opened: Future[tuple[World, Frame]] | None = None
        self._ended: Future[None] | None = None
        self._step: Future[Frame] | None = None
        self._real: World | None = None
        self.comparison: Comparison | None = None

    @property
    def starting(self) -> bool:
        return self._opened is not None and self._real is None

    def toggle(self, size: tuple[int, int]) -> None:
        """Begin to start a real desktop of this size, or end the one that starts or runs."""
        if self._opened is not None:
            self.end()
            self._say("the real desktop has ended")
        elif self._open_real is None:
            raise StateError("there is no real desktop here; open the dream with: ncdesktop run")
        else:
            self._opened = self._thread.submit(_open, self._open_real, size)
            self._say("starting a real desktop; the dream will begin anew from its screen")

    def refuses(self, command: str) -> bool:
        """Return whether the real desktop is on and could not follow a command."""
        return self._real is not None and command in _REFUSED

    def met(self) -> Frame | None:
        """Return the first frame of a desktop that was starting, once; say why if it cannot start."""
        if self._opened is None or self._real is not None or not self._opened.done():
            return None
        try:
            self._real, frame = self._opened.result()
        except NCDesktopError as error:
            self._opened = None
            self._say(str(error))
            return None
        return frame

    def before_tick(self, emulator: Emulator, action: Action) -> Action:
        if self._real is not None:
            self._step = self._thread.submit(self._real.step, action)
        return action

    def after_tick(self, emulator: Emulator, action: Action, frame: Frame) -> None:
        if self._step is None:
            return
        step, self._step = self._step, None
        try:
            self.comparison = compare_frames(step.result(), frame)
        except NCDesktopError as error:
            self.end()
            self._say(str(error))

    def end(self) -> None:
        """End the real desktop without waiting for it."""
        opened, self._opened = self._opened, None
        self._real = self.comparison = None
        if opened is not None:
            self._ended = self._thread.submit(_close, opened)

    def close(self) -> None:
        """End the real desktop and wait until it is gone."""
        self.end()
        self._thread.shutdown()
        if self._ended is not None:
            self._ended.result()


def _open(open_real: OpenReal, size: tuple[int, int]) -> tuple[World, Frame]:
    real = open_real(size)
    return real, real.reset()


def _close(opened: Future[tuple[World, Frame]]) -> None:
    if opened.exception() is None:
        opened.result()[0].close()
