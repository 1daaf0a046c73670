"""Which sprite opens in a tick, if any does, and where its corner lies, to the pixel."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.glimpse import Glimpse, GlimpseConfig, GlimpseEncoder
from ncdesktop.model.pretrained import Part
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.world import CELL

__all__ = ["BEYOND", "Placer", "PlacerConfig"]

BEYOND = 256
"""Pixels that a corner may lie above or left of the screen, and as far from a point that it goes by."""
_POINTS = 3
"""Points that corners go by: the pointer, the last press, the corner of the last sprite."""
_NEVER = 20.0
"""Log odds that nothing opens, before it has learned anything."""


@dataclass(frozen=True)
class PlacerConfig(GlimpseConfig):
    sprites: int = 512
    dim: int = 192
    hidden: float = 0.3


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
        """what (B, N, dim), points (B, _POINTS) int64, below -BEYOND if there is none -> (B, N, BEYOND + length) from -BEYOND on"""
        odds = self.places(what)
        place = torch.arange(-BEYOND, self.length, device=what.device)
        apart = place - points[..., None]  # (B, _POINTS, places)
        near = (apart.abs() <= BEYOND) & (points >= -BEYOND)[..., None]
        distances = self.distances(what).unflatten(2, (_POINTS, -1))
        which = (apart + BEYOND).clamp(0, 2 * BEYOND)[:, None].expand(-1, what.shape[1], -1, -1)
        return odds + (distances.gather(3, which) * near[:, None]).sum(2)


class Placer(Part):
    """A glimpse of a moment in which something changes -> whether a sprite opens, which, and where its corner lies.

    It has learned this from recordings (see `train placer`). Before that, nothing opens.
    """

    Config = PlacerConfig
    packed = True

    def __init__(self, config: PlacerConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or PlacerConfig()
        dim = config.dim
        self.encoder = GlimpseEncoder(config)
        self.mix_in = nn.Linear(self.encoder.dim, dim)
        self.mix = nn.Linear(dim, dim)
        self.last = nn.Embedding(1 + config.sprites, dim)  # the first stands for none
        self.names = nn.Linear(dim, 1 + config.sprites)  # likewise
        self.named = nn.Embedding(config.sprites, dim)
        self.place_in = nn.Linear(dim, dim)
        rows, columns = config.grid
        self.down, self.across = _Axis(dim, rows * CELL), _Axis(dim, columns * CELL)
        self.row = nn.Embedding(BEYOND + rows * CELL, dim)
        for learned in (self.last, self.named, self.row):
            nn.init.normal_(learned.weight, std=0.02)
        nn.init.zeros_(self.names.weight)
        nn.init.zeros_(self.names.bias)
        nn.init.constant_(self.names.bias[:1], _NEVER)

    def events(self, seen: Glimpse) -> Tensor:
        """Return what opens, as vectors (B, dim)."""
        together = self.mix_in(self.encoder(seen)) + self.last(seen.placed[:, 0] - NO_SPRITE)
        return F.gelu(self.mix(self._hidden(F.gelu(together))))

    def names_of(self, events: Tensor) -> Tensor:
        """events (B, dim) -> log odds (B, 1 + sprites), the first that none opens"""
        return self.names(self._hidden(events))

    def rows_of(self, events: Tensor, sprites: Tensor, seen: Glimpse) -> Tensor:
        """events (B, dim), sprites (B, N) int64 -> log odds (B, N, BEYOND + height) of each corner's y, from -BEYOND on"""
        return self.down(self._of(events, sprites), _points(seen, 1))

    def columns_of(self, events: Tensor, sprites: Tensor, y: Tensor, seen: Glimpse) -> Tensor:
        """Likewise of their x, given their y (B, N): (B, N, BEYOND + width)"""
        return self.across(self._of(events, sprites) + self.row(y + BEYOND), _points(seen, 0))

    def forward(self, seen: Glimpse, count: int = 1) -> tuple[Tensor, Tensor, Tensor]:
        """Return (B, count, 3) int64: the likeliest sprites, and y and x of each one's likeliest corner; (B, count) the probability of
        all three; and (B,) the probability that any sprite opens."""
        events = self.events(seen)
        names = self.names_of(events).float().softmax(1)
        of_name, sprites = names[:, 1:].topk(count)
        of_row, row = self.rows_of(events, sprites, seen).float().softmax(-1).max(-1)
        columns = self.columns_of(events, sprites, row - BEYOND, seen)
        of_column, column = columns.float().softmax(-1).max(-1)
        placed = torch.stack([sprites, row - BEYOND, column - BEYOND], -1)
        return placed, of_name * of_row * of_column, 1 - names[:, 0]

    def _of(self, events: Tensor, sprites: Tensor) -> Tensor:
        return F.gelu(self.place_in(self._hidden(events))[:, None] + self.named(sprites))

    def _hidden(self, numbers: Tensor) -> Tensor:
        return F.dropout(numbers, self.config.hidden, self.training)


def _points(seen: Glimpse, axis: int) -> Tensor:
    """Return (B, _POINTS) int64 along axis 0 (x) or 1 (y)."""
    placed, points = seen.placed, seen.points.long()
    last = torch.where(placed[:, 0] == NO_SPRITE, -2 * BEYOND, placed[:, 2 - axis])
    return torch.stack([points[:, 0, axis], points[:, 2, axis], last], 1)
