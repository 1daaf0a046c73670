"""`ncdesktop run`, or `ncdesktop` alone: the window on a dream."""

import argparse
import re
from collections.abc import Callable

from ncdesktop.app.hotkeys import markdown
from ncdesktop.app.scaling import MODES
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake
from ncdesktop.errors import WeightsError
from ncdesktop.keysyms import keysym_known
from ncdesktop.verbs.options import add_device, add_seed, add_weights, at_least

__all__ = ["add_arguments", "add_window_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hotkeys", action="store_true", help="print the table of hot keys and end")
    parser.add_argument("--view-only", action="store_true", help="look on: input does not reach the dream")
    parser.add_argument(
        "--pause-unfocused", action="store_true", help="pause while another window has the focus"
    )
    parser.add_argument("--fullscreen", action="store_true", help="fill the screen")
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
        help="window pixels per pixel of the dream (default: what fits)",
    )
    parser.add_argument(
        "--scaling", choices=MODES, default="fit", help="how the dream fills the window (default: fit)"
    )
    parser.add_argument(
        "--host-key", type=_key, default="Control_R", metavar="KEY", help="X keysym name (default: Control_R)"
    )
    add_weights(parser)
    add_device(parser)
    add_seed(parser)


def run(arguments: argparse.Namespace) -> None:
    if arguments.hotkeys:
        print(markdown(arguments.host_key), end="")
        return
    from ncdesktop.app.app import open_window  # pygame takes a moment: --help comes first
    from ncdesktop.app.window import Look

    if not (arguments.weights / "model_index.json").exists():
        raise WeightsError(
            f"{arguments.weights} holds no model (no model_index.json); give its folder with --weights"
        )
    look = Look(
        scaling=arguments.scaling,
        fullscreen=arguments.fullscreen,
        view_only=arguments.view_only,
        pause_unfocused=arguments.pause_unfocused,
    )

    def make_console(intake: Intake, say: Callable[[str], None]) -> Console:
        from ncdesktop.model.neural_world import (
            NeuralWorld,
        )  # torch takes seconds: the window is there before

        world = NeuralWorld.from_pretrained(arguments.weights, device=arguments.device)
        return Console(world, intake, say=say, seed=arguments.seed)

    open_window(
        make_console,
        guest=(512, 384),
        look=look,
        size=arguments.size,
        scale=arguments.scale,
        host=arguments.host_key,
    )


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,5})x(\d{2,5})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no size, expected WIDTHxHEIGHT such as 1024x768")
    return int(found[1]), int(found[2])


def _key(text: str) -> str:
    if not keysym_known(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no key, expected an X keysym name such as Control_R or F12"
        )
    return text
