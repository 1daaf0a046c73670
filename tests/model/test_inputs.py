"""What the network sees: maps that place cells to the pixel, and comparisons of moments."""

import torch

from ncdesktop.actions import Action
from ncdesktop.model.inputs import MAPS, MOMENTS, same_moments
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.turn import tick_inputs


def test_maps_tell_where_in_its_cell_the_press_was(tiny_world: NeuralWorld) -> None:
    inputs = tick_inputs([tiny_world._turn(Action((20, 20)))])
    before = inputs.maps()
    assert before.shape[-1] == MAPS
    inputs.points = inputs.points.clone()
    inputs.points[:, 2] += 16.0  # a press a cell further: the same place in its cell
    further = inputs.maps() - before
    inputs.points[:, 2] += 1.0
    besides = inputs.maps() - before
    phases = slice(24, 48)
    assert further[..., phases].abs().max() < 1e-4 < besides[..., phases].abs().max()


def test_moments_are_compared_by_their_distance() -> None:
    same = same_moments(torch.tensor([10.0, 12.0, 500.0]), torch.tensor(10.0))
    assert same.shape == (3, MOMENTS)
    assert same[0].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert (same[1, :3] < 1).all() and (same[2, :2] < 1e-6).all()
    assert same_moments(torch.tensor([5.0]), torch.tensor(10.0))[0, 3] == 0  # it was still shown then
    assert not same_moments(torch.tensor([10.0]), torch.tensor(-1.0)).any()
