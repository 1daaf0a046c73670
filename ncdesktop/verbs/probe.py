"""`ncdesktop probe`: try tasks in the dream, judge them on pixels and text, leave a video of every run."""

import argparse
import os
from pathlib import Path

from ncdesktop.desktop.packages import check_packages
from ncdesktop.evaluation.output import check_file, make_folder, write_figures
from ncdesktop.verbs.options import add_device, add_json, add_seed, add_weights, at_least, new_file

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--groups", nargs="+", metavar="NAME", help="which to try (default: all)")
    parser.add_argument(
        "--seeds", type=at_least(1), default=10, metavar="N", help="runs of each group (default: 10)"
    )
    help_ = "folder for the videos; new or empty (default: ./probes)"
    parser.add_argument("--out", type=Path, default=Path("probes"), metavar="DIR", help=help_)
    help_ = "try them on a real XFCE4 desktop, to see that they can be passed"
    parser.add_argument("--real", action="store_true", help=help_)
    help_ = "share of the ticks in which the person already does what comes next, as quick hands do, and late ticks let them (default: 0)"
    parser.add_argument("--haste", type=_share, default=0.0, metavar="SHARE", help=help_)
    help_ = "processes of one thread each (default: all cores; on cuda 1)"
    parser.add_argument("--processes", type=at_least(1), metavar="N", help=help_)
    add_weights(parser)
    add_device(parser)
    add_seed(parser)
    add_json(parser)


def _share(text: str) -> float:
    """Read a number from 0 to below 1: with 1 all would be done at once."""
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"{text} is no share from 0 to below 1")
    return share


def run(arguments: argparse.Namespace) -> None:
    # torch takes seconds to import: --help and faults of the arguments come first
    from ncdesktop.evaluation.probes import GROUPS
    from ncdesktop.evaluation.probing import probe, probe_desktop, results, table

    out = new_file(arguments.out)
    check_file(arguments.json)
    make_folder(out)
    groups = arguments.groups or list(GROUPS)
    if arguments.real:
        check_packages()
        # it needs python-xlib, which is an extra
        from ncdesktop.desktop.desktop_world import DesktopWorld

        world = DesktopWorld()
        try:
            runs = probe_desktop(
                world, groups, runs=arguments.seeds, seed=arguments.seed, videos=out, haste=arguments.haste
            )
        finally:
            world.close()
    else:
        cores = 1 if arguments.device == "cuda" else len(os.sched_getaffinity(0))
        runs = probe(
            arguments.weights,
            groups,
            runs=arguments.seeds,
            seed=arguments.seed,
            device=arguments.device,
            processes=arguments.processes or cores,
            videos=out,
            haste=arguments.haste,
        )
    found = results(runs)
    print(table(found))
    write_figures(arguments.json, found)
