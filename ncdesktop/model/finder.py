"""Which window lies at a point of a screen: its box, to the pixel, by what the screen shows and nothing else."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.layers import RMSNorm, fold_cells, unfold_cells, zero_
from ncdesktop.model.line import Line
from ncdesktop.model.pretrained import Part
from ncdesktop.model.screen import cells_of
from ncdesktop.world import CELL

__all__ = ["Finder", "FinderConfig"]

_REACH = 5
"""Cells on a side of the square that speak with each other in a block."""
_NEVER = 20.0
"""Log odds that no window is there, before it has learned anything."""


@dataclass(frozen=True)
class FinderConfig:
    grid: tuple[int, int] = (24, 32)
    """Rows and columns of the screen."""
    dim: int = 96
    pixel_dim: int = 96
    coarse_dim: int = 128
    """Of two by two cells, all of which speak with each other: of a window's edges many are far away, or covered."""
    heads: int = 4
    layers: int = 2
    blocks: int = 2
    """Before these layers, and after them."""


class _Block(nn.Module):
    """ConvNeXt block."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.around = nn.Conv2d(dim, dim, _REACH, padding=_REACH // 2, groups=dim)
        self.norm = RMSNorm(dim)
        self.up, self.down = nn.Linear(dim, 2 * dim), zero_(nn.Linear(2 * dim, dim))

    def forward(self, cells: Tensor) -> Tensor:
        """cells (B, h, w, C) -> likewise"""
        around = self.around(cells.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return cells + self.down(F.gelu(self.up(self.norm(around))))


class Finder(Part):
    """A screen and a point of it -> the box of the window that is seen there, if one is.

    It has learned this from the labels of recordings (see `train finder`). Before that, it finds none.
    """

    Config = FinderConfig
    packed = True

    def __init__(self, config: FinderConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or FinderConfig()
        (rows, columns), dim = config.grid, config.dim
        self.pixels = nn.Linear(3 * CELL**2, config.pixel_dim)
        self.pixels_in = nn.Linear(config.pixel_dim, dim)
        self.place = nn.Parameter(torch.zeros(rows, columns, dim))
        self.before, self.after = (nn.ModuleList(_Block(dim) for _ in range(config.blocks)) for _ in range(2))
        coarse = config.coarse_dim
        self.to_coarse, self.from_coarse = nn.Linear(4 * dim, coarse), zero_(nn.Linear(coarse, 4 * dim))
        layer = nn.TransformerEncoderLayer(
            coarse, config.heads, 2 * coarse, 0.0, F.gelu, batch_first=True, norm_first=True
        )
        self.together = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        channels = dim + config.pixel_dim
        self.down, self.across = (Line(length, channels, dim, 2 * CELL) for length in config.grid)
        self.there = nn.Linear(3 * dim, 1)
        nn.init.zeros_(self.there.weight)
        nn.init.constant_(self.there.bias, -_NEVER)

    def seen(self, screens: Tensor) -> Tensor:
        """Return what is seen of the cells of screens (B, H, W, 3) uint8: (B, rows, columns, channels)."""
        pixels = F.gelu(self.pixels(cells_of(screens).flatten(3).float() / 127.5 - 1))
        cells = self.pixels_in(pixels) + self.place
        for block in self.before:
            cells = block(cells)
        coarse = self.to_coarse(fold_cells(cells))
        coarse = self.together(coarse.flatten(1, 2)).unflatten(1, coarse.shape[1:3])
        cells = cells + unfold_cells(self.from_coarse(coarse))
        for block in self.after:
            cells = block(cells)
        return torch.cat([cells, pixels], -1)

    def odds(self, seen: Tensor, which: Tensor, points: Tensor) -> tuple[list[Tensor], Tensor]:
        """Return log odds of the pixels that the boxes' top and bottom (N, rows * CELL), left and right (N, columns * CELL) are, as far as
        they are on the screen; and (N,) of there being a window at all.

        seen: (B, rows, columns, channels); which (N,) of these screens; points (N, 2) int64, (x, y) pixels
        """
        rows, columns = self.config.grid
        x, y = (points // CELL).unbind(1)
        x, y = x.clamp(0, columns - 1), y.clamp(0, rows - 1)
        (down, of_column), (across, of_row) = self.down(seen[which, :, x], y), self.across(seen[which, y], x)
        edges = [of.flatten(1) for line in (down, across) for of in line.split(CELL, -1)]
        here = seen[which, y, x, : self.config.dim]
        return edges, self.there(torch.cat([here, of_column, of_row], 1))[:, 0]

    def forward(self, seen: Tensor, which: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return the likeliest boxes (N, 4) int64: top, left, bottom, right, these two beyond it; and how likely each is there and right
        to the pixel (N,). For the arguments see `odds`."""
        odds, there = self.odds(seen, which, points)
        chances, pixels = zip(*(of.float().softmax(1).max(1) for of in odds), strict=True)
        top, bottom, left, right = pixels
        return torch.stack([top, left, bottom + 1, right + 1], 1), torch.stack(chances, 1).prod(
            1
        ) * there.sigmoid()
