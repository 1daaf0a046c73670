"""`ncdesktop evaluate`: measure a model on sessions that it has not trained on; a table, and figures as JSON."""

import argparse
import json
import os
from pathlib import Path

from ncdesktop.paths import write_atomically
from ncdesktop.session import open_sessions
from ncdesktop.verbs.options import add_device, add_json, add_seed, add_weights, at_least

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sessions", nargs="+", type=Path, metavar="SESSION", help="session, or folder of sessions"
    )
    parser.add_argument(
        "--ticks", type=at_least(1), default=1500, metavar="N", help="how many to ask (default: 1500)"
    )
    help_ = "free dreams of 16 s (default: 20)"
    parser.add_argument("--rollouts", type=at_least(0), default=20, metavar="N", help=help_)
    help_ = "processes of one thread each (default: all cores; on cuda 1)"
    parser.add_argument("--processes", type=at_least(1), metavar="N", help=help_)
    add_weights(parser)
    add_device(parser)
    add_seed(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> None:
    # torch takes seconds to import: --help and faults of the arguments come first
    from ncdesktop.evaluation.evaluate import evaluate, unseen
    from ncdesktop.evaluation.figures import figures, table
    from ncdesktop.model.neural_world import NeuralWorld

    given = open_sessions(arguments.sessions)
    world = NeuralWorld.from_pretrained(arguments.weights, device=arguments.device)
    sessions = unseen(world, given)
    cores = 1 if arguments.device == "cuda" else len(os.sched_getaffinity(0))
    measured = evaluate(
        world,
        arguments.weights,
        sessions,
        ticks=arguments.ticks,
        rollouts=arguments.rollouts,
        seed=arguments.seed,
        processes=arguments.processes or min(cores, len(sessions)),
    )
    found = figures(measured) | {
        "sessions": len(sessions),
        "left_out": len(given) - len(sessions),
        "model": world.model_hash,
        "seed": arguments.seed,
    }
    print(f"{len(sessions)} sessions; {found['left_out']} left out, on which the model was trained\n")
    print(table(found))
    if arguments.json:
        write_atomically(arguments.json, json.dumps(found, indent=1).encode())
