"""Drawing changes: cells of one event agree."""

import pytest
import torch

from ncdesktop.actions import FEATURES, HISTORY, Action, fold
from ncdesktop.events import Key
from ncdesktop.model.inputs import nothing_revealed
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import (
    Pivot,
    awaited,
    noised,
    numbers,
    pick,
    rests,
    settle,
    sharpness,
    worth_a_look,
)
from ncdesktop.model.selector import EXPECTED
from ncdesktop.model.turn import tick_inputs


def test_still_ticks_have_no_pivot_and_certain_ones_their_surest_cell() -> None:
    still, certain = torch.tensor([[0.01, 0.001]]), torch.tensor([[0.98, 0.001], [0.0, 0.999]])
    assert pick(still, torch.tensor([0.0, 0.0])) is None
    assert pick(certain, torch.tensor([0.0, 0.0])) == Pivot(1, 1, changes=True, chance=1.0)


@pytest.mark.parametrize(
    ("chance", "sharp", "rate"), [(0.5, 2.5, 0.5), (0.3, 2.5, 0.107), (0.1, 2.5, 0.004), (0.3, 1.0, 0.3)]
)
def test_events_are_drawn_at_the_sharpened_rate_of_their_likeliest_cell(
    chance: float, sharp: float, rate: float
) -> None:
    probability = torch.tensor([[chance, chance * 0.9], [chance / 3, chance / 3], [0.0, 1.0]])
    generator, drawn = torch.Generator().manual_seed(0), 0
    for _ in range(1000):
        pivot = pick(probability, numbers(generator), sharpness=sharp)
        if pivot:
            assert pivot.row == 0  # a certain cell decides nothing, an unlikely one may be of another event
            drawn += pivot.changes
    assert abs(drawn / 1000 - rate) < 0.05


def test_what_a_click_launched_comes_at_the_rate_the_network_gives() -> None:
    """A probability of 0.1, tick after tick, is a window within a second; sharpened, it came once in twenty seconds."""
    features = torch.cat([_moment(since, moves) for since, moves in [(0, 0), (1, 1), (13, 0), (13, 1)]])
    keys = torch.zeros(4, HISTORY, 2)
    assert (sharpness(features, keys) == torch.tensor([3.0, 1.0, 1.0, 3.0])).all()
    features[1, -1, 2] = 1
    assert sharpness(features, keys)[1] == sharpness(features[:1], keys[:1])  # held
    pressed = keys.clone()
    pressed[3, -4] = 5
    assert sharpness(features, pressed)[3] == 1.0  # a key, too


def test_what_is_awaited_comes_sooner_than_that_and_nothing_else_does() -> None:
    features = torch.cat([_moment(since, moves) for since, moves in [(0, 0), (4, 1), (13, 0), (13, 1)]])
    keys = torch.zeros(4, HISTORY, 2)
    sooner = awaited(features, keys)
    assert (sooner > 0).tolist() == [False, True, False, False]
    answers = awaited(torch.cat([_moment(since, 0) for since in (1, 2, 3)]), keys[:3])
    assert (answers == 0).all()  # what a click does comes at once; launched programs take longer
    released = features[1:2].clone()
    released[0, -2, 5] = 1
    assert awaited(released, keys[:1]) == 0  # touched again
    typed = keys.clone()
    typed[2:, -4] = 5
    assert (awaited(features, typed) > 0).tolist() == [False, True, False, False]  # a key launches nothing
    unlikely, generator = torch.full((2, 2), 0.1), torch.Generator().manual_seed(0)
    drawn = [pick(unlikely, numbers(generator), awaited=float(sooner[1])) for _ in range(1000)]
    assert abs(sum(pivot is not None and pivot.changes for pivot in drawn) / 1000 - 0.5) < 0.05


def test_who_rests_has_neither_touched_nor_moved_anything_that_is_known() -> None:
    features, keys = (
        torch.cat([_moment(HISTORY, 0), _moment(HISTORY - 1, 0), _moment(HISTORY, 1)]),
        torch.zeros(3, HISTORY, 2),
    )
    ages = torch.tensor([[26, 30]]).repeat(3, 1)
    assert rests(features, keys, ages).tolist() == [True, False, False]
    assert not rests(features, keys, ages - 1).any()  # what a click launched may still come
    keys[0, 0] = 5
    assert not rests(features, keys, ages).any()


def _moment(since: int, moves: int) -> torch.Tensor:
    """Features (1, HISTORY, FEATURES) some ticks after a click, while the pointer moves or does not."""
    features = torch.zeros(1, HISTORY, FEATURES)
    if since < HISTORY:
        features[0, HISTORY - 1 - since, 5] = 1
    features[0, -1, 0] = moves
    return features


def test_where_something_is_waited_for_a_look_is_had_only_if_it_may_come() -> None:
    waits, acts = _moment(13, 0), _moment(0, 0)
    features, keys = torch.cat([waits, waits, waits, acts, waits]), torch.zeros(5, HISTORY, 2)
    expected = torch.tensor([-2.0, -2.0, 1.0, -2.0, -4.0])
    drawn = torch.tensor([[0.0, 0.05], [0.0, 0.9], [0.0, 0.9], [0.0, 0.9], [0.0, 0.0]])
    assert worth_a_look(expected, drawn, features, keys).tolist() == [True, False, True, True, False]


def test_what_a_click_launched_is_looked_for_though_each_tick_alone_is_unlikely_to_bring_it() -> None:
    features, keys = torch.cat([_moment(6, 0), _moment(HISTORY, 0)]), torch.zeros(2, HISTORY, 2)
    expected, drawn = torch.full((2,), -4.0), torch.tensor([[0.0, 0.2]]).repeat(2, 1)
    assert worth_a_look(expected, drawn, features, keys).tolist() == [True, False]


def test_what_must_happen_does_however_unlikely() -> None:
    pivot = pick(torch.tensor([[1e-6, 1e-9]]), torch.tensor([0.5, 0.5]), happens=True)
    assert pivot is not None and pivot.changes and pivot.column == 0 and pivot.chance < 1e-6


def test_all_cells_do_what_the_second_look_tells() -> None:
    first = torch.tensor([[True, False], [False, False]])
    second = torch.tensor([[0.1, 0.2], [0.9, 0.8]])
    changed = settle(first, second, Pivot(0, 1, changes=True, chance=0.4))
    assert changed is not None and changed.tolist() == [[False, True], [True, True]]


def test_unlikely_change_that_nothing_follows_does_not_happen() -> None:
    first, alone = torch.tensor([[True, False]]), torch.tensor([[0.9, 0.9]])
    assert settle(first, alone, Pivot(0, 1, changes=True, chance=0.1)) is None
    likely = settle(first, alone, Pivot(0, 1, changes=True, chance=0.7))
    assert likely is not None and likely.tolist() == [[True, True]]  # a typed letter touches a single cell


def test_noise_level_goes_from_clean_to_noise() -> None:
    clean, noise = torch.zeros(3, 3, 16, 16), torch.ones(3, 3, 16, 16)
    mixed = noised(clean, noise, torch.tensor([0.0, 0.25, 1.0]))
    assert [float(cell.mean()) for cell in mixed] == [0.0, 0.25, 1.0]


def test_rates_are_taken_as_drawn_where_a_change_is_known(tiny_model: NCGUIWorld) -> None:
    """Training draws changing ticks too often; among those it draws as they come."""
    change, offset, revealed = torch.zeros(2, 4, 4), torch.full((2,), -2.0), nothing_revealed(2, 4, 4, 16)
    revealed.cells[:, 0, 0, 0] = 1  # in both something is known,
    revealed.cells[1, 0, 0, 1] = 1  # in the second a change
    natural = tiny_model.selector.natural(change, offset, revealed)
    torch.testing.assert_close(natural[0], torch.full((4, 4), -2.0).sigmoid())
    torch.testing.assert_close(natural[1], torch.full((4, 4), 0.5))


def test_the_likeliest_cell_changes_as_look_and_glance_together_say(tiny_world: NeuralWorld) -> None:
    selector = tiny_world.model.selector
    escape = fold(Action((10, 10)), [Key("Escape", True)])
    inputs = tick_inputs([tiny_world.another()._turn(escape) for _ in range(3)])
    selector.blend[3] = torch.tensor([0.5, 0.25, 2.0])
    change, expected = torch.randn(3, 4, 4), torch.tensor([-1.0, 0.0, 100.0])
    offset = selector.offset(change, expected, inputs)
    natural = selector.natural(change, offset, nothing_revealed(3, 4, 4, 16))
    top = change.flatten(1).amax(1)
    together = 0.5 + 0.25 * top + 2.0 * torch.tensor([-1.0, 0.0, EXPECTED])
    torch.testing.assert_close(natural.flatten(1).amax(1), together.sigmoid())
    likeliest = natural.flatten(1).gather(1, change.flatten(1).argmax(1, keepdim=True))[:, 0]
    torch.testing.assert_close(likeliest, together.sigmoid())


def test_a_glance_that_is_surer_than_the_look_does_not_spread_the_change(tiny_model: NCGUIWorld) -> None:
    change = torch.tensor([[[0.0, -2.0], [-4.0, -8.0]]])
    natural = tiny_model.selector.natural(change, torch.tensor([5.0]), nothing_revealed(1, 2, 2, 16))
    likeliest = torch.tensor(5.0).sigmoid()
    torch.testing.assert_close(natural[0, 0, 0], likeliest)
    torch.testing.assert_close(natural / change.sigmoid(), (likeliest / 0.5).expand(1, 2, 2))
