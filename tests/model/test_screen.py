"""Screens as cells."""

import torch

from ncdesktop.model.screen import cells_of, differing


def test_cells_differ_where_any_of_their_values_does() -> None:
    generator = torch.Generator().manual_seed(0)
    one = torch.randint(0, 256, (3, 48, 80, 3), dtype=torch.uint8, generator=generator)
    other = one.clone()
    for screen, y, x, channel in (
        (0, 0, 0, 0),
        (0, 15, 15, 2),
        (1, 16, 79, 1),
        (2, 47, 31, 2),
        (2, 47, 32, 0),
    ):
        other[screen, y, x, channel] += 1
    expected = (cells_of(one) != cells_of(other)).flatten(3).any(-1)
    assert expected.sum() == 4 and torch.equal(differing(one, other), expected)
    assert torch.equal(differing(one[0], other[0]), expected[0])
