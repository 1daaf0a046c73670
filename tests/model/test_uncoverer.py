"""What a screen remembers, in groups; and what comes back: all of a group or nothing of it."""

import torch
from torch import Tensor

from ncdesktop.actions import Action, fold
from ncdesktop.events import Button
from ncdesktop.model.choices import STACK, Choice
from ncdesktop.model.groups import FACTS, MOST_GROUPS, Groups, groups_of
from ncdesktop.model.inputs import AGE_LIMIT
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.screen import cells_of

OPENED, BEFORE, TYPED = 50.0, 90.0, 5.0


def a_window_over_another(screens: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    """Ages, moments and empty places: a window of 3 x 4 cells over an older one, over the desktop; one of its cells has changed since."""
    age, left = torch.full((screens, 6, 8), float(AGE_LIMIT)), torch.full((screens, 6, 8, STACK), -1.0)
    age[:, 1:4, 1:5], left[:, 1:4, 1:5, 0] = OPENED, OPENED
    left[:, 1:4, 3:5, 1] = BEFORE  # there the older one lay, and the desktop below
    age[:, 2, 2], left[:, 2, 2, 0], left[:, 2, 2, 1] = TYPED, TYPED, OPENED
    return age, left.clamp(min=0), left < 0


def found(screens: int = 1) -> Groups:
    age, left, empty = a_window_over_another(screens)
    points = torch.tensor([[70.0, 40.0], [0.0, 0.0], [5.0, 5.0], [5.0, 5.0]]).expand(screens, -1, -1)
    return groups_of(left, empty, age, points, torch.tensor([[51, 51]]).expand(screens, -1))


def test_contents_that_came_and_were_covered_together_are_a_group() -> None:
    groups = found(screens=2)
    assert groups.known.sum(1).tolist() == [3, 3] and groups.facts.shape == (2, MOST_GROUPS, FACTS)
    assert groups.of[0].equal(groups.of[1])
    older, left_half = int(groups.of[0, 1, 3, 0]), int(groups.of[0, 1, 1, 0])
    of_older, of_desktop = (torch.nonzero(groups.of[0] == which).tolist() for which in (older, left_half))
    assert of_older == [[row, column, 0] for row in (1, 2, 3) for column in (3, 4)]
    assert [2, 2, 1] in of_desktop and [2, 2, 0] not in of_desktop  # under what was typed
    assert len(of_desktop) == 6
    assert (groups.of[0, 1:4, 3:5, 1] >= 0).all()  # the desktop below the older one
    assert (groups.of[0, 2, 2, 0], groups.of[0, 0, 0, 0]) == (-1, -1)
    facts = dict(enumerate(groups.facts[0, older].tolist()))
    assert [round(facts[place] * length) for place, length in ((2, 6), (3, 8), (4, 6), (5, 8))] == [
        1,
        3,
        4,
        5,
    ]
    holds = groups.facts[0, :, [17, 26]]  # pointer, press
    assert holds[older].tolist() == [1, 0] and holds[left_half].tolist() == [0, 0]


def test_means_and_shares_are_of_the_groups_contents() -> None:
    groups = found()
    older = int(groups.of[0, 1, 3, 0])
    ids = torch.arange(6 * 8 * (1 + STACK)).view(1, 6, 8, 1 + STACK)
    table = torch.arange(ids.numel()).float()[:, None]
    means = groups.means(table, ids)
    cells = ids[0, 1:4, 3:5]
    torch.testing.assert_close(
        means[0, older], torch.stack([cells[..., 1], cells[..., 0]]).float().mean((1, 2))
    )
    which = torch.zeros(1, 6, 8, STACK, dtype=torch.bool)
    which[0, 1:3, 3:5, 0] = True
    assert abs(float(groups.share(which)[0, older]) - 2 / 3) < 1e-6
    nothing = torch.full((1, 6, 8, STACK), 0.0)
    empty = groups_of(nothing, nothing == 0, nothing[..., 0], torch.zeros(1, 4, 2), torch.zeros(1, 2))
    assert not empty.known.any() and not empty.means(table, ids).any()


def covered(world: NeuralWorld) -> Tensor:
    """Begin with a screen, cover a part of 4 x 5 cells; return what the screen showed before (H, W, 3) uint8."""
    world.exact = True  # the whole screen each tick
    before = torch.from_numpy(world.reset().ui.copy())
    after = before.clone()
    cells_of(after)[1:5, 2:7] = 255 - cells_of(after)[1:5, 2:7]
    world.follow(Action((64, 64)), after.numpy())
    return before


def saying(world: NeuralWorld, source: Choice, change: float, comes_back: float) -> None:
    """Let every cell change with log odds `change`, from `source`, and groups come back with log odds `comes_back`."""
    selector = world.model.selector
    with torch.no_grad():
        selector.heads.weight.zero_()
        selector.heads.bias.zero_()
        selector.heads.bias[0] = change
        selector.heads.bias[1 + source] = 60.0
        world.model.uncoverer.out.bias.fill_(comes_back)


def test_what_is_sure_to_come_back_does_as_a_whole_whatever_the_cells_say(tiny_world: NeuralWorld) -> None:
    saying(tiny_world, Choice.DICTIONARY, 1.0, 9.0)
    tiny_world.model.selector.blend.copy_(torch.tensor([9.0, 0.0, 0.0]))  # something happens
    before = covered(tiny_world)
    frame = tiny_world.step(fold(Action((64, 64)), [Button(1, True)]))
    assert (cells_of(torch.from_numpy(frame.ui.copy()))[1:5, 2:7] == cells_of(before)[1:5, 2:7]).all()
    assert frame.insight is not None
    assert (frame.insight.choice[1:5, 2:7] == Choice.EARLIER).all()


def test_what_stays_covered_stays_whatever_the_cells_say(tiny_world: NeuralWorld) -> None:
    saying(tiny_world, Choice.EARLIER, 60.0, -9.0)  # all would come back
    covered(tiny_world)
    shown = tiny_world.get_state().arrays["screen/screen"].copy()
    frame = tiny_world.step(fold(Action((64, 64)), [Button(1, True)]))
    assert (frame.ui == shown).all()


def test_a_screen_has_the_same_groups_beside_another() -> None:
    """Groups are found for all screens at once in training, and for one in a dream."""
    age, left, empty = a_window_over_another(2)
    left[0, 5, :, 0], empty[0, 5, :, 0] = 20.0, False  # the first has another group
    points, ages = torch.rand(2, 4, 2) * 90, torch.tensor([[3, 2], [51, 50]])
    both, alone = (groups_of(left[n:], empty[n:], age[n:], points[n:], ages[n:]) for n in (0, 1))
    assert both.known.sum(1).tolist() == [4, 3]
    assert both.of[1].equal(alone.of[0])
    torch.testing.assert_close(both.facts[1], alone.facts[0])
    ids = torch.arange(2 * 6 * 8 * (1 + STACK)).view(2, 6, 8, 1 + STACK)
    table = torch.randn(ids.numel(), 5)
    torch.testing.assert_close(both.means(table, ids)[1], alone.means(table, ids[1:])[0])
