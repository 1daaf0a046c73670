"""What the emulator adds to a tick, timed."""

import os

import numpy as np
import pytest
from tiny import busy_actions
from worlds import PaintWorld

from ncdesktop.evaluation.input_logs import Log
from ncdesktop.verbs.bench_emulator import describe, emulator_figures


class Slow(PaintWorld):
    """Takes 40 ms a step, which are the world's and not the emulator's."""

    def __init__(self) -> None:
        super().__init__((512, 384), tick_s=0.04)


def test_the_worlds_own_time_is_not_counted_and_the_world_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    world = Slow()
    log = Log("short", np.zeros((384, 512, 3), np.uint8), tuple(busy_actions(20, (512, 384))))
    found = emulator_figures(world, log)
    figures = found["emulator"]
    added = {"added_ms", "added_cpu_ms", "added_rewinding_ms", "added_rewinding_cpu_ms"}
    assert set(figures) == added | {"save_ms", "load_ms"}
    for name in added:
        assert 0 < figures[name]["p50"] <= figures[name]["p95"] <= figures[name]["p99"]
    assert figures["added_ms"]["p50"] < 40
    assert figures["save_ms"] > 0 and figures["load_ms"] > 0
    assert "a slot is saved in" in describe(found)
    assert "SDL_VIDEODRIVER" not in os.environ
    world.step(log.actions[0])
