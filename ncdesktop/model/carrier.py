"""Where a window stretches when it is pulled at one of its edges."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ncdesktop.model.line import Line
from ncdesktop.model.pretrained import Part
from ncdesktop.world import CELL

__all__ = ["Carrier", "CarrierConfig", "cell_at", "seam_odds"]


@dataclass(frozen=True)
class CarrierConfig:
    feature_dim: int = 128
    cell_dim: int = 128
    dim: int = 96
    grid: tuple[int, int] = (24, 32)
    """Rows and columns of the screen."""


class Carrier(Part):
    """Features and looks of the cells of a window -> where it stretches.

    It has learned this from windows that were resized (see `train carrier`).
    """

    Config = CarrierConfig

    def __init__(self, config: CarrierConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or CarrierConfig()
        channels = config.feature_dim + config.cell_dim
        self.down, self.across = (Line(length, channels, config.dim, 1) for length in config.grid)

    def forward(self, features: Tensor, shown: Tensor, box: Tensor) -> tuple[Tensor, Tensor]:
        """Return where a thing stretches when one of its edges is moved, see `stretched`: (height,) and () int64.

        features (rows, columns, feature_dim), shown (rows, columns, cell_dim): of the cells of one screen
        box:      (4,) int64 of the thing: top, left, bottom, right
        """
        cells = torch.cat([features, shown], -1)
        top, left, bottom, right = box.tolist()
        last_column, last_row = (int(end) for end in cell_at(box[None, [3, 2]] - 1, self.config.grid))
        rows, columns = slice(max(top, 0) // CELL, last_row + 1), slice(max(left, 0) // CELL, last_column + 1)

        across = seam_odds(self.across, cells, box.new_full((len(cells),), last_column))[:, columns].argmax(1)
        of_row = (torch.arange(top, bottom, device=box.device) // CELL).clamp(0, len(cells) - 1)
        across = (columns.start + 1 + across[of_row]) * CELL - left

        lines = cells[:, columns].transpose(0, 1)
        odds = seam_odds(self.down, lines, box.new_full((len(lines),), last_row))[:, rows]
        down = (rows.start + 1 + odds.log_softmax(1).sum(0).argmax()) * CELL - top
        return across.clamp(0, right - left), down.clamp(0, bottom - top)


def seam_odds(line: Line, cells: Tensor, at: Tensor) -> Tensor:
    """Return log odds (B, length) of the last cell before the seam of lines of cells (B, length, channels) that end at cells (B,)."""
    return line(cells, at)[0][..., 0]


def cell_at(points: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return column and row (B,) of the cells that points (B, 2), (x, y) pixels, of screens of `grid` cells lie in, or are nearest to."""
    x, y = (points // CELL).unbind(1)
    return x.clamp(0, grid[1] - 1), y.clamp(0, grid[0] - 1)
