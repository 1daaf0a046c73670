"""What a drag carries: the box of it, to the pixel."""

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
    """Where, along a line of cells through a point, what lies there begins and ends."""

    def __init__(self, length: int, channels: int, dim: int) -> None:
        super().__init__()
        self.length = length
        self.norm = RMSNorm(channels)
        self.cell_in = nn.Linear(channels, dim)
        self.apart = nn.Parameter(torch.zeros(2 * length - 1, dim))  # from the point, in cells
        self.mix = nn.ModuleList(nn.Conv1d(dim, dim, _REACH, padding=_REACH // 2) for _ in range(2))
        self.out = nn.Linear(dim, 2 * CELL)

    def forward(self, line: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
        """line (B, length, channels), at (B,) int64 cells -> log odds (B, length * CELL) of the first and the last pixel"""
        apart = torch.arange(self.length, device=at.device) - at[:, None] + self.length - 1
        said = F.gelu(self.cell_in(self.norm(line)) + self.apart[apart]).transpose(1, 2)
        for mix in self.mix:
            said = said + F.gelu(mix(said))
        first, last = self.out(said.transpose(1, 2)).split(CELL, -1)
        return first.flatten(1), last.flatten(1)


class Carrier(Part):
    """Features and looks of the cells left and right, above and below of where the pointer took hold -> box of what it holds.

    It has learned this from drags in which the screen followed (see `train carrier`).
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
        return [*self.down(column, y), *self.across(row, x)]

    def forward(self, features: Tensor, shown: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
        """Return the likeliest box (B, 4) int64: top, left, bottom, right, these two beyond it; and its probability (B,).

        features (B, rows, columns, feature_dim), shown (B, rows, columns, cell_dim): of all cells, see `Backbone`
        at:       (B, 2) int64, (x, y) pixels, where the pointer holds it
        """
        odds = self.odds(*through(features, shown, at), at)
        chances, pixels = zip(*(of.float().softmax(1).max(1) for of in odds), strict=True)
        top, bottom, left, right = pixels
        return torch.stack([top, left, bottom + 1, right + 1], 1), torch.stack(chances, 1).prod(1)


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
