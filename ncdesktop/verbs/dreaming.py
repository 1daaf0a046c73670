"""Options of the verbs that dream live, and the dream that they name."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ncdesktop.verbs.options import add_device, add_kernels, add_seed, add_weights, at_least

if TYPE_CHECKING:
    from ncdesktop.model.neural_world import NeuralWorld

__all__ = ["add_dream", "open_dream"]


def add_dream(parser: argparse.ArgumentParser) -> None:
    """Add --weights, --device, --attention, --bf16, --seed and --threads."""
    add_weights(parser)
    add_device(parser)
    add_kernels(parser)
    add_seed(parser)
    # One, so that a dream does not depend on the machine's cores, and because a second one must wait whenever another
    # program is busy: 500 ms a tick with two threads beside a training run on two cores, 41 ms with one.
    help_ = "threads of the network on a CPU (default: 1)"
    parser.add_argument("--threads", type=at_least(1), default=1, metavar="N", help=help_)


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
    )
