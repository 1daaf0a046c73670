"""Several dreams stepped in one pass: each goes on as it would alone."""

import numpy as np
import torch
from tiny import busy_actions

from ncdesktop.actions import Action
from ncdesktop.model.neural_world import NeuralWorld, step_together
from ncdesktop.world import Frame, Insight

TICKS = 40


def inputs_of_three() -> list[list[Action]]:
    """A user who is busy, one who rests, one who stops: their views are of both sizes, in all mixtures."""
    busy, other = busy_actions(TICKS, seed=1), busy_actions(TICKS // 2, seed=2)
    return [busy, [Action((20, 20))] * TICKS, other + [Action(other[-1].pointer)] * (TICKS // 2)]


def insight(frame: Frame) -> Insight:
    assert frame.insight is not None
    return frame.insight


def test_each_dream_goes_on_as_alone_but_for_rounding(tiny_world: NeuralWorld) -> None:
    """Sums over a batch may be rounded otherwise: a painted pixel by one step of 255, no decision by more than 1e-5."""
    alone, together = ([tiny_world.another() for _ in range(3)] for _ in range(2))
    for seed, world in enumerate(alone):
        world.reset(seed)
    changed, exact = 0, 0
    for actions in zip(*inputs_of_three(), strict=True):
        for world, one in zip(together, alone, strict=True):
            world.set_state(one.get_state())
        expected = [world.step(action) for world, action in zip(alone, actions, strict=True)]
        for frame, other in zip(step_together(together, actions), expected, strict=True):
            assert (frame.tick, frame.pointer, frame.cursor) == (other.tick, other.pointer, other.cursor)
            np.testing.assert_allclose(insight(frame).change, insight(other).change, atol=1e-5)
            assert np.array_equal(insight(frame).choice, insight(other).choice)
            assert_alike(frame.ui, other.ui)
            exact += np.array_equal(frame.ui, other.ui)
            changed += bool((insight(frame).choice >= 0).any())
        for world, one in zip(together, alone, strict=True):
            assert torch.equal(world._generator.get_state(), one._generator.get_state())
    assert exact > 0.95 * 3 * TICKS and changed > TICKS


def assert_alike(one: np.ndarray, other: np.ndarray) -> None:
    """The rounding of sums moves a pixel by one, and now and then one over the border within which it becomes a neighbour's."""
    apart = np.abs(one.astype(int) - other)
    assert apart.max() <= 10
    assert (apart > 1).mean() < 1e-3


def test_dreams_of_one_model_share_nothing_but_it(tiny_world: NeuralWorld) -> None:
    other = tiny_world.another()
    assert other.model is tiny_world.model
    before = other.get_state()
    for action in busy_actions(20):
        tiny_world.step(action)
    assert all(np.array_equal(array, before.arrays[name]) for name, array in other.get_state().arrays.items())


def test_no_dreams_give_no_frames() -> None:
    assert step_together([], []) == []


def test_more_dreams_than_share_a_pass_go_on_in_several(tiny_world: NeuralWorld) -> None:
    together, alone = ([tiny_world.another() for _ in range(6)] for _ in range(2))
    inputs = [busy_actions(10, seed=seed) for seed in range(6)]
    for actions in zip(*inputs, strict=True):
        for world, one in zip(together, alone, strict=True):
            world.set_state(one.get_state())
        expected = [world.step(action) for world, action in zip(alone, actions, strict=True)]
        for frame, other in zip(step_together(together, actions), expected, strict=True):
            assert (frame.tick, frame.pointer) == (other.tick, other.pointer)
            assert np.array_equal(insight(frame).choice, insight(other).choice)
            assert_alike(frame.ui, other.ui)
