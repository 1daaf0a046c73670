"""`ncdesktop train`: train the world model on sessions, or one of its parts alone, within a budget of minutes."""

import argparse
import logging
import os
from pathlib import Path

from ncdesktop.errors import InputError
from ncdesktop.paths import home
from ncdesktop.verbs.options import add_device, add_seed, at_least

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    help_ = (
        "what to train: the world model; or, alone, at the end of a run, its painter (what nothing else supplies), its finder (where windows are; labelled "
        "sessions only), its arranger (which of them goes or comes; likewise), its carrier (where they stretch), its typist (typed letters), its scribe (what a terminal answers), its placer (which windows open where: without it none does), its uncoverer (what comes back when something closes) or its glance (when something happens, and the pointer's "
        "shape: without it clicks are answered less surely, and every tick takes as long)"
    )
    parser.add_argument(
        "what",
        choices=(
            "world",
            "painter",
            "finder",
            "arranger",
            "carrier",
            "typist",
            "scribe",
            "placer",
            "uncoverer",
            "glance",
        ),
        help=help_,
    )
    parser.add_argument(
        "sessions", nargs="+", type=Path, metavar="SESSION", help="session, or folder of sessions"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of the run; goes on if it has one"
    )
    parser.add_argument(
        "--minutes", type=at_least(1), default=60, metavar="N", help="length of the sitting (default: 60)"
    )
    help_ = "processes, one core or GPU each (default: all)"
    parser.add_argument("--processes", type=at_least(1), metavar="N", help=help_)
    parser.add_argument("--init", type=Path, metavar="DIR", help="weights to begin with (default: none)")
    help_ = "where sessions are kept as cells (default: in the program's state folder)"
    parser.add_argument("--cache", type=Path, metavar="DIR", help=help_)
    help_ = "multiply matrices in bfloat16 (for CUDA, and CPUs with AVX512-BF16)"
    parser.add_argument("--bf16", action="store_true", help=help_)
    add_device(parser)
    add_seed(parser)


def run(arguments: argparse.Namespace) -> None:
    import torch

    from ncdesktop.training.alone import AloneConfig
    from ncdesktop.training.arranger import ARRANGER
    from ncdesktop.training.carrier import CARRIER
    from ncdesktop.training.finder import FINDER
    from ncdesktop.training.glance import GLANCE
    from ncdesktop.training.launch import launch, launch_alone
    from ncdesktop.training.painter import PAINTER
    from ncdesktop.training.placer import PLACER
    from ncdesktop.training.scribe import SCRIBE
    from ncdesktop.training.typist import TYPIST
    from ncdesktop.training.uncoverer import UNCOVERER
    from ncdesktop.training.world import TrainConfig

    if arguments.log_level == "warning":
        logging.getLogger("ncdesktop.training").setLevel(
            "INFO"
        )  # a run that says nothing for hours worries people
    if arguments.device == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "--device cuda: this PyTorch finds no CUDA device; install its CUDA build or use --device cpu"
        )
    cache = arguments.cache or home() / "cells"
    lessons = {
        "painter": PAINTER,
        "finder": FINDER,
        "arranger": ARRANGER,
        "carrier": CARRIER,
        "typist": TYPIST,
        "scribe": SCRIBE,
        "placer": PLACER,
        "uncoverer": UNCOVERER,
        "glance": GLANCE,
    }
    if arguments.what != "world":
        for name in ("processes", "init", "bf16"):
            if getattr(arguments, name):
                raise InputError(
                    f"--{name}: the {arguments.what} is trained in one process, in fp32, from the run in --out"
                )
        launch_alone(
            lessons[arguments.what],
            arguments.sessions,
            arguments.out,
            AloneConfig(minutes=arguments.minutes, seed=arguments.seed),
            cache=cache,
            device=arguments.device,
        )
        return
    cores = torch.cuda.device_count() if arguments.device == "cuda" else len(os.sched_getaffinity(0))
    launch(
        arguments.sessions,
        arguments.out,
        TrainConfig(minutes=arguments.minutes, seed=arguments.seed, bf16=arguments.bf16),
        cache=cache,
        device=arguments.device,
        processes=arguments.processes or cores,
        init=arguments.init,
    )
