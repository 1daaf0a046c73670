"""Opening the window: a display or a clear refusal, the window at once, and the world loading behind it."""

import os
import signal
import sys
from collections.abc import Callable

import pygame

from ncdesktop.app.scaling import first_scale
from ncdesktop.app.window import NEWS, Look, Window
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake
from ncdesktop.emulator.worker import Worker
from ncdesktop.errors import DisplayError
from ncdesktop.paths import home

__all__ = ["open_window"]

_ENDS = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
"""Signals that end the window, unless they are ignored, as nohup has it."""


def open_window(
    make_console: Callable[[Intake, Callable[[str], None]], Console],
    *,
    guest: tuple[int, int],
    look: Look,
    size: tuple[int, int] | None = None,
    scale: int | None = None,
    host: str = "Control_R",
) -> None:
    """Show a world until the user ends it.

    make_console: loads the world, in the world's thread; guest: the screen's (width, height), for the first size
    size, scale:  of the window; without both, as large as the desktop allows
    A SIGTERM, or the SIGHUP of a terminal that is closed, ends it as cleanly as the user does.
    Raises DisplayError without a display, and what ended the world if that was an error.
    """
    # SDL's default copies every picture through a software renderer: 4.1 ms a flip at 1024x768, 0.15 ms without it
    os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    os.environ.setdefault("SDL_VIDEO_X11_WMCLASS", "ncdesktop")
    advice = "set DISPLAY, or dream without a window: ncdesktop render --script FILE --out DIR"

    def notify() -> None:
        pygame.event.post(pygame.Event(NEWS))

    def end(signal_number: int, stack: object) -> None:
        pygame.event.post(pygame.Event(pygame.QUIT))

    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    if sys.platform == "linux" and not named:  # SDL would try everything and say so in lines of its own
        raise DisplayError(f"no display was found; {advice}")
    before = {
        number: signal.signal(number, end) for number in _ENDS if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        pygame.display.init()
        driver = pygame.display.get_driver()
        if driver in ("offscreen", "dummy") and os.environ.get("SDL_VIDEODRIVER") != driver:
            raise DisplayError(f"no display was found; {advice}")
        desktop = pygame.display.get_desktop_sizes()[0]
        if size is None:
            scale = first_scale(guest, desktop) if scale is None else scale
            size = (guest[0] * scale, guest[1] * scale)
        worker = Worker(make_console, notify)
        try:
            Window(worker, guest=guest, size=size, look=look, home=home(), host=host).run()
        finally:
            worker.quit()
            while not worker.ended():
                pygame.time.wait(20)
    except pygame.error as error:
        raise DisplayError(f"the window cannot be opened ({error}); {advice}") from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        pygame.display.quit()
