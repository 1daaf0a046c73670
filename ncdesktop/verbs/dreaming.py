"""Options of the verbs that dream live, the dream that they name, and where it begins."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ncdesktop.emulator.beside import OpenReal
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.demo import Demo
from ncdesktop.emulator.intake import Intake
from ncdesktop.errors import InputError, WeightsError
from ncdesktop.images import read_image
from ncdesktop.paths import embedded_tours, home
from ncdesktop.verbs.options import add_device, add_kernels, add_seed, add_weights, at_least

if TYPE_CHECKING:
    from ncdesktop.model.neural_world import NeuralWorld

__all__ = [
    "add_beginning",
    "add_dream",
    "begin_console",
    "check_beginning",
    "dream_size",
    "load_console",
    "open_dream",
]


def add_dream(parser: argparse.ArgumentParser) -> None:
    """Add --weights, --device, --attention, --bf16, --dense, --seed and --threads."""
    add_weights(parser)
    add_device(parser)
    add_kernels(parser)
    help_ = "paint every cell in every tick, as a model of whole frames does: to compare, and slow"
    parser.add_argument("--dense", action="store_true", help=help_)
    add_seed(parser)
    # One, so that a dream does not depend on the machine's cores, and because a second one must wait whenever another
    # program is busy: 500 ms a tick with two threads beside a training run on two cores, 41 ms with one.
    help_ = "threads of the network on a CPU (default: 1)"
    parser.add_argument("--threads", type=at_least(1), default=1, metavar="N", help=help_)


def add_beginning(parser: argparse.ArgumentParser) -> None:
    """Add --resume, --state, --start and --replay, and how far can be gone back."""
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--resume", action="store_true", help="go on where the last run was quit")
    begin.add_argument("--state", type=Path, metavar="FILE", help="start from this state")
    begin.add_argument(
        "--start", type=Path, metavar="IMAGE", help="screen to start from (default: the model's)"
    )
    begin.add_argument(
        "--replay", type=Path, metavar="DIR", help="replay this session; the first key or button takes over"
    )
    parser.add_argument(
        "--rewind-seconds", type=at_least(0), default=300, metavar="S", help="how far back (default: 300)"
    )
    parser.add_argument(
        "--rewind-mb", type=at_least(0), default=200, metavar="MB", help="memory for it (default: 200)"
    )


def check_beginning(arguments: argparse.Namespace) -> None:
    """Raise InputError if there is nothing where the arguments say that the dream begins."""
    opened = _opened(arguments)
    if opened and not opened.exists():
        raise InputError(f"{opened} is not there")


def begin_console(
    arguments: argparse.Namespace,
    intake: Intake,
    say: Callable[[str], None],
    *,
    real: OpenReal | None = None,
    autosave: bool = True,
) -> Console:
    """Load the model that the arguments name and begin where they say. autosave: its end is kept for --resume.

    Called in the world's thread.
    """
    console = load_console(
        arguments,
        intake,
        say,
        rewind_seconds=arguments.rewind_seconds,
        rewind_mb=arguments.rewind_mb,
        autosave=autosave,
        tours=embedded_tours(),
        real=real,
    )
    opened = _opened(arguments)
    if arguments.resume:
        console.moments.resume()
    elif opened:
        console.moments.open(str(opened))
    return console


def load_console(
    arguments: argparse.Namespace,
    intake: Intake,
    say: Callable[[str], None],
    *,
    rewind_seconds: float,
    rewind_mb: float,
    autosave: bool,
    demo: Demo | None = None,
    tours: Sequence[Path] = (),
    real: OpenReal | None = None,
) -> Console:
    """Load the model that the arguments name and start it; called in the world's thread."""
    return Console(
        open_dream(arguments),
        intake,
        home=home(),
        say=say,
        seed=arguments.seed,
        rewind_seconds=rewind_seconds,
        rewind_mb=rewind_mb,
        autosave=autosave,
        demo=demo,
        tours=tours,
        real=real,
    )


def open_dream(arguments: argparse.Namespace) -> NeuralWorld:
    """Load the model that the arguments name; raises WeightsError if that cannot be done."""
    # torch takes seconds to import: --help and faults of the arguments come first, and the window is there before
    import torch

    from ncdesktop.model.neural_world import NeuralWorld

    torch.set_num_threads(arguments.threads)
    return NeuralWorld.from_pretrained(
        arguments.weights,
        device=arguments.device,
        attention=arguments.attention,
        bf16=arguments.bf16,
        dense=arguments.dense,
    )


def dream_size(weights: Path) -> tuple[int, int]:
    """Return (width, height) of the screen that a model dreams, before it is loaded; raises WeightsError."""
    path = weights / "start.png"
    try:
        height, width = read_image(path, "RGB").shape[:2]
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or error
        raise WeightsError(f"no whole model in {weights}: {path}: {reason}; see --weights") from error
    return width, height


def _opened(arguments: argparse.Namespace) -> Path | None:
    return arguments.state or arguments.start or arguments.replay
