"""How far what is known of one cell is told."""

import pytest
import torch

from ncdesktop.model.backbone import _KNOWN, _spread
from ncdesktop.model.inputs import nothing_revealed


@pytest.mark.parametrize("row, column", [(12, 16), (0, 0), (23, 30)])
def test_what_is_known_of_a_cell_is_told_near_it_around_it_and_anywhere(row: int, column: int) -> None:
    revealed = nothing_revealed(1, 24, 32, 8)
    revealed.cells[0, row, column] = 1  # known, and changes
    nothing = torch.zeros(1, 24, 32, 16)
    told = _spread(revealed, nothing, nothing)[0]
    own = (told.shape[0] - 2 * _KNOWN) // 2
    parts = told[:own], told[own : own + _KNOWN], told[own + _KNOWN : own + 2 * _KNOWN], told[-own:]
    apart = torch.maximum(
        (torch.arange(24) - row).abs()[:, None].expand(24, 32),
        (torch.arange(32) - column).abs().expand(24, 32),
    )
    for part, reach in zip(parts, (0, 2, 7, 32), strict=True):
        assert torch.equal(part.amax(0) > 0, apart <= reach)
