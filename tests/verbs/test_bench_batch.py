"""What `bench` tells of several dreams in one batch."""

import pytest
from tiny import busy_actions, random_screen

from ncdesktop.evaluation.input_logs import Log
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.verbs.bench_batch import batch_figures, describe_batch


@pytest.mark.parametrize("ticks", [1, 5])
def test_rates_belong_together(tiny_world: NeuralWorld, ticks: int) -> None:
    before = tiny_world.get_state().tick
    found = batch_figures(tiny_world, [Log("busy", random_screen(1), tuple(busy_actions(ticks)))])
    rates = found["batch"]["busy"]
    assert rates["alone"] > 0 and rates["together"] > 0
    assert rates["gain"] == pytest.approx(rates["together"] / rates["alone"], rel=0.1)
    assert "8 dreams" in describe_batch(found) and f"busy {rates['together']:.0f}" in describe_batch(found)
    assert tiny_world.get_state().tick == before  # dreams of its own
