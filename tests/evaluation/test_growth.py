"""How cost grows, on a tiny world: more work where there is more to do, and the same dream at other sizes."""

import numpy as np
import pytest
from tiny import TINY_SIZE, busy_actions, random_screen

from ncdesktop.evaluation.growth import growth
from ncdesktop.evaluation.input_logs import Log, scaled_log
from ncdesktop.evaluation.variants import stretched, widened
from ncdesktop.model.neural_world import NeuralWorld


@pytest.fixture
def log() -> Log:
    return Log("short", random_screen(3), tuple(busy_actions(6)))


def test_painting_all_cells_is_more_work_in_training_than_painting_those_that_change(
    tiny_world: NeuralWorld, log: Log
) -> None:
    found = growth(tiny_world, log)
    assert found["training"]["dense"]["gflop"] > found["training"]["sparse"]["gflop"] > 0
    assert len(found["model_size"]) >= 2 and len(found["dreamed"]) == 4
    assert all(spent > 0 for spent in [*found["resolution"].values(), *found["dreamed"].values()])


def test_a_stretched_world_dreams_at_its_size_by_the_same_weights(tiny_world: NeuralWorld, log: Log) -> None:
    large = stretched(tiny_world, (256, 192))
    twice = scaled_log(log, (256, 192), ticks=2)
    assert [action.pointer[0] for action in twice.actions] == [
        2 * action.pointer[0] for action in log.actions[:2]
    ]
    large.reset(0, twice.start)
    assert large.step(twice.actions[0]).ui.shape == (192, 256, 3)
    assert large.model.backbone.cells_in.weight.equal(tiny_world.model.backbone.cells_in.weight)
    assert large.model.carrier.config.grid == (12, 16) and tiny_world.size == TINY_SIZE
    unchanged = stretched(tiny_world, TINY_SIZE)
    for world in (tiny_world, unchanged):
        world.reset(4, log.start)
    assert all(np.array_equal(tiny_world.step(each).ui, unchanged.step(each).ui) for each in log.actions)


def test_a_widened_model_has_more_weights(tiny_world: NeuralWorld) -> None:
    small, large = (widened(tiny_world, factor) for factor in (2.0, 4.0))
    assert sum(weight.numel() for weight in large.model.parameters()) > sum(
        weight.numel() for weight in small.model.parameters()
    )
