"""How fast the dream is: milliseconds a tick by stage on logs, work against dense generation, start and memory."""

import json
import math
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from ncdesktop.errors import WeightsError
from ncdesktop.evaluation.input_logs import Log
from ncdesktop.model.generator import MARGIN, REFERENCES
from ncdesktop.model.live_scene import MANY_PAINTED
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.sampler import paint
from ncdesktop.world import CELL, FPS, changed_cells

__all__ = ["bench", "counting", "percentiles", "start_up", "table", "time_log"]

_WARM_UP_TICKS = 10
_FLOP_TICKS = 150
_PAINTED = (1, 16, 64, 256)
_REPEATS = 5


def bench(world: NeuralWorld, logs: list[Log], *, seed: int = 0) -> dict[str, Any]:
    """Dream on each log and return the figures of ticks and of work."""
    found: dict[str, Any] = {"tick_ms": {}, "stage_ms": {}, "changed_cells": {}, "gflop": {}}
    for log in tqdm(logs, desc="timing", unit="log", disable=None):
        spent, stages, cells = time_log(world, log, seed)
        found["tick_ms"][log.name] = percentiles(spent)
        found["stage_ms"][log.name] = {name: percentiles(values) for name, values in stages.items()}
        found["changed_cells"][log.name] = round(cells, 2)
        found["gflop"][log.name] = round(_work(world, log, seed) / 1e9, 3)
    flops, dense_ms = _dense(world, logs[-1])
    found["gflop"]["dense"] = round(flops / 1e9, 3)
    found["dense_tick_ms"] = round(dense_ms, 1)
    typical = found["gflop"].get("typical", found["gflop"][logs[-1].name])
    found["dense_over_sparse_flops"] = round(found["gflop"]["dense"] / typical, 1)
    found["paint_ms"] = _painting(world)
    return found


def time_log(world: NeuralWorld, log: Log, seed: int) -> tuple[list[float], dict[str, list[float]], float]:
    """Return ms of each tick, ms of each stage in each tick, and changed cells a tick."""
    world.reset(seed, log.start)
    for action in log.actions[:_WARM_UP_TICKS]:
        world.step(action)
    before = world.reset(seed, log.start)
    spent: list[float] = []
    stages: dict[str, list[float]] = {}
    cells = 0
    for action in log.actions:
        start = time.perf_counter()
        frame = world.step(action)
        spent.append(1000 * (time.perf_counter() - start))
        assert frame.insight is not None
        for name, value in frame.insight.stage_ms.items():
            stages.setdefault(name, []).append(value)
        cells += int(changed_cells(before.ui, frame.ui).sum())
        before = frame
    return spent, stages, cells / len(log.actions)


def _work(world: NeuralWorld, log: Log, seed: int) -> float:
    """Return floating-point operations a tick, of matrix products and convolutions."""
    alone = NeuralWorld(
        world.model, model_hash="alone", device=world.device, steps=world.steps, exact=world.exact, helpers=0
    )  # the counter sees one thread only
    alone.reset(seed, log.start)
    actions = log.actions[:_FLOP_TICKS]
    with counting() as counter:
        for action in actions:
            alone.step(action)
    return counter.get_total_flops() / len(actions)


def counting() -> FlopCounterMode:
    """Return what counts operations, those of eight-bit products as well."""

    def of_product(x: list[int], *_: object, out_shape: list[int]) -> int:
        return 2 * math.prod(out_shape) * x[-1]

    return FlopCounterMode(display=False, custom_mapping={torch.ops.quantized.linear_dynamic: of_product})


def _dense(world: NeuralWorld, log: Log) -> tuple[float, float]:
    """Return FLOPs and ms of a tick in which the same network looks at the whole screen and paints every cell."""

    def dense_world(helpers: int | None) -> NeuralWorld:
        dense = NeuralWorld(
            world.model,
            model_hash="dense",
            device=world.device,
            steps=world.steps,
            dense=True,
            helpers=helpers,
        )
        dense.reset(0, log.start)
        return dense

    dense = dense_world(0)
    with counting() as counter:
        dense.step(log.actions[0])
    dense = dense_world(None)
    start = time.perf_counter()
    dense.step(log.actions[0])
    return counter.get_total_flops(), 1000 * (time.perf_counter() - start)


def _painting(world: NeuralWorld) -> dict[str, float]:
    """Return ms to paint so many cells, without the rest of the tick: how cost grows with what is new on the screen."""
    config, device = world.model.generator.config, world.device
    result = {}
    for count in _PAINTED:
        references = torch.zeros(count, REFERENCES, 3, CELL, CELL, device=device)
        around = torch.zeros(count, 3, CELL + 2 * MARGIN, CELL + 2 * MARGIN, device=device)
        features, action = (
            torch.zeros(count, dim, device=device) for dim in (config.feature_dim, config.action_dim)
        )
        typed = torch.ones(count, dtype=torch.int64, device=device)
        spent = []
        for _ in range(_REPEATS):
            start = time.perf_counter()
            with torch.inference_mode():
                paint(
                    world.painter, references, around, features, action, typed,
                    steps=world.steps if count <= MANY_PAINTED else 1,
                    noise=partial(torch.randn, count, 3, CELL, CELL, device=device),
                ).sum().item()  # fmt: skip
            spent.append(1000 * (time.perf_counter() - start))
        result[str(count)] = round(float(np.median(spent)), 2)
    return result


def percentiles(values: list[float]) -> dict[str, float]:
    """Return the values' percentiles 50, 95 and 99 as "p50", "p95", "p99"."""
    return {f"p{share}": round(float(np.percentile(values, share)), 2) for share in (50, 95, 99)}


def start_up(weights: Path, *, device: str, threads: int, ticks: int | None = None) -> dict[str, float]:
    """Start a fresh process that loads the model and dreams the busy log; return `first_frame_s` and `rss_mb`.

    Counted from the start of the process to its first dreamt frame; the peak of resident memory is at its end.
    Raises WeightsError if the process fails.
    """
    module = "ncdesktop.evaluation.fresh_process"
    command = [sys.executable, "-m", module, str(weights), device, str(threads), str(ticks or 0)]
    began = time.monotonic()
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        reason = result.stderr.strip().splitlines()[-1:] or ["it left no message"]
        raise WeightsError(f"a fresh process cannot dream with {weights}: {reason[0]}")
    said = json.loads(result.stdout)
    return {"first_frame_s": round(said["first_frame_at"] - began, 2), "rss_mb": round(said["rss_mb"])}


def table(found: dict[str, Any]) -> str:
    """Return the figures as text for people."""
    stages = list(next(iter(found["stage_ms"].values())))
    columns = ("p50", "p95", "p99", "FPS", "cells", "GFLOP", *stages)
    lines = ["ms a tick   " + "".join(f"{name:>13}" for name in columns)]
    for name, spent in found["tick_ms"].items():
        rate = f"{min(1000 / spent['p50'], 9999):.0f}"
        values = [f"{spent[share]:.1f}" for share in ("p50", "p95", "p99")]
        values += [rate, f"{found['changed_cells'][name]:.1f}", f"{found['gflop'][name]:.2f}"]
        values += [f"{found['stage_ms'][name][stage]['p50']:.1f}" for stage in stages]
        lines.append(f"{name:12}" + "".join(f"{value:>13}" for value in values))
    lines += [
        "",
        f"cells: changed a tick; GFLOP: a tick; stages: p50. A tick has {1000 / FPS:.0f} ms.",
        f"every cell painted: {found['gflop']['dense']:.2f} GFLOP, {found['dense_tick_ms']:.0f} ms; "
        f"{found['dense_over_sparse_flops']:.1f} times the work of a typical tick",
        "painting "
        + ", ".join(f"{count} cells {spent:.1f} ms" for count, spent in found["paint_ms"].items()),
        f"first frame {found['first_frame_s']:.2f} s after the start of the process, {found['rss_mb']:.0f} MB resident; "
        f"{found['device']}, {found['threads']} threads",
    ]
    return "\n".join(lines)
