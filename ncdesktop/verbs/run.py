"""`ncdesktop run`, or `ncdesktop` alone: the window on a dream."""

import argparse
import re
from collections.abc import Callable

from ncdesktop.app.scaling import MODES
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.hotkeys import markdown
from ncdesktop.emulator.intake import Intake
from ncdesktop.verbs.dreaming import add_beginning, add_dream, begin_console, check_beginning, dream_size
from ncdesktop.verbs.options import add_host_key, at_least, check_host_key
from ncdesktop.world import World

__all__ = ["add_arguments", "add_window_arguments", "open_real", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_beginning(parser)
    parser.add_argument("--fullscreen", action="store_true", help="fill the screen")
    parser.add_argument(
        "--view-only",
        action="store_true",
        help="look on: nothing reaches or changes the dream, but time can be turned",
    )
    parser.add_argument(
        "--pause-unfocused", action="store_true", help="pause while another window has the focus"
    )
    parser.add_argument("--hotkeys", action="store_true", help="print the table of hot keys and end")
    add_window_arguments(parser)


def add_window_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that run and demo share."""
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--size", type=_size, metavar="WxH", help="of the window in pixels (default: what fits)"
    )
    size.add_argument(
        "--scale",
        type=at_least(1),
        metavar="N",
        help="window pixels a pixel of the dream (default: what fits)",
    )
    parser.add_argument(
        "--scaling", choices=MODES, default="fit", help="how the dream fills the window (default: fit)"
    )
    add_host_key(parser)
    add_dream(parser)


def run(arguments: argparse.Namespace) -> None:
    if arguments.hotkeys:
        print(markdown(arguments.host_key), end="")
        return
    # pygame takes a moment to import: --help comes first
    from ncdesktop.app.app import open_window
    from ncdesktop.app.keyboard import NAMED
    from ncdesktop.app.window import Look

    check_host_key(arguments.host_key, NAMED)
    check_beginning(arguments)
    look = Look(
        scaling=arguments.scaling,
        fullscreen=arguments.fullscreen,
        view_only=arguments.view_only,
        pause_unfocused=arguments.pause_unfocused,
    )

    def make_console(intake: Intake, say: Callable[[str], None]) -> Console:
        return begin_console(arguments, intake, say, real=open_real)

    size, scale = arguments.size, arguments.scale
    open_window(
        make_console,
        guest=dream_size(arguments.weights),
        look=look,
        size=size,
        scale=scale,
        host=arguments.host_key,
    )


def open_real(size: tuple[int, int]) -> World:
    """Return a real desktop, not started yet; raises DesktopError that names the packages that are missing."""
    from ncdesktop.desktop.packages import check_packages

    check_packages()
    # it needs python-xlib, which is an extra
    from ncdesktop.desktop.desktop_world import DesktopWorld

    return DesktopWorld(size, realtime=True)


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,5})x(\d{2,5})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no size, expected WIDTHxHEIGHT such as 1024x768")
    return int(found[1]), int(found[2])
