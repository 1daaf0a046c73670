"""A real desktop as a World: input goes in by XTEST, the screen comes out at the end of each 1/15 s."""

import logging
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ncdesktop.actions import Action
from ncdesktop.desktop.windows import WindowList
from ncdesktop.desktop.x11 import CONNECTION_ERRORS, Screen, connect
from ncdesktop.desktop.xfce import PrivateDisplay, start_desktop
from ncdesktop.errors import DesktopError, InputError, StateError
from ncdesktop.world import FPS, Frame, Start, State

__all__ = ["LATE_MS", "DesktopWorld", "Timing"]

log = logging.getLogger(__name__)

LATE_MS = 8
"""A tick whose screen is taken later than this after its time is late."""

_TICK_S = 1 / FPS
_REALTIME_PRIORITY = 2
_QUIET_TICKS = 12
_QUIET_LIMIT_S = 60.0
_SPREAD = 0.6


@dataclass(frozen=True)
class Timing:
    """When a tick's screen was taken: seconds since the reset, milliseconds after its time, whole ticks missed."""

    time_s: float
    late_ms: float
    dropped: int

    @property
    def late(self) -> bool:
        return self.late_ms > LATE_MS


class NothingAppearedError(DesktopError):
    """Programs of the session have ended as they started, as some do now and then."""


class DesktopWorld:
    """A desktop in real time: `step` puts the action in, waits for the end of the tick and takes the screen.

    A tick is never shorter than 1/15 s: after a caller or the machine was too slow the clock is set anew, and the tick
    counts as late.
    """

    def __init__(
        self,
        size: tuple[int, int] = (512, 384),
        *,
        start: Callable[[], PrivateDisplay] | None = None,
        phases: random.Random | None = None,
        realtime: bool = False,
    ) -> None:
        """Start nothing yet: that is what `reset` does.

        start:    starts another display than the XFCE desktop of this size
        phases:   spreads the events of a tick over its first part as people do; by default they go in at once
        realtime: take the capture loop and the X server before all other work of this machine, where allowed
        """
        self.size = size
        self._start = start or (lambda: start_desktop(size))
        self._phases = phases
        self._realtime = realtime
        self._private: PrivateDisplay | None = None
        self.windows: WindowList
        self.timing = Timing(0.0, 0.0, 0)
        self._screen: Screen | None = None
        self._tick = 0

    def reset(self, seed: int | None = None, start: Start = None) -> Frame:
        """Start a fresh desktop and wait until it has settled. What it shows is up to it: `seed` changes nothing."""
        if start is not None:
            raise InputError("the real desktop cannot start from a screen or state, only fresh")
        try:
            screen = self._begin()
        except NothingAppearedError as error:
            log.warning("%s; starting it once more", error)
            screen = self._begin()
        self._tick, self._began = 0, time.monotonic()
        self._due = self._began
        self.timing = Timing(0.0, 0.0, 0)
        return self._look(screen)

    def step(self, action: Action) -> Frame:
        """Do the action, wait until the tick has passed, return the screen. Raises DesktopError if it has ended."""
        if self._private is None or self._screen is None:
            raise DesktopError("the real desktop has not been started, or was closed")
        try:
            began = time.monotonic()
            behind_s = began - self._due
            if behind_s < _TICK_S / 2:  # the caller used a part of the tick: its end stays where it was
                began, behind_s = self._due, 0.0
            self._tick += 1
            self._inject(action, self._screen, began)
            self._due = began + _TICK_S
            time.sleep(max(self._due - time.monotonic(), 0))
            frame = self._look(self._screen)
        except CONNECTION_ERRORS as error:
            said = self._private.last_words()
            self.close()
            raise DesktopError(f"the real desktop has ended ({said}); start it again") from error
        now = time.monotonic()
        late_s = now - self._due
        if late_s * 1000 > LATE_MS:
            self._due = now
        late_s += behind_s
        self.timing = Timing(now - self._began, late_s * 1000, int(late_s / _TICK_S))
        return frame

    def get_state(self) -> State:
        raise StateError("the real desktop cannot be saved; only dreams and recorded sessions can")

    def set_state(self, state: State) -> Frame:
        raise StateError("the real desktop cannot go back to a state; only dreams and recorded sessions can")

    def close(self) -> None:
        """End every process of the desktop; more than once is fine."""
        if self._screen is not None:
            self._screen.close()
            self._screen = None
        if self._private is not None:
            self._private.close()
            self._private = None

    def _begin(self) -> Screen:
        """Start the desktop, in place of one that runs, and return its screen once it has settled."""
        self.close()
        self._private = self._start()
        try:
            display = connect(self._private.name)
            self._screen = Screen(display)
            self.windows = WindowList(display)
            self._prefer(self._private.server)
            self._wait_until_quiet(self._private, self._screen)
            return self._screen
        except BaseException:
            self.close()
            raise

    def _inject(self, action: Action, screen: Screen, began: float) -> None:
        count, longest = len(action.edges), _SPREAD * _TICK_S
        phases = (
            sorted(self._phases.uniform(0, longest) for _ in range(count)) if self._phases else [0.0] * count
        )
        for phase, event in zip(phases, action.edges, strict=True):
            time.sleep(max(began + phase - time.monotonic(), 0))
            screen.inject(event)

    def _look(self, screen: Screen) -> Frame:
        return Frame(self._tick, screen.capture(), screen.pointer(), screen.cursor())

    def _prefer(self, server: int) -> None:
        """Give this thread and the X server precedence, else ticks wait behind other programs."""
        if not self._realtime:
            return
        try:
            for process in (0, server):
                os.sched_setscheduler(
                    process, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(_REALTIME_PRIORITY)
                )
        except PermissionError:
            log.info("real-time scheduling is not allowed here: ticks may be late when the machine is busy")

    def _wait_until_quiet(self, private: PrivateDisplay, screen: Screen) -> None:
        """Wait until something is drawn, most of the screen if it has a wallpaper, and nothing has changed for most of a second."""
        deadline, quiet, before = time.monotonic() + _QUIET_LIMIT_S, 0, screen.capture()
        while quiet < _QUIET_TICKS:
            if not private.running or time.monotonic() > deadline:
                raise NothingAppearedError(
                    f"nothing appeared on the display within {_QUIET_LIMIT_S:.0f} s: {private.last_words()}"
                )
            time.sleep(_TICK_S)
            now = screen.capture()
            drawn = now.any(-1).mean() > 0.5 if private.wallpaper else np.ptp(now) > 0
            quiet = quiet + 1 if drawn and np.array_equal(before, now) else 0
            before = now
