"""What small networks see of a moment: the input, the screen around pointer and last press, and when what changed.

It costs a tenth of a look at the screen, so that they can learn from recordings as they come, many times as many moments as looks
could be trained on.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.actions import FEATURES, HISTORY, KEYS_A_TICK
from ncdesktop.keysyms import key_count
from ncdesktop.model.inputs import TickInputs
from ncdesktop.world import CELL

__all__ = ["PRESS", "Glimpse", "GlimpseConfig", "GlimpseEncoder", "near"]

_AGES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32, 48, 64, 128)
"""Ticks; how many cells have changed within so many tells what is under way, and when a caret blinks next."""
_POINTER, PRESS = 0, 2
"""Of the points of ActionMemory."""
_AROUND = 3
"""Cells on a side of what is seen around a point."""
_SCREEN_HIDDEN, _POINT_HIDDEN = 0.5, 0.2
"""Shares of the moments of which, in training, the screen as a whole, or what is around a point, is hidden: by these single moments are
known again, and what happened in them was learned by heart."""


@dataclass
class Glimpse:
    """What is seen of B moments.

    features, keys, points, ages, fovea, cursor, placed: see TickInputs
    shown: (B, rows, columns, D) embeddings of what the screen shows
    age:   (B, rows, columns) ticks since the cells changed
    """

    features: Tensor
    keys: Tensor
    points: Tensor
    ages: Tensor
    fovea: Tensor
    cursor: Tensor
    placed: Tensor
    shown: Tensor
    age: Tensor

    @classmethod
    def of(cls, inputs: TickInputs, shown: Tensor, age: Tensor) -> "Glimpse":
        """Return what is seen with the inputs of any view; what the whole screen shows, and since when, is given."""
        input_ = inputs.features, inputs.keys, inputs.points, inputs.ages
        return cls(*input_, inputs.fovea, inputs.cursor, inputs.placed, shown, age)

    def at(self, which: Tensor | list[int]) -> "Glimpse":
        """Return some of the moments."""
        return Glimpse(*(part[which] for part in vars(self).values()))


@dataclass(frozen=True)
class GlimpseConfig:
    """hidden: share of what is seen that is hidden in training"""

    cell_dim: int = 128
    grid: tuple[int, int] = (24, 32)
    """Rows and columns of the screen."""
    cursors: int = 16
    width: int = 20
    near_dim: int = 24
    tick_dim: int = 32
    key_dim: int = 16
    fovea_width: int = 16
    hidden: float = 0.1


class GlimpseEncoder(nn.Module):
    """A glimpse -> a vector of `dim` numbers."""

    def __init__(self, config: GlimpseConfig) -> None:
        super().__init__()
        self.hidden = config.hidden
        rows, columns = config.grid
        width = config.fovea_width
        self.cell_in = nn.Linear(config.cell_dim, config.width)
        self.position = nn.Parameter(torch.zeros(rows, columns, config.width))
        self.near_in = nn.Linear(config.cell_dim, config.near_dim)
        self.key = nn.Embedding(key_count(), config.key_dim)
        self.tick = nn.Linear(FEATURES + KEYS_A_TICK * config.key_dim, config.tick_dim)
        self.cursor = nn.Embedding(config.cursors + 1, 16)  # the last stands for "not known"
        self.fovea = nn.Sequential(
            nn.Conv2d(3, width, 4, 4), nn.GELU(),
            nn.Conv2d(width, 2 * width, 3, 2, 1), nn.GELU(),
            nn.Conv2d(2 * width, 2 * width, 3, 2, 1), nn.GELU(),
        )  # fmt: skip
        seen = len(_AGES) + 2 * config.width + 2 * 2 * width * 16 + 2 * _AROUND**2 * config.near_dim
        self.dim = seen + HISTORY * config.tick_dim + 2 + 8 + 8 + 16

    def forward(self, seen: Glimpse) -> Tensor:
        """Return (B, dim)."""
        limits = torch.tensor(_AGES, device=seen.age.device)
        recent = torch.stack([(seen.age <= limit).flatten(1).sum(1) for limit in limits.unbind()], 1)
        cells = F.relu(self.cell_in(seen.shown) + self.position).flatten(1, 2)
        keys = self.key(seen.keys).flatten(2)
        ticks = F.gelu(self.tick(torch.cat([seen.features, keys], -1)))
        points = seen.points[:, [_POINTER, PRESS]]
        phase = points.flatten(1) * (2 * math.pi / CELL)
        pixels = self.fovea(seen.fovea.flatten(0, 1)).unflatten(0, seen.fovea.shape[:2])
        around = (F.relu(self.near_in(near(seen.shown, point))) for point in points.unbind(1))
        screen = torch.cat([torch.log1p(recent.float()) / 3, cells.mean(1), cells.amax(1)], 1)
        parts = [
            self._maybe(screen, _SCREEN_HIDDEN),
            ticks.flatten(1),
            torch.log1p(seen.ages.float()) / 6,
            (seen.points / 256 - 1).flatten(1),
            *(self._maybe(part.flatten(1), _POINT_HIDDEN) for part in pixels.unbind(1)),
            *(self._maybe(part.flatten(1), _POINT_HIDDEN) for part in around),
            self.cursor(seen.cursor),
            phase.sin(),
            phase.cos(),
        ]
        return F.dropout(torch.cat(parts, 1), self.hidden, self.training)

    def _maybe(self, part: Tensor, hidden: float) -> Tensor:
        """Return a part (B, N) of what is seen; in training zeros instead for a share of the moments."""
        if not self.training:
            return part
        return part * (torch.rand(len(part), 1, device=part.device) >= hidden)


def near(shown: Tensor, points: Tensor) -> Tensor:
    """Return (B, _AROUND, _AROUND, D): the cells (B, rows, columns, D) around points (B, 2), in pixels."""
    column, row = (points.long() // CELL)[..., None].unbind(1)
    apart = torch.arange(_AROUND, device=points.device) - _AROUND // 2
    rows, columns = (row + apart).clamp(0, shown.shape[1] - 1), (column + apart).clamp(0, shown.shape[2] - 1)
    which = torch.arange(len(shown), device=points.device)[:, None, None]
    return shown[which, rows[:, :, None], columns[:, None]]
