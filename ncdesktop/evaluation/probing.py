"""Runs of probes, spread over processes of one thread each; how many passed, and why the others did not."""

import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from ncdesktop.errors import InputError
from ncdesktop.evaluation.judges import require_tesseract
from ncdesktop.evaluation.probes import GROUPS
from ncdesktop.evaluation.stage import Claim, DesktopStage, DreamStage, Stage, screen
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.world import World

__all__ = ["Run", "check", "play", "probe", "probe_desktop", "results", "table"]

_world: NeuralWorld | None = None


@dataclass(frozen=True)
class Run:
    """One run of a group. A run passes if all its claims are true."""

    group: str
    seed: int
    claims: list[Claim]

    @property
    def passed(self) -> bool:
        return all(claim.true for claim in self.claims)


def probe(
    weights: Path,
    groups: list[str],
    *,
    runs: int,
    seed: int,
    device: str,
    processes: int,
    videos: Path,
    haste: float = 0.0,
) -> list[Run]:
    """Play `runs` runs of each group; each leaves `GROUP-SEED.mp4` in the folder `videos`. For `haste` see `Stage`.

    Raises InputError for an unknown group, without Tesseract, or if the model's screen is not of the probes' size.
    """
    check(groups, size=NeuralWorld.from_pretrained(weights, device=device).size)
    jobs = [(group, seed + run) for run in range(runs) for group in groups]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(jobs)), context, _load, (weights, device)) as pool:
        futures = [pool.submit(_run, group, number, videos, haste) for group, number in jobs]
        return [future.result() for future in tqdm(futures, desc="probing", unit="run", disable=None)]


def probe_desktop(
    world: World, groups: list[str], *, runs: int, seed: int, videos: Path, haste: float = 0.0
) -> list[Run]:
    """Play the same on a real desktop, which shows that a probe can be passed."""
    check(groups, size=world.size)
    jobs = [(group, seed + run) for run in range(runs) for group in groups]
    return [
        play(
            DesktopStage(world, seed=number, video=_video(videos, group, number), haste=haste), group, number
        )
        for group, number in tqdm(jobs, desc="probing", unit="run", disable=None)
    ]


def check(groups: list[str], *, size: tuple[int, int]) -> None:
    """Raise InputError for an unknown group, without Tesseract, or if a screen is not of the probes' size."""
    for group in groups:
        if group not in GROUPS:
            raise InputError(f"unknown group {group!r}, expected some of {', '.join(GROUPS)}")
    require_tesseract()
    height, width, _ = screen("desktop").shape
    if size != (width, height):
        raise InputError(f"probes are for {width}x{height}, this world is {size[0]}x{size[1]}")


def play(stage: Stage, group: str, seed: int) -> Run:
    """Play one run of a group on `stage`, and close it."""
    try:
        GROUPS[group](stage, seed)
    finally:
        stage.close()
    return Run(group, seed, stage.claims)


def _video(folder: Path, group: str, seed: int) -> Path:
    return folder / f"{group}-{seed}.mp4"


def results(runs: list[Run]) -> dict[str, Any]:
    """Return how many runs of each group passed, and how often each claim failed."""
    groups: dict[str, Any] = {}
    for run in runs:
        found = groups.setdefault(run.group, {"passed": 0, "runs": 0, "failed": Counter()})
        found["runs"] += 1
        found["passed"] += run.passed
        found["failed"].update(claim.words.split(":")[0] for claim in run.claims if not claim.true)
    return {"groups": groups}


def table(found: dict[str, Any]) -> str:
    """Return the results as text for people."""
    lines = [f"{'group':16}{'passed':>8}{'runs':>6}   what was not seen"]
    for name, group in found["groups"].items():
        reasons = ", ".join(f"{words} ({count})" for words, count in group["failed"].most_common(4))
        lines.append(f"{name:16}{group['passed']:>8}{group['runs']:>6}   {reasons}")
    good = sum(group["passed"] > 0.8 * group["runs"] for group in found["groups"].values())
    lines.append(f"\n{good} of {len(found['groups'])} groups above 80 %")
    return "\n".join(lines)


def _load(weights: Path, device: str) -> None:
    global _world
    torch.set_num_threads(1)
    _world = NeuralWorld.from_pretrained(weights, device=device)


def _run(group: str, seed: int, videos: Path, haste: float) -> Run:
    assert _world is not None
    return play(DreamStage(_world, seed=seed, video=_video(videos, group, seed), haste=haste), group, seed)
