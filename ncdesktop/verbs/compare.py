"""`ncdesktop compare`: a session's input fed to the real desktop and to the dream, and how they differ."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ncdesktop.errors import WeightsError
from ncdesktop.paths import write_atomically
from ncdesktop.session import Session, open_session
from ncdesktop.verbs.options import add_device, add_json, add_seed, add_weights, at_least, new_file
from ncdesktop.world import FPS, World

__all__ = ["add_arguments", "compare", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "The dream begins with the real desktop's screen, which is fresh: best are sessions recorded with --fresh. "
        "The film shows the real desktop left, the dream right."
    )
    parser.add_argument("session", type=Path, metavar="SESSION", help="session whose input is fed to both")
    parser.add_argument("--ticks", type=at_least(1), metavar="N", help="only the first N (default: all)")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for compare.mp4, new or empty"
    )
    add_weights(parser)
    add_device(parser)
    add_seed(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> None:
    from ncdesktop.desktop.packages import check_packages

    check_packages()
    from ncdesktop.desktop.desktop_world import DesktopWorld
    from ncdesktop.model.neural_world import NeuralWorld

    session = open_session(arguments.session)
    new_file(arguments.out)
    if not (arguments.weights / "model_index.json").exists():
        raise WeightsError(
            f"{arguments.weights} holds no model (no model_index.json); give its folder with --weights"
        )
    dream = NeuralWorld.from_pretrained(arguments.weights, device=arguments.device)
    real = DesktopWorld(session.size)
    try:
        figures = compare(
            session,
            real,
            dream,
            ticks=arguments.ticks,
            seed=arguments.seed,
            film=arguments.out / "compare.mp4",
        )
    finally:
        real.close()
        dream.close()
    print(
        f"{figures['ticks']} ticks: {figures['same_ticks_percent']:.1f} % with the very same screen, "
        f"{figures['differing_cells_percent']:.2f} % of the cells differ on average"
    )
    for second, share in enumerate(figures["differing_cells_percent_by_second"], start=1):
        if second in (1, 2, 5) or second % 10 == 0:
            print(f"second {second:4}: {share:6.2f} % differ")
    if arguments.json:
        write_atomically(arguments.json, (json.dumps(figures, indent=1) + "\n").encode())


def compare(
    session: Session, real: World, dream: World, *, ticks: int | None, seed: int, film: Path
) -> dict[str, Any]:
    """Feed a session's actions to both worlds, film them side by side, and return the figures."""
    from ncdesktop.emulator.capture import VideoWriter
    from ncdesktop.emulator.comparison import SideBySide, draw_comparison

    actions = session.actions[:ticks]
    both = SideBySide(real, dream)
    try:
        first = draw_comparison(both.reset(seed))
        writer = VideoWriter(film, size=(first.shape[1], first.shape[0]))
        try:
            shares = []
            for action in tqdm(actions, unit="tick", desc="comparing", disable=None):
                comparison = both.step(action)
                shares.append(100 * comparison.share)
                writer.write(draw_comparison(comparison))
        finally:
            writer.close()
    finally:
        both.close()
    seconds = [shares[start : start + FPS] for start in range(0, len(shares), FPS)]
    return {
        "session": session.name,
        "ticks": len(shares),
        "same_ticks_percent": 100 * float(np.mean(np.equal(shares, 0))),
        "differing_cells_percent": float(np.mean(shares)),
        "differing_cells_percent_by_second": [float(np.mean(second)) for second in seconds],
    }
