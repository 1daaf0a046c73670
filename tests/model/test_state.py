"""The cells' memory: a stack of distinct contents, newest first."""

import numpy as np
import torch

from ncdesktop.model.choices import STACK
from ncdesktop.model.screen import cells_of, screen_of
from ncdesktop.model.state import ScreenState, new_screen_state

NOTHING = torch.full((4,), 9.0)


def small_state() -> ScreenState:
    screen = torch.zeros(32, 32, 3, dtype=torch.uint8)
    return new_screen_state(screen, torch.zeros(2, 2, 4), NOTHING)


def shown(value: int) -> torch.Tensor:
    return torch.full((1, 16, 16, 3), value, dtype=torch.uint8)


def write_(
    state: ScreenState, row: int, column: int, value: int, tick: int, since: int | None = None
) -> None:
    embedded = torch.full((1, 4), float(value))
    at = torch.tensor([row]), torch.tensor([column])
    state.write_(*at, shown(value), embedded, tick, nothing=NOTHING, since=since)


def test_stack_holds_the_last_distinct_contents_newest_first_but_what_came_and_went_in_one_hold() -> None:
    state, model, left, came = small_state(), [0], {}, -1
    random = np.random.default_rng(0)
    for tick in range(1, 400):
        value = int(random.integers(0, 12))
        if value == model[0]:
            continue
        since = tick - tick % 20 + 10 if tick % 20 >= 10 else None  # held for ten ticks of twenty
        write_(state, 1, 0, value, tick, since)
        kept = model[1:] if since is not None and came >= since else model
        covered_at = tick if since is None else since  # all that a hold covers in one moment
        left[model[0]], came = covered_at, -1 if value in kept else tick
        model = [value, *[old for old in kept if old != value][:STACK]]
        count = int(state.count[1, 0])
        assert count == len(model)
        assert state.embedded[1, 0, count:].eq(9.0).all() and not state.contents[1, 0, count:].any()
        assert state.contents[1, 0, :count, 0, 0, 0].tolist() == model
        assert state.embedded[1, 0, :count, 0].tolist() == [float(old) for old in model]
        assert int(state.changed_at[1, 0]) == tick
        assert state.left_at[1, 0, : count - 1].tolist() == [left[old] for old in model[1:]]
    assert (state.contents[0, 1] == 0).all() and int(state.count[0, 1]) == 1


def test_write_shows_on_the_screen_and_nowhere_else() -> None:
    state = small_state()
    write_(state, 1, 0, 7, 1)
    expected = torch.zeros(32, 32, 3, dtype=torch.uint8)
    expected[16:, :16] = 7
    assert torch.equal(state.screen, expected)


def test_empty_places_are_told_from_set_ones() -> None:
    state = small_state()
    write_(state, 0, 0, 3, 1)
    assert state.empty[0, 0].tolist() == [False] + [True] * (STACK - 1)
    assert state.embedded[0, 0, 2:].eq(9.0).all()


def test_screens_are_cut_and_joined_without_loss() -> None:
    screens = torch.randint(0, 255, (2, 48, 64, 3), dtype=torch.uint8)
    assert torch.equal(screen_of(cells_of(screens)), screens)
    assert torch.equal(cells_of(screens)[1, 2, 3], screens[1, 32:48, 48:64])
