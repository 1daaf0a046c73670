"""Buttons are found in the panels of recordings."""

from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor

from ncdesktop.model.screen import cells_of
from ncdesktop.training.buttons import find_buttons, row_of

GRID = (24, 32)


def _screen(*titles: int, ground: int = 28) -> Tensor:
    """A screen (384, 512, 3) with buttons in its panel."""
    screen = torch.full((384, 512, 3), 90, dtype=torch.uint8)
    screen[:22] = ground
    for (left, right), title in zip(row_of(GRID).slots(len(titles)), titles, strict=True):
        left, right = left + 78, right + 78
        ink = torch.from_numpy(np.random.default_rng(title).random((16, right - left)) < 0.5)
        ink[:, :8], ink[:, 24:30], ink[:, -10:] = False, False, False
        screen[3:19, left:right][ink] = 200
    return screen


def _table(*shown: tuple[Tensor, int]) -> SimpleNamespace:
    """A table of screens that each last so many ticks."""
    cells = torch.cat([cells_of(screen).flatten(0, 1) for screen, _ in shown])
    place = torch.cat(
        [
            (torch.arange(GRID[0] * GRID[1]) + number * GRID[0] * GRID[1]).repeat(ticks, 1)
            for number, (_, ticks) in enumerate(shown)
        ]
    )
    return SimpleNamespace(
        grid=GRID, cells=cells, entry=torch.arange(len(cells))[:, None].int(), place=place.int()
    )


def test_rows_are_cut_into_buttons_and_what_does_not_last_is_none() -> None:
    lasting, passing = _screen(1, 2, 3), _screen(4)
    found = find_buttons(_table((_screen(), 30), (lasting, 20), (passing, 3), (_screen(5), 15)))
    row = row_of(GRID)
    left = [start + 78 for start, _ in row.slots(3)]
    expected = [lasting[:22, start : start + row.width(3)] for start in left] + [_screen(5)[:22, 78:278]]
    assert len(found) == 4
    for button, image in zip(found, expected, strict=True):
        assert button[..., :3].equal(image) and (button[..., 3] == 255).all()


def test_a_row_in_which_more_buttons_begin_than_can_be_told_whole_is_left_out() -> None:
    row = _screen(1, 2, 3, 4)
    end = 78 + row_of(GRID).slots(4)[0][1]
    row[:22, end - 8 : end] = (
        250  # one of the four does not end as it began; two, each of two of them, would be whole
    )
    assert find_buttons(_table((row, 30))) == []


def test_other_panels_have_none() -> None:
    assert find_buttons(_table((_screen(1, ground=228), 30))) == []
    small = SimpleNamespace(grid=(8, 8))
    assert find_buttons(small) == []
