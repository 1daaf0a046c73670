"""What `bench` times of several dreams in one batch: ticks a second beside those of one dream alone."""

import time
from typing import Any

from ncdesktop.actions import Action
from ncdesktop.evaluation.input_logs import Log
from ncdesktop.model.neural_world import NeuralWorld, step_together

__all__ = ["batch_figures", "describe_batch"]

_DREAMS = 8
_TICKS = 30
_WARM_UP_TICKS = 2


def batch_figures(world: NeuralWorld, logs: list[Log], *, seed: int = 0) -> dict[str, Any]:
    """Dream each log eight times at once, in one batch and one by one, and return the figures under "batch".

    alone, together: ticks a second, all dreams counted; gain: how many times as many together.
    Each dream begins at another place of the log. Both ways take turns tick by tick, so that whatever else the machine
    does slows both, and dream the same thing.
    """
    return {"batch": {"dreams": _DREAMS, **{log.name: _rates(world, log, seed) for log in logs}}}


def _rates(world: NeuralWorld, log: Log, seed: int) -> dict[str, float]:
    alone, together = ([world.another() for _ in range(_DREAMS)] for _ in range(2))
    for dream, worlds in enumerate(zip(alone, together, strict=True)):
        for one in worlds:
            one.reset(seed + dream, log.start)
    inputs = [_from(log, dream * len(log.actions) // _DREAMS) for dream in range(_DREAMS)]
    alone_s = together_s = 0.0
    for tick, actions in enumerate(zip(*inputs, strict=True)):
        began_s = time.perf_counter()
        for one, action in zip(alone, actions, strict=True):
            one.step(action)
        middle_s = time.perf_counter()
        step_together(together, actions)
        if tick >= _WARM_UP_TICKS or tick == len(inputs[0]) - 1:
            alone_s, together_s = alone_s + middle_s - began_s, together_s + time.perf_counter() - middle_s
    ticks = _DREAMS * max(len(inputs[0]) - _WARM_UP_TICKS, 1)
    return {
        "alone": round(ticks / alone_s, 1),
        "together": round(ticks / together_s, 1),
        "gain": round(alone_s / together_s, 2),
    }


def _from(log: Log, first: int) -> tuple[Action, ...]:
    """Return the log's input from a place on, and on from its beginning."""
    return (*log.actions[first:], *log.actions[:first])[:_TICKS]


def describe_batch(found: dict[str, Any]) -> str:
    """Return the figures of the batch as a line for people."""
    of = found["batch"]
    rates = ", ".join(
        "{name} {together:.0f} for {alone:.0f} ({gain:.2f} times)".format(name=name, **rate)
        for name, rate in of.items()
        if name != "dreams"
    )
    return f"ticks a second of {of['dreams']} dreams in one batch, for those of one dream: {rates}"
