"""Two looks: what the second is told of the cell that the first drew."""

from dataclasses import replace

import pytest
import torch
from tiny import busy_actions

from ncdesktop.actions import fold
from ncdesktop.events import Key
from ncdesktop.keysyms import key_id
from ncdesktop.model.choices import CHOICES, STACK, Choice
from ncdesktop.model.decide import EVENT_CELLS, Cells, _hold_, _place_, _rest_, _reveal
from ncdesktop.model.decided import Decided
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.inputs import TickInputs
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.sampler import Pivot
from ncdesktop.model.selector import Decisions
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.model.turn import tick_inputs
from ncdesktop.model.uncoverer import Returning


def looked_once(inputs: TickInputs, choice: int) -> Decided:
    """A first look whose cells would all come from `choice`."""
    rows, columns = inputs.age.shape[1:]
    choices = torch.zeros(1, rows, columns, len(CHOICES))
    choices[..., choice] = 1
    change = torch.zeros(1, rows, columns)
    decisions = Decisions(change, choices)
    nowhere = torch.full((1, 3), NO_SPRITE)
    features, ones, offset = torch.zeros(1, rows, columns, 16), torch.ones(1), torch.zeros(1)
    return Decided(change > 0, change, decisions, features, nowhere, ones, offset, torch.zeros_like(change))


def nothing_opens(inputs: TickInputs) -> tuple[torch.Tensor, torch.Tensor]:
    """What the sprites that open change, where none does."""
    return torch.zeros_like(inputs.age, dtype=torch.bool), torch.zeros_like(inputs.embedded[..., 0, :])


class OneContent:
    """A scene in which every cell becomes the same, or must not be asked what it becomes."""

    def __init__(self, content: torch.Tensor | None) -> None:
        self._content = content

    def contents(self, cells: Cells, choice: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
        assert self._content is not None
        return self._content[None]

    def agreement(self, screen: int, placed: torch.Tensor) -> torch.Tensor:
        raise AssertionError("none is placed")

    def returning(self, screen: int, glimpse: Glimpse) -> Returning:
        raise AssertionError("what comes back is given")

    def sprites(self, placed: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        raise AssertionError("none is placed")


def test_second_look_is_told_source_content_and_moments_of_the_drawn_cell(tiny_world: NeuralWorld) -> None:
    inputs = tick_inputs([tiny_world._turn(busy_actions(1)[0])])
    inputs.age[0, 1, 2], inputs.age[0, 3, 3] = 7.0, 7.0
    inputs.left[0, 1, 2, 1], inputs.left[0, 0, 0, 4] = 30.0, 30.0
    content = torch.arange(inputs.embedded.shape[-1]).float()
    second = Choice.EARLIER + 1  # content of the stack
    first = looked_once(inputs, second)
    known = _reveal(
        first,
        [(0, Pivot(1, 2, changes=True, chance=0.7))],
        OneContent(content),
        inputs,
        nothing_opens(inputs),
    )
    assert torch.nonzero(known.cells[0, ..., 1]).tolist() == [[1, 2]]
    assert torch.nonzero(known.choices).tolist() == [[0, 1, 2, second]]
    assert (
        known.contents[0, 1, 2].equal(content) and known.contents.count_nonzero() == content.count_nonzero()
    )
    assert known.changed[0, 3, 3].tolist() == [1, 1, 1, 1] and known.changed[0, 0, 0, 0] < 0.01
    assert known.left[0, 0, 0, 4].tolist() == [1, 1, 1, 1] and known.left[0, 0, 0, 0, 0] < 0.01


def test_cells_outvoted_by_what_the_uncoverer_says_come_back_or_stay_with_their_group(
    tiny_world: NeuralWorld,
) -> None:
    inputs = tick_inputs([tiny_world._turn(busy_actions(1)[0])])
    rows, columns = inputs.age.shape[1:]
    of = torch.full((rows, columns, STACK), -1)
    of[:2, :, 0], of[2:, :, 0], of[0, 0, 1] = 0, 1, 1
    mixed = torch.full((rows, columns), 0.6)
    mixed[0, 0] = 0.1
    for odds, votes_for in (
        (torch.tensor([6.0, -6.0]), Choice.DICTIONARY),
        (torch.tensor([6.0, -6.0]), Choice.EARLIER),
    ):
        first = looked_once(inputs, votes_for)
        first.decisions.choice *= 9
        changed = first.bring_back_(0, mixed > 0.5, mixed, Returning(odds, of))
        source = first.decisions.choice[0].argmax(-1)
        assert changed[:2].all() and (source[:2] == Choice.EARLIER).all()
        assert (first.returns[0, :2] > 0.5).all() and not first.returns[0, 2:].any()
        if votes_for == Choice.EARLIER:  # the others would come back, too
            assert not changed[2:].any()
        else:
            assert changed[2:].all() and (source[2:] == Choice.DICTIONARY).all()


def test_a_cell_that_its_group_outvotes_stays_if_it_is_nearly_sure_and_the_group_is_heard(
    tiny_world: NeuralWorld,
) -> None:
    inputs = tick_inputs([tiny_world._turn(busy_actions(1)[0])])
    of = torch.full((*inputs.age.shape[1:], STACK), -1)
    of[:2, :, 0] = 0
    for likely, back in ((0.9, False), (0.1, True)):  # what the rest of the group says
        chances = torch.full(inputs.age.shape[1:], likely)
        chances[0, 0] = 0.005
        first = looked_once(inputs, Choice.EARLIER)
        first.decisions.choice *= 9
        changed = first.bring_back_(0, chances > 0.5, chances, Returning(torch.tensor([6.0]), of))
        assert changed[:2].sum() == of[:2, :, 0].numel() - (not back)
        assert bool(changed[0, 0]) == bool(first.returns[0, 0, 0]) == back


class OneSprite(OneContent):
    """A scene in which a sprite would change the cells `drawn` (h, w)."""

    def __init__(self, drawn: torch.Tensor, dim: int) -> None:
        super().__init__(None)
        self._drawn, self._dim = drawn, dim

    def agreement(self, screen: int, placed: torch.Tensor) -> torch.Tensor:
        return torch.eye(len(placed))

    def sprites(self, placed: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self._drawn[None], torch.ones(1, *self._drawn.shape, self._dim)


def test_a_sprite_opens_as_likely_as_glance_and_placer_have_it_whatever_the_cells_say(
    tiny_world: NeuralWorld,
) -> None:
    inputs = tick_inputs([tiny_world._turn(busy_actions(1)[0])])
    glimpse = Glimpse.of(inputs, inputs.embedded[..., 0, :], inputs.age)
    first = looked_once(inputs, Choice.DICTIONARY)
    first.probability[0, 0, 0] = 0.7  # the cells know better there
    drawn = torch.zeros_like(first.changed[0])
    drawn[0, :3] = True
    scene = OneSprite(drawn, glimpse.shown.shape[-1])
    candidates, likely = torch.tensor([[[2, 16, 32], [1, 0, 0]]]), torch.tensor([[0.8, 0.1]])
    for any_, expected in ((0.9, [0.7, 0.4, 0.4, 0.0]), (0.3, [0.7, 0.0, 0.0, 0.0])):
        placed = replace(first, probability=first.probability.clone(), placed=first.placed.clone())
        shown, _ = _place_(placed, (candidates, likely, torch.tensor([any_])), glimpse, torch.zeros(1), scene)
        assert torch.allclose(placed.probability[0, 0, :4], torch.tensor(expected))
        assert placed.placed[0].tolist() == ([2, 16, 32] if any_ > 0.5 else [NO_SPRITE] * 3)
        assert bool(shown.any()) == (any_ > 0.5)


def test_where_a_sprite_is_sure_to_open_nothing_else_is_made_up_but_next_to_it(
    tiny_world: NeuralWorld,
) -> None:
    first = looked_once(tick_inputs([tiny_world._turn(busy_actions(1)[0])]), Choice.DICTIONARY)
    _, rows, columns = first.changed.shape
    drawn = torch.zeros(rows, columns, dtype=torch.bool)
    drawn[1, 1] = True
    changed = torch.zeros_like(drawn)
    changed[1, 1] = changed[2, 2] = changed[3, 3] = changed[1, 3] = True
    first.decisions.choice[0, 1, 1, Choice.SPRITE] = first.decisions.choice[0, 1, 3, Choice.EARLIER] = 2
    first.odds[0] = 0.3  # not sure
    assert torch.equal(first.open_(0, changed, drawn), changed)
    first.odds[0] = 0.5
    opened = first.open_(0, changed, drawn)
    assert opened.nonzero().tolist() == [[1, 1], [1, 3], [2, 2]]


def test_a_sprite_that_is_surer_opens_whole_whatever_its_cells_say(tiny_world: NeuralWorld) -> None:
    first = looked_once(tick_inputs([tiny_world._turn(busy_actions(1)[0])]), Choice.DICTIONARY)
    drawn = torch.zeros_like(first.changed[0])
    drawn[:2, 1] = True
    first.odds[0] = 0.7
    assert torch.equal(first.open_(0, torch.zeros_like(drawn), drawn), drawn)
    assert (first.decisions.choice[0].argmax(-1)[drawn] == Choice.SPRITE).all()


def test_a_sprite_opens_whole_if_most_of_its_cells_open_it(tiny_world: NeuralWorld) -> None:
    inputs = tick_inputs([tiny_world._turn(busy_actions(1)[0])])
    drawn = torch.zeros(inputs.age.shape[1:], dtype=torch.bool)
    drawn[:2, :3] = True
    for count in (3, 4):
        first = looked_once(inputs, Choice.SPRITE)
        first.odds[0] = 0.3
        changed = torch.zeros_like(drawn)
        changed[0, :3] = True
        changed[1, 0] = count == 4
        assert torch.equal(first.open_(0, changed, drawn), drawn if count == 4 else changed)


def test_pieces_of_a_sprite_open_alone_if_they_are_few_or_many(tiny_world: NeuralWorld) -> None:
    inputs = tick_inputs([tiny_world._turn(busy_actions(1)[0])])
    inputs.age = torch.zeros(1, 10, 10)
    drawn = torch.ones(10, 10, dtype=torch.bool)

    def opened(count: int, others: int, instead: Choice) -> tuple[int, int]:
        """Return how many cells change, and how many of these open the sprite, where it does in `count` and others change, too."""
        first = looked_once(inputs, Choice.SHIFT)
        first.odds[0] = 0.3
        choice, changed = first.decisions.choice[0].flatten(0, 1), torch.zeros_like(drawn)
        choice[:count, Choice.SPRITE], choice[:count, instead] = 20, 10
        changed.view(-1)[: count + others] = True
        changes = first.open_(0, changed, drawn)
        opens = changes & (first.decisions.choice[0].argmax(-1) == Choice.SPRITE)
        return int(changes.sum()), int(opens.sum())

    assert opened(3, 0, Choice.EARLIER) == (3, 3)
    assert opened(4, 2, Choice.EARLIER) == (2, 0)
    assert opened(4, 12, Choice.EARLIER) == (12, 0)
    assert opened(4, 13, Choice.EARLIER) == (17, 0)  # what else comes back is filled up
    assert opened(4, 13, Choice.GENERATE) == (13, 0)
    assert opened(39, 0, Choice.EARLIER) == (0, 0) and opened(40, 0, Choice.EARLIER) == (40, 40)


def test_what_is_likelier_to_come_back_than_the_sprite_to_open_does(tiny_world: NeuralWorld) -> None:
    first = looked_once(tick_inputs([tiny_world._turn(busy_actions(1)[0])]), Choice.EARLIER)
    drawn = torch.zeros_like(first.changed[0])
    drawn[0, :3] = True
    first.odds[0] = 0.8
    first.returns[0, 0, :2] = torch.tensor([0.95, 0.7])
    assert torch.equal(first.open_(0, torch.zeros_like(drawn), drawn), drawn)
    sources = first.decisions.choice[0].argmax(-1)[0, :3].tolist()
    assert sources == [Choice.EARLIER, Choice.SPRITE, Choice.SPRITE]
    assert first.returns[0, 0].tolist()[:2] == pytest.approx([0.95, 0.0])


def test_in_a_drag_nothing_comes_back_but_where_something_follows(tiny_world: NeuralWorld) -> None:
    inputs = tick_inputs([tiny_world._turn(busy_actions(1)[0])])

    def left(*, dragged: bool, cells: int = EVENT_CELLS, follows: bool = False) -> int:
        decided = looked_once(inputs, Choice.EARLIER)
        decided.changed[:] = False
        decided.changed[0].view(-1)[:cells] = True
        decided.decisions.choice[0, 0, 0, Choice.SHIFT] = 9.0 if follows else -9.0
        _hold_(decided, torch.tensor([dragged]))
        return int(decided.changed.sum())

    assert left(dragged=True) == 0
    assert left(dragged=False) == left(dragged=True, follows=True) == EVENT_CELLS
    assert left(dragged=True, cells=EVENT_CELLS - 1) == EVENT_CELLS - 1


def test_a_cell_that_has_to_be_painted_tells_no_content_and_one_that_stays_nothing(
    tiny_world: NeuralWorld,
) -> None:
    inputs = tick_inputs([tiny_world._turn(busy_actions(1)[0])])
    first = looked_once(inputs, Choice.GENERATE)
    painted = _reveal(
        first, [(0, Pivot(1, 2, changes=True, chance=0.7))], OneContent(None), inputs, nothing_opens(inputs)
    )
    assert painted.choices[0, 1, 2, Choice.GENERATE] == 1
    assert not painted.contents.any() and not painted.left.any()
    stays = _reveal(
        first, [(0, Pivot(1, 2, changes=False, chance=0.7))], OneContent(None), inputs, nothing_opens(inputs)
    )
    assert torch.nonzero(stays.cells).tolist() == [[0, 1, 2, 0]]
    assert not stays.choices.any() and not stays.changed.any()


def test_the_painter_is_told_what_was_typed(tiny_world: NeuralWorld) -> None:
    typed: list[set[int]] = []
    paint = tiny_world.painter

    def listening(*seen: torch.Tensor) -> torch.Tensor:
        typed.append(set(seen[-1].tolist()))
        return paint(*seen)

    tiny_world.painter = listening
    with torch.no_grad():  # every cell changes and is painted
        tiny_world.model.selector.heads.bias[0] = 60.0
        tiny_world.model.selector.heads.bias[1 + Choice.GENERATE] = 60.0
    action = busy_actions(1)[0]
    tiny_world.step(fold(action, [Key("g", True), Key("g", False)]))
    tiny_world.step(fold(action, []))
    assert {key_id("g")} in typed and typed[-1] == {0}


def test_nothing_large_comes_where_nothing_was_touched_for_long(tiny_world: NeuralWorld) -> None:
    first = looked_once(tick_inputs([tiny_world._turn(busy_actions(1)[0])]), Choice.DICTIONARY)
    for cells in (39, 40):
        for resting in (False, True):
            changed = torch.zeros(1, 8, 8, dtype=torch.bool)
            changed.view(-1)[:cells] = True
            decided = replace(first, changed=changed)
            _rest_(decided, torch.tensor([resting]))
            assert bool(decided.changed.any()) == (not resting or cells < 40)


def test_events_that_would_mostly_be_wrong_do_not_happen(tiny_world: NeuralWorld) -> None:
    tiny_world.exact = True  # the whole screen each tick
    selector = tiny_world.model.selector
    with torch.no_grad():
        selector.heads.weight.zero_()
        selector.heads.bias[0] = 60.0  # every cell changes,
        selector.heads.bias[1 + Choice.GENERATE] = 60.0  # and is painted

    def changed(trust: float) -> int:
        selector.trust[Choice.GENERATE] = trust
        tiny_world.reset()
        frame = tiny_world.step(busy_actions(1)[0])
        assert frame.insight is not None
        return int((frame.insight.choice >= 0).sum())

    assert changed(0.4) == 0 and changed(0.6) > 32
