"""Which sprite opens in a tick, and where its corner lies, to the pixel."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.pretrained import Part
from ncdesktop.model.sprites import NO_SPRITE

__all__ = ["BEYOND", "Placer", "PlacerConfig", "Situation"]

BEYOND = 256
"""Pixels that a corner may lie above or left of the screen, and as far from a point that it goes by."""
_POINTS = 3
"""Points that corners go by: the pointer, the last press, the corner of the last sprite."""


@dataclass
class Situation:
    """Of B screens: what the user does (B, action_dim); points (B, 4, 2), see ActionMemory; the sprite placed last (B, 3)."""

    action: Tensor
    points: Tensor
    placed: Tensor

    def of(self, which: Tensor) -> "Situation":
        """Return that of some of the screens."""
        return Situation(self.action[which], self.points[which], self.placed[which])


@dataclass(frozen=True)
class PlacerConfig:
    sprites: int = 512
    feature_dim: int = 128
    action_dim: int = 256
    dim: int = 256
    size: tuple[int, int] = (512, 384)
    """(width, height) of the screen in pixels"""


class _Axis(nn.Module):
    """Log odds of a corner's place along one axis: places of the screen, and distances from points, whose odds move with them.

    What opens at the pointer opens at any pixel; learned as places alone, every pixel would have to be learned anew.
    """

    def __init__(self, dim: int, length: int) -> None:
        super().__init__()
        self.length = length
        self.places = nn.Linear(dim, BEYOND + length)
        self.distances = nn.Linear(dim, _POINTS * (2 * BEYOND + 1))
        for layer in (self.places, self.distances):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, what: Tensor, points: Tensor) -> Tensor:
        """what (B, dim), points (B, _POINTS) int64, below -BEYOND if there is none -> (B, BEYOND + length) from -BEYOND on"""
        odds = self.places(what)
        place = torch.arange(-BEYOND, self.length, device=what.device)
        apart = place - points[..., None]  # (B, _POINTS, places)
        near = (apart.abs() <= BEYOND) & (points >= -BEYOND)[..., None]
        distances = self.distances(what).unflatten(1, (_POINTS, -1))
        by_points = distances.gather(2, (apart + BEYOND).clamp(0, 2 * BEYOND)) * near
        return odds + by_points.sum(1)


class Placer(Part):
    """Cells that show a new sprite say together which it is and where it lies; so they agree."""

    Config = PlacerConfig

    def __init__(self, config: PlacerConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or PlacerConfig()
        dim = config.dim
        self.cell_in = nn.Linear(config.feature_dim, dim)
        self.action_in = nn.Linear(config.action_dim, dim)
        self.mix = nn.Linear(dim, dim)
        self.last = nn.Parameter(torch.randn(config.sprites + 1, dim) * 0.02)  # the first stands for none
        self.names = nn.Parameter(torch.randn(config.sprites, dim) * 0.02)
        self.name_bias = nn.Parameter(torch.zeros(config.sprites))
        self.named = nn.Parameter(torch.randn(config.sprites, dim) * 0.02)
        self.place_in = nn.Linear(dim, dim)
        width, height = config.size
        self.down, self.across = _Axis(dim, height), _Axis(dim, width)
        self.row = nn.Parameter(torch.randn(BEYOND + height, dim) * 0.02)

    def event(self, features: Tensor, which: Tensor, weights: Tensor, situation: Situation) -> Tensor:
        """Return what opens, as vectors (B, dim).

        features: (N, feature_dim) of cells that show something of it; which (N,) screen each is of; weights (N,)
        """
        said = F.gelu(self.cell_in(features)) * weights[:, None]
        heard = said.new_zeros(len(situation.action), self.config.dim).index_add(0, which, said)
        total = weights.new_zeros(len(heard)).index_add(0, which, weights)
        together = heard / total.clamp(min=1e-6)[:, None] + self.action_in(situation.action)
        together = together + self.last[situation.placed[:, 0] - NO_SPRITE]
        return F.gelu(self.mix(F.gelu(together)))

    def names_of(self, events: Tensor) -> Tensor:
        """events (B, dim) -> log odds (B, sprites)"""
        return torch.addmm(self.name_bias, events, self.names.T)

    def rows_of(self, events: Tensor, sprites: Tensor, situation: Situation) -> Tensor:
        """events (B, dim), sprites (B,) int64 -> log odds (B, BEYOND + height) of the corner's y, from -BEYOND on"""
        return self.down(self._of(events, sprites), _points(situation, 1))

    def columns_of(self, events: Tensor, sprites: Tensor, y: Tensor, situation: Situation) -> Tensor:
        """Likewise of its x, given its y (B,): (B, BEYOND + width)"""
        return self.across(self._of(events, sprites) + self.row[y + BEYOND], _points(situation, 0))

    def forward(self, events: Tensor, situation: Situation, count: int = 1) -> tuple[Tensor, Tensor]:
        """events (B, dim) -> (B, count, 3) int64: the likeliest sprites, and y and x of each one's likeliest corner; (B, count)
        the probability of all three"""
        of_name, sprites = self.names_of(events).float().softmax(1).topk(count)
        placed, odds = [], []
        for likely, sprite in zip(of_name.unbind(1), sprites.unbind(1), strict=True):
            of_row, row = self.rows_of(events, sprite, situation).float().softmax(1).max(1)
            columns = self.columns_of(events, sprite, row - BEYOND, situation)
            of_column, column = columns.float().softmax(1).max(1)
            placed.append(torch.stack([sprite, row - BEYOND, column - BEYOND], 1))
            odds.append(likely * of_row * of_column)
        return torch.stack(placed, 1), torch.stack(odds, 1)

    def _of(self, events: Tensor, sprites: Tensor) -> Tensor:
        return F.gelu(self.place_in(events) + self.named[sprites])


def _points(situation: Situation, axis: int) -> Tensor:
    """Return (B, _POINTS) int64 along axis 0 (x) or 1 (y)."""
    placed, points = situation.placed, situation.points.long()
    last = torch.where(placed[:, 0] == NO_SPRITE, -2 * BEYOND, placed[:, 2 - axis])
    return torch.stack([points[:, 0, axis], points[:, 2, axis], last], 1)
