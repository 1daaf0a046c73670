"""What a drag takes hold of: the box of it, to the pixel, and where it stretches."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.layers import RMSNorm
from ncdesktop.model.pretrained import Part
from ncdesktop.world import CELL

__all__ = ["Carrier", "CarrierConfig", "through"]

_REACH = 5
"""Cells along a line that speak with each other."""


@dataclass(frozen=True)
class CarrierConfig:
    feature_dim: int = 128
    cell_dim: int = 128
    dim: int = 96
    grid: tuple[int, int] = (24, 32)
    """Rows and columns of the screen."""


class _Line(nn.Module):
    """Where, along a line of cells through a point, what lies there begins and ends, and where it stretches."""

    def __init__(self, length: int, channels: int, dim: int) -> None:
        super().__init__()
        self.length = length
        self.norm = RMSNorm(channels)
        self.cell_in = nn.Linear(channels, dim)
        self.apart = nn.Parameter(torch.zeros(2 * length - 1, dim))  # from the point, in cells
        self.mix = nn.ModuleList(nn.Conv1d(dim, dim, _REACH, padding=_REACH // 2) for _ in range(2))
        self.out = nn.Linear(dim, 2 * CELL + 1)

    def forward(self, line: Tensor, at: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """line (B, length, channels), at (B,) int64 cells -> log odds (B, length * CELL) of the first and the last pixel, and (B, length)
        of the last cell before the seam"""
        apart = torch.arange(self.length, device=at.device) - at[:, None] + self.length - 1
        said = F.gelu(self.cell_in(self.norm(line)) + self.apart[apart]).transpose(1, 2)
        for mix in self.mix:
            said = said + F.gelu(mix(said))
        first, last, seam = self.out(said.transpose(1, 2)).split((CELL, CELL, 1), -1)
        return first.flatten(1), last.flatten(1), seam[..., 0]


class Carrier(Part):
    """Features and looks of the cells left and right, above and below of where the pointer took hold -> box of what it holds.

    It has learned this from drags in which the screen followed, and from windows that were resized (see `train carrier`).
    """

    Config = CarrierConfig

    def __init__(self, config: CarrierConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or CarrierConfig()
        rows, columns = config.grid
        channels = config.feature_dim + config.cell_dim
        self.across, self.down = _Line(columns, channels, config.dim), _Line(rows, channels, config.dim)

    def odds(self, row: Tensor, column: Tensor, at: Tensor) -> list[Tensor]:
        """Return log odds of the pixels that the box's top and bottom (B, rows * CELL), left and right (B, columns * CELL) are.

        row (B, columns, C), column (B, rows, C): see `through`; at (B, 2) int64, (x, y) pixels
        """
        x, y = through_cells(at, self.config.grid)
        return [*self.down(column, y)[:2], *self.across(row, x)[:2]]

    def forward(self, features: Tensor, shown: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
        """Return the likeliest box (B, 4) int64: top, left, bottom, right, these two beyond it; and its probability (B,).

        features (B, rows, columns, feature_dim), shown (B, rows, columns, cell_dim): of all cells, see `Backbone`
        at:       (B, 2) int64, (x, y) pixels, where the pointer holds it
        """
        odds = self.odds(*through(features, shown, at), at)
        chances, pixels = zip(*(of.float().softmax(1).max(1) for of in odds), strict=True)
        top, bottom, left, right = pixels
        return torch.stack([top, left, bottom + 1, right + 1], 1), torch.stack(chances, 1).prod(1)

    def seams(self, features: Tensor, shown: Tensor, box: Tensor) -> tuple[Tensor, Tensor]:
        """Return where a thing stretches when one of its edges is moved, see `stretched`: (height,) and () int64.

        features (rows, columns, feature_dim), shown (rows, columns, cell_dim): of the cells of one screen
        box:      (4,) int64 of the thing: top, left, bottom, right
        """
        cells = torch.cat([features, shown], -1)
        top, left, bottom, right = box.tolist()
        last_column, last_row = (int(end) for end in through_cells(box[None, [3, 2]] - 1, self.config.grid))
        rows, columns = slice(max(top, 0) // CELL, last_row + 1), slice(max(left, 0) // CELL, last_column + 1)

        across = self.across(cells, box.new_full((len(cells),), last_column))[2][:, columns].argmax(1)
        of_row = (torch.arange(top, bottom, device=box.device) // CELL).clamp(0, len(cells) - 1)
        across = (columns.start + 1 + across[of_row]) * CELL - left

        lines = cells[:, columns].transpose(0, 1)
        down = (
            self.down(lines, box.new_full((len(lines),), last_row))[2][:, rows].log_softmax(1).sum(0).argmax()
        )
        down = (rows.start + 1 + down) * CELL - top
        return across.clamp(0, right - left), down.clamp(0, bottom - top)


def through_cells(at: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return column and row (B,) of the cells that points (B, 2) of screens of `grid` cells lie in."""
    x, y = (at // CELL).unbind(1)
    return x.clamp(0, grid[1] - 1), y.clamp(0, grid[0] - 1)


def through(features: Tensor, shown: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
    """Return what a carrier sees: of the row (B, columns, C) and the column (B, rows, C) of cells through points (B, 2)."""
    cells = torch.cat([features, shown], -1)
    column, row = through_cells(at, (cells.shape[1], cells.shape[2]))
    each = torch.arange(len(at), device=at.device)
    return cells[each, row], cells[each, :, column]
