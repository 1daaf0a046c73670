"""How cost grows: with changed cells, resolution, the length of a dream, model size; and what a tick of training costs."""

import copy
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from ncdesktop.actions import Action, advance, new_memory
from ncdesktop.evaluation.bench import percentiles, time_log
from ncdesktop.evaluation.input_logs import Log, scaled_log
from ncdesktop.evaluation.variants import stretched, widened
from ncdesktop.model.generator import MARGIN, REFERENCES
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.screen import cells_of
from ncdesktop.model.state import new_screen_state
from ncdesktop.model.turn import Turn, tick_inputs
from ncdesktop.model.view import whole
from ncdesktop.world import CELL

__all__ = ["describe_growth", "growth", "large_logs"]

LARGE = (1024, 768)
_LARGE_TICKS = 60
_SIZES = ((256, 192), (512, 384), (768, 576), LARGE)
_WIDTHS = (0.5, 1.0, 2.0)
_LAPS, _LAP_TICKS = 4, 100
_REPEATS = 5


def large_logs(world: NeuralWorld, logs: list[Log], *, seed: int = 0) -> dict[str, Any]:
    """Dream the first ticks of each log at 1024x768, weights stretched; return figures by the log's name."""
    large, found = stretched(world, LARGE), {}
    for log in logs:
        spent, _, cells = time_log(large, scaled_log(log, LARGE, ticks=_LARGE_TICKS), seed)
        found[log.name] = {"tick_ms": percentiles(spent), "changed_cells": round(cells, 2)}
    return found


def growth(world: NeuralWorld, log: Log, *, seed: int = 0) -> dict[str, Any]:
    """Return milliseconds by what cost may grow with.

    resolution: a look at a whole screen on which nothing happens
    dreamed:    p50 over a hundred ticks of the log, after so many ticks of the same dream
    model_size: a look at the whole screen by random weights, by millions of parameters
    training:   ticks a second of forward and backward, painting as many cells as the log changes, or all of them
    """
    resolution = {f"{size[0]}x{size[1]}": _look_ms(stretched(world, size)) for size in _SIZES}
    sizes = {}
    for factor in _WIDTHS:
        other = widened(world, factor, seed=seed)
        millions = sum(weight.numel() for weight in other.model.parameters()) / 1e6
        sizes[f"{millions:.1f}"] = _look_ms(other)
    dreamed, cells = _laps(world, log, seed)
    rows, columns = world.size[1] // CELL, world.size[0] // CELL
    return {
        "resolution": resolution,
        "dreamed": dreamed,
        "model_size": sizes,
        "training": {
            "sparse": _training(world, log, max(1, round(cells))),
            "dense": _training(world, log, rows * columns),
        },
    }


def _look_ms(world: NeuralWorld) -> float:
    """Return the median milliseconds of a tick that looks at the whole screen and on which the user rests."""
    world = copy.copy(world)
    world.exact = True
    world.reset(0)
    action, spent = Action((0, 0)), []
    for _ in range(1 + _REPEATS):
        start = time.perf_counter()
        world.step(action)
        spent.append(1000 * (time.perf_counter() - start))
    return round(float(np.median(spent[1:])), 2)


def _laps(world: NeuralWorld, log: Log, seed: int) -> tuple[dict[str, float], float]:
    """Dream the first ticks of the log again and again; return p50 by the ticks before each lap, and cells a tick."""
    world.reset(seed, log.start)
    found, cells = {}, 0
    for lap in range(_LAPS):
        spent = []
        for action in log.actions[:_LAP_TICKS]:
            start = time.perf_counter()
            frame = world.step(action)
            spent.append(1000 * (time.perf_counter() - start))
            assert frame.insight is not None
            cells += int((frame.insight.choice >= 0).sum())
        found[str(lap * len(spent))] = round(float(np.median(spent)), 2)
    return found, cells / (_LAPS * len(spent))


def _training(world: NeuralWorld, log: Log, painted: int) -> dict[str, float]:
    """Return ticks a second and GFLOP of forward and backward over one tick that paints so many cells."""
    model = copy.deepcopy(world.model).train()
    generator, device = model.generator, world.device
    screen = torch.from_numpy(log.start.copy()).to(device)
    action = log.actions[0]
    memory = advance(new_memory(action.pointer), action)

    def tick() -> None:
        cells = cells_of(screen).flatten(0, 1)
        embedded = model.embed(cells).unflatten(0, cells_of(screen).shape[:2])
        state = new_screen_state(screen, embedded, model.cell_encoder.nothing)
        turn = Turn(state, memory, whole(state), 1, 0, torch.Generator())
        decisions, features, vector = model(tick_inputs([turn]))
        rows = features.flatten(0, 2)[torch.arange(painted, device=device) % len(cells)]
        pixels = generator(
            torch.zeros(painted, 3, CELL, CELL, device=device),
            torch.ones(painted, device=device),
            torch.zeros(painted, REFERENCES, 3, CELL, CELL, device=device),
            torch.zeros(painted, 3, CELL + 2 * MARGIN, CELL + 2 * MARGIN, device=device),
            rows,
            vector.expand(painted, -1),
            torch.ones(painted, dtype=torch.int64, device=device),
        )
        outputs = (decisions.change, decisions.choice, pixels)
        torch.stack([output.square().mean() for output in outputs]).sum().backward()
        model.zero_grad(set_to_none=True)

    with FlopCounterMode(display=False) as counter:
        tick()
    return {
        "ticks_a_second": round(1 / _median_s(tick), 2),
        "gflop": round(counter.get_total_flops() / 1e9, 3),
    }


def _median_s(work: Callable[[], None]) -> float:
    spent = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return float(np.median(spent))


def describe_growth(found: dict[str, Any]) -> str:
    """Return the figures of growth as text for people."""

    def row(values: dict[str, float], unit: str) -> str:
        return ", ".join(f"{name}{unit} {value:.1f} ms" for name, value in values.items())

    grown, large = found["growth"], found["large"]
    training = grown["training"]
    sizes = "; ".join(
        f"{name} {of['tick_ms']['p50']:.0f} / {of['tick_ms']['p95']:.0f} / {of['tick_ms']['p99']:.0f} ms, "
        f"{of['changed_cells']:.0f} cells"
        for name, of in large.items()
    )
    return "\n".join(
        (
            f"1024x768, weights stretched, p50 / p95 / p99: {sizes}",
            f"a look at the whole screen: {row(grown['resolution'], '')}",
            f"by parameters: {row(grown['model_size'], ' M')}",
            f"after ticks of the same dream: {row(grown['dreamed'], '')}",
            "training, forward and backward of a tick: "
            + ", ".join(
                f"{name} {of['ticks_a_second']:.1f} ticks a second ({of['gflop']:.1f} GFLOP)"
                for name, of in training.items()
            ),
        )
    )
