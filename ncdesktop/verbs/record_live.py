"""`ncdesktop record --policy live`: a person uses the real desktop through the program's own window."""

from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from ncdesktop.desktop.desktop_world import DesktopWorld
from ncdesktop.desktop.live import LiveWorld
from ncdesktop.desktop.recorder import salvage
from ncdesktop.desktop.xfce import start_program
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake
from ncdesktop.errors import StateError
from ncdesktop.paths import home

__all__ = ["limit_commands", "record_live"]

_LEFT = ("screenshot", "reboot", "ctrl_alt_del", "focus", "unfocus")
"""Commands that make sense where time cannot be stopped or turned back."""


def record_live(folder: Path, *, size: tuple[int, int], program: str | None) -> None:
    """Open the window on a desktop, or on a program, and record until it is closed."""
    # pygame takes a moment to import
    from ncdesktop.app.app import open_window
    from ncdesktop.app.window import Look

    start = (lambda: start_program(size, program)) if program else None
    world = LiveWorld(
        DesktopWorld(size, start=start, realtime=True), folder, source="program" if program else "xfce4"
    )

    def make_console(intake: Intake, say: Callable[[str], None]) -> Console:
        console = Console(world, intake, home=home(), say=say)
        limit_commands(console)
        say(f"recording to {folder}")
        return console

    try:
        open_window(make_console, guest=size, look=Look())
    finally:
        world.close()
    for session in tqdm(world.unchecked, unit="session", desc="checking", disable=None):
        print(f"recorded {salvage(session)} ticks to {session}")


def limit_commands(console: Console) -> None:
    """Have the console refuse what a real desktop cannot do, in place."""
    for name in set(console.commands) - set(_LEFT):
        console.commands[name] = _refuse


def _refuse(argument: str) -> None:
    if argument != "end":
        raise StateError(
            "this is a real desktop: its time can neither be stopped nor turned back, and it is being recorded"
        )
