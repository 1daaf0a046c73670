"""`ncdesktop demo`: scripted tours for an audience; whoever touches mouse or keyboard takes over."""

import argparse
from collections.abc import Callable
from pathlib import Path

from ncdesktop.emulator.console import Console
from ncdesktop.emulator.demo import Demo
from ncdesktop.emulator.intake import Intake
from ncdesktop.errors import InputError
from ncdesktop.paths import embedded_tours
from ncdesktop.verbs.dreaming import dream_size, load_console
from ncdesktop.verbs.options import at_least, check_host_key
from ncdesktop.verbs.run import add_window_arguments

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "tours", nargs="*", type=Path, metavar="TOUR", help="action scripts (default: the embedded tours)"
    )
    parser.add_argument(
        "--idle",
        type=at_least(1),
        default=20,
        metavar="S",
        help="seconds without input until the tours return (default: 20)",
    )
    parser.add_argument("--windowed", action="store_true", help="in a window, not the full screen")
    add_window_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    # pygame takes a moment to import: --help comes first
    from ncdesktop.app.app import open_window
    from ncdesktop.app.keyboard import NAMED
    from ncdesktop.app.window import Look

    check_host_key(arguments.host_key, NAMED)
    tours = arguments.tours or embedded_tours()
    if not tours:
        raise InputError("there are no tours; name action scripts: ncdesktop demo TOUR.txt")
    guest = dream_size(arguments.weights)
    demo = Demo(tours, size=guest, idle_s=arguments.idle)
    look = Look(
        scaling=arguments.scaling, fullscreen=not arguments.windowed, borderless=not arguments.windowed
    )

    def make_console(intake: Intake, say: Callable[[str], None]) -> Console:
        return load_console(arguments, intake, say, rewind_seconds=0, rewind_mb=0, autosave=False, demo=demo)

    size, scale = arguments.size, arguments.scale
    open_window(make_console, guest=guest, look=look, size=size, scale=scale, host=arguments.host_key)
