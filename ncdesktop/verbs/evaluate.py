"""`ncdesktop evaluate`: measure a model on sessions that it has not trained on; a table, and figures as JSON."""

import argparse
import logging
import os
import shlex
import sys
from pathlib import Path

from ncdesktop.errors import InputError
from ncdesktop.evaluation.output import check_file, make_folder, write_figures
from ncdesktop.session import open_sessions
from ncdesktop.verbs.options import add_device, add_json, add_seed, add_weights, at_least, new_file

__all__ = ["add_arguments", "run"]

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sessions", nargs="+", type=Path, metavar="SESSION", help="session, or folder of sessions"
    )
    parser.add_argument(
        "--ticks", type=at_least(1), default=1200, metavar="N", help="how many to ask (default: 1200)"
    )
    help_ = "free dreams of 16 s; four times as many of 4 s (default: 16)"
    parser.add_argument("--rollouts", type=at_least(0), default=16, metavar="N", help=help_)
    help_ = "changes whose text Tesseract reads, recorded and dreamt (default: 60)"
    parser.add_argument("--texts", type=at_least(0), default=60, metavar="N", help=help_)
    help_ = (
        "also dream for so long with the sessions' input, and tell how many cells look real, minute by minute"
    )
    parser.add_argument("--stability", type=at_least(0), default=0, metavar="MINUTES", help=help_)
    help_ = "without what these have learned, to see what they bring: placer, uncoverer, finder, arranger, carrier, typist, scribe"
    parser.add_argument("--without", default="", metavar="A,B", help=help_)
    help_ = "processes of one thread each (default: all cores; on cuda 1)"
    parser.add_argument("--processes", type=at_least(1), metavar="N", help=help_)
    help_ = "folder for an HTML page with tables, curves, worst ticks and videos; new or empty"
    parser.add_argument("--report", type=Path, metavar="DIR", help=help_)
    help_ = "log.jsonl of the model's training, for the curves of the report"
    parser.add_argument("--log", type=Path, metavar="FILE", help=help_)
    add_weights(parser)
    add_device(parser)
    add_seed(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> None:
    # torch takes seconds to import: --help and faults of the arguments come first
    from ncdesktop.evaluation.evaluate import evaluate, unseen
    from ncdesktop.evaluation.figures import figures, table
    from ncdesktop.evaluation.judges import has_tesseract
    from ncdesktop.evaluation.report import LONG_DREAM, read_log, write_report
    from ncdesktop.evaluation.stability import long_dream
    from ncdesktop.model.neural_world import NeuralWorld
    from ncdesktop.model.pipeline import SMALL_PARTS

    without = [part for part in arguments.without.split(",") if part]
    for part in without:
        if part not in SMALL_PARTS:
            raise InputError(f"--without {part}: no such part, expected some of {', '.join(SMALL_PARTS)}")
    if arguments.log and not arguments.report:
        raise InputError("--log gives the curves of a report; say with --report where to write it")
    training = read_log(arguments.log) if arguments.log else []
    report = new_file(arguments.report) if arguments.report else None
    check_file(arguments.json)
    texts = arguments.texts
    if texts and not has_tesseract():
        log.warning(
            "text is not measured: Tesseract is not installed; apt-get install tesseract-ocr tesseract-ocr-eng"
        )
        texts = 0
    given = open_sessions(arguments.sessions)
    world = NeuralWorld.from_pretrained(arguments.weights, device=arguments.device)
    world.model.unlearn_(without)
    sessions = unseen(world, given)
    cores = 1 if arguments.device == "cuda" else len(os.sched_getaffinity(0))
    if report:
        make_folder(report)
    measured = evaluate(
        world,
        arguments.weights,
        sessions,
        ticks=arguments.ticks,
        rollouts=arguments.rollouts,
        texts=texts,
        seed=arguments.seed,
        processes=arguments.processes or min(cores, len(sessions)),
        pictures=report,
        without=without,
    )
    found = figures(measured) | {
        "sessions": len(sessions),
        "left_out": len(given) - len(sessions),
        "model": world.model_hash,
        "seed": arguments.seed,
        "without": without,
    }
    if arguments.stability:
        found["stability"] = long_dream(
            world,
            sessions,
            given,
            minutes=arguments.stability,
            seed=arguments.seed,
            film=report / LONG_DREAM if report else None,
        )
    print(f"{len(sessions)} sessions; {found['left_out']} left out, on which the model was trained\n")
    print(table(found))
    if report:
        command = shlex.join(["ncdesktop", *sys.argv[1:]])
        page = write_report(report, found, measured, command=command, log=training)
        print(f"\nreport: {page}")
    write_figures(arguments.json, found)
