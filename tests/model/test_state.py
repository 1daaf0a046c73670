"""The cells' memory: a stack of distinct contents, newest first."""

import numpy as np
import torch

from ncdesktop.model.choices import STACK
from ncdesktop.model.screen import cells_of, screen_of
from ncdesktop.model.state import ScreenState, new_screen_state


def small_state() -> ScreenState:
    screen = torch.zeros(32, 32, 3, dtype=torch.uint8)
    return new_screen_state(screen, torch.zeros(2, 2, 4), torch.full((4,), 9.0))


def shown(value: int) -> torch.Tensor:
    return torch.full((1, 16, 16, 3), value, dtype=torch.uint8)


def test_stack_holds_the_last_distinct_contents_newest_first() -> None:
    state, model, left = small_state(), [0], {}
    random = np.random.default_rng(0)
    for tick in range(1, 200):
        value = int(random.integers(0, 12))
        if value == model[0]:
            continue
        state.write_(
            torch.tensor([1]), torch.tensor([0]), shown(value), torch.full((1, 4), float(value)), tick
        )
        left[model[0]] = tick
        model = [value, *[old for old in model if old != value][:STACK]]
        count = int(state.count[1, 0])
        assert count == len(model)
        assert state.contents[1, 0, :count, 0, 0, 0].tolist() == model
        assert state.embedded[1, 0, :count, 0].tolist() == [float(old) for old in model]
        assert int(state.changed_at[1, 0]) == tick
        assert state.left_at[1, 0, : count - 1].tolist() == [left[old] for old in model[1:]]
    assert (state.contents[0, 1] == 0).all() and int(state.count[0, 1]) == 1


def test_write_shows_on_the_screen_and_nowhere_else() -> None:
    state = small_state()
    state.write_(torch.tensor([1]), torch.tensor([0]), shown(7), torch.zeros(1, 4), 1)
    expected = torch.zeros(32, 32, 3, dtype=torch.uint8)
    expected[16:, :16] = 7
    assert torch.equal(state.screen, expected)


def test_empty_places_are_told_from_set_ones() -> None:
    state = small_state()
    state.write_(torch.tensor([0]), torch.tensor([0]), shown(3), torch.zeros(1, 4), 1)
    assert state.empty[0, 0].tolist() == [False] + [True] * (STACK - 1)
    assert state.embedded[0, 0, 2:].eq(9.0).all()


def test_screens_are_cut_and_joined_without_loss() -> None:
    screens = torch.randint(0, 255, (2, 48, 64, 3), dtype=torch.uint8)
    assert torch.equal(screen_of(cells_of(screens)), screens)
    assert torch.equal(cells_of(screens)[1, 2, 3], screens[1, 32:48, 48:64])
