"""A window that nobody looks at or uses, for timing what drawing takes."""

import os
import time
from pathlib import Path

import pygame

from ncdesktop.app.canvas import Canvas
from ncdesktop.app.overlays import Overlays
from ncdesktop.app.scaling import View, place
from ncdesktop.emulator.console import Status

__all__ = ["UnattendedWindow"]


class UnattendedWindow:
    """Draws each status as the real window does, with the figures on."""

    def __init__(self, guest: tuple[int, int], *, scale: int) -> None:
        """guest: size of the world's screen; scale: window pixels a pixel of it.

        There is no display behind it unless the environment's SDL_VIDEODRIVER names the driver of one.
        """
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")  # as the real window does
        chosen = os.environ.get("SDL_VIDEODRIVER")
        os.environ["SDL_VIDEODRIVER"] = chosen or "dummy"
        try:
            pygame.display.init()
        finally:
            if chosen is None:  # programs started later choose for themselves
                del os.environ["SDL_VIDEODRIVER"]
        size = (guest[0] * scale, guest[1] * scale)
        self._window = pygame.Window("ncdesktop", size)
        whole = place("fit", guest, size)
        self._view = View(whole, (whole,))
        self._canvas = Canvas()
        self._overlays = Overlays("Control_R", Path())
        self._overlays.toggle("hud")

    def show(self, status: Status) -> None:
        """Draw screen, pointer and figures, and put them on the glass."""
        surface = self._window.get_surface()
        self._canvas.draw(surface, status, self._view, status.frame.pointer)
        self._overlays.draw(surface, status, self._view, status.frame.pointer)
        self._window.flip()
        self._overlays.presented(status, time.perf_counter())
        pygame.event.pump()

    def close(self) -> None:
        pygame.display.quit()
