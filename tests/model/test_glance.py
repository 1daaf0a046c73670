"""Ticks that are not worth a look: nothing changes in them, and they cost none."""

import numpy as np
import pytest
import torch
from tiny import busy_actions

from ncdesktop.actions import Action
from ncdesktop.model.glance import Expected
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.neural_world import NeuralWorld, step_together
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.turn import tick_inputs


def never_looks(model: NCGUIWorld) -> None:
    torch.nn.init.constant_(model.glance.out.bias, -20.0)


@pytest.fixture
def looks(tiny_world: NeuralWorld) -> list[int]:
    """How many screens were looked at, one entry a look."""
    seen: list[int] = []
    tiny_world.model.selector.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    return seen


def test_an_untrained_glance_finds_everything_worth_a_look(tiny_world: NeuralWorld, looks: list[int]) -> None:
    for action in busy_actions(5):
        tiny_world.step(action)
    assert len(looks) >= 5


def test_in_training_the_screen_is_hidden_from_half_of_the_moments_and_never_afterwards(
    tiny_world: NeuralWorld,
) -> None:
    encoder = tiny_world.model.glance.encoder
    encoder.hidden = 0.0
    part = torch.ones(2000, 3)
    hidden = (encoder.train()._maybe(part, 0.5) == 0).all(1).float().mean()
    assert 0.4 < hidden < 0.6
    tiny_world.exact = True  # so that all of the screen is in the turn
    inputs = tick_inputs([tiny_world._turn(Action((10, 10)))])
    seen = Glimpse.of(inputs, inputs.embedded[..., 0, :].clone(), inputs.age)
    looks = torch.cat([encoder(seen) for _ in range(60)]).unique(dim=0)
    assert len(looks) > 2
    assert len(torch.cat([encoder.eval()(seen) for _ in range(5)]).unique(dim=0)) == 1


def test_where_nothing_is_expected_nothing_is_looked_at_and_nothing_changes(
    tiny_world: NeuralWorld, looks: list[int]
) -> None:
    never_looks(tiny_world.model)
    before = tiny_world.reset(3)
    for action in busy_actions(5):
        frame = tiny_world.step(action)
        assert np.array_equal(frame.ui, before.ui) and frame.cursor == before.cursor
        assert frame.pointer == action.pointer
        assert frame.insight and (frame.insight.choice < 0).all() and not frame.insight.change.any()
    assert not looks


def test_an_exact_world_looks_all_the_same(tiny_world: NeuralWorld, looks: list[int]) -> None:
    never_looks(tiny_world.model)
    tiny_world.exact = True
    tiny_world.step(busy_actions(1)[0])
    assert looks


def test_the_same_numbers_are_drawn_whether_it_looks_or_not(tiny_world: NeuralWorld) -> None:
    """Ticks in which nothing happens leave the dream where it was, so that fast and exact ways go on alike."""
    torch.nn.init.constant_(tiny_world.model.selector.heads.bias, -60.0)  # nothing ever happens
    torch.nn.init.zeros_(tiny_world.model.selector.heads.weight)
    drawn = []
    for exact in (True, False):
        tiny_world.exact = exact
        never_looks(tiny_world.model)
        tiny_world.reset(1)
        for action in busy_actions(4):
            tiny_world.step(action)
        drawn.append(tiny_world.get_state().arrays["random"])
    assert np.array_equal(*drawn)


def test_of_dreams_that_share_a_tick_only_those_worth_it_are_looked_at(
    tiny_world: NeuralWorld, looks: list[int]
) -> None:
    """What the cells show decides: one dream's screen is black, the other's is not."""
    glance = tiny_world.model.glance
    other = tiny_world.another()
    tiny_world.reset(0), other.reset(0, np.zeros_like(tiny_world.model.start))
    action = Action((100, 100), buttons=1)
    with torch.no_grad():
        for weight in glance.parameters():
            torch.nn.init.normal_(weight, std=0.5)
        glance.encoder.fovea[0].weight.zero_()
        odds = []
        for world in (tiny_world, other):
            turn = world.another()
            turn.set_state(world.get_state())
            begun = turn._turn(action)
            shown, age = begun.state.embedded[None, :, :, 0], (begun.tick - begun.state.changed_at)[None]
            odds.append(glance(Glimpse.of(tick_inputs([begun]), shown, age)).change[0])
        apart = odds[0] - odds[1]
        assert apart.abs() > 1e-2
        steep = 1000 * apart.sign()
        glance.out.bias[0] = (glance.out.bias[0] - (odds[0] + odds[1]) / 2) * steep
        glance.out.weight[0] *= steep
    frames = step_together([tiny_world, other], [action, action])
    assert set(looks) == {1}
    assert frames[0].insight and frames[0].insight.change.any()
    assert frames[1].insight and not frames[1].insight.change.any()


def test_a_look_that_knows_nothing_sees_what_one_sees_to_which_nothing_is_revealed(
    tiny_world: NeuralWorld, tiny_model: NCGUIWorld
) -> None:
    inputs = tick_inputs([tiny_world._turn(busy_actions(1)[0])])
    model = tiny_model  # the world's own may look in eight bits
    for weight in model.backbone.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    action = model.action_encoder(inputs)
    seen = [model.backbone.decode(model.backbone.encode(inputs, action), inputs.revealed, action)]
    with torch.inference_mode():  # GELU works in place
        seen += [
            model.backbone.decode(model.backbone.encode(inputs, action), known, action)
            for known in (inputs.revealed, None)
        ]
    assert seen[1].equal(seen[2]) and seen[0].std() > 0.1
    torch.testing.assert_close(seen[0].detach(), seen[1])


def test_the_pointer_keeps_its_shape_unless_another_is_clearly_likelier() -> None:
    shapes = torch.tensor([[0.0, 0.9], [0.0, 1.1], [0.9, 0.0], [0.0, 0.1]])
    before = torch.tensor([0, 0, 1, 2])  # the last was not known
    assert Expected(torch.zeros(4), shapes).shape(before).tolist() == [0, 1, 1, 1]
