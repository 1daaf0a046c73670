"""Painting in several threads: the same pixels, whoever paints them."""

import numpy as np
import pytest
import torch
from tiny import busy_actions, random_screen

from ncdesktop.model.crew import Crew
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.pipeline import NCGUIWorld


def painter_inputs(count: int) -> list[torch.Tensor]:
    random = torch.Generator().manual_seed(count)
    shapes = ((3, 16, 16), (), (5, 3, 16, 16), (3, 48, 48), (16,), (32,))
    typed = torch.randint(0, 9, (count,), generator=random)
    return [*(torch.rand(count, *shape, generator=random) for shape in shapes), typed]


@pytest.mark.parametrize("count", [1, 32, 33, 200])
def test_a_crew_paints_what_one_paints(tiny_model: NCGUIWorld, count: int) -> None:
    inputs = painter_inputs(count)
    with torch.inference_mode():
        alone = Crew(tiny_model.generator, 0)(*inputs)
        assert torch.equal(Crew(tiny_model.generator, 3)(*inputs), alone)
        assert torch.allclose(tiny_model.generator(*inputs), alone, atol=1e-5)


def test_helpers_paint_at_the_precision_of_who_called(tiny_model: NCGUIWorld) -> None:
    inputs = painter_inputs(200)
    inputs[4] = inputs[4].bfloat16()  # features, as a backbone in bfloat16 leaves them
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        alone = Crew(tiny_model.generator, 0)(*inputs)
        assert torch.equal(Crew(tiny_model.generator, 3)(*inputs), alone)


def test_dreams_do_not_depend_on_the_cores_of_the_machine(tiny_model: NCGUIWorld) -> None:
    worlds = [NeuralWorld(tiny_model, model_hash="tiny", helpers=helpers) for helpers in (0, 3)]
    for world in worlds:
        world.reset(1, random_screen(2))
    for action in busy_actions(20):
        one, other = (world.step(action).ui for world in worlds)
        assert np.array_equal(one, other)


def test_what_goes_wrong_in_a_helper_is_told() -> None:
    def fail(cells: torch.Tensor) -> torch.Tensor:
        raise ValueError("no paint")

    with pytest.raises(ValueError, match="no paint"):
        Crew(fail, 2)(torch.zeros(100, 1))
