"""Whether a tick is worth a look: a glance at all of the screen that costs a tenth of one."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.layers import RMSNorm
from ncdesktop.model.pretrained import Part

__all__ = ["OVERLOOKED", "Glance", "GlanceConfig"]

OVERLOOKED = 0.05
"""A tick is looked at if something happens in it with a greater probability than this."""
_AGES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32, 48, 64, 128)
"""Ticks; how many cells have changed within so many tells what is under way, and when a caret blinks next."""
_ALWAYS = 20.0


@dataclass(frozen=True)
class GlanceConfig:
    cell_dim: int = 128
    action_dim: int = 256
    grid: tuple[int, int] = (24, 32)
    """Rows and columns of the screen."""
    width: int = 32
    dim: int = 192


class Glance(Part):
    """What the user does, what the screen shows and when it last changed -> how likely a look would let something happen.

    It has learned this from looks (see `train glance`); before that, everything is worth one.
    """

    Config = GlanceConfig

    def __init__(self, config: GlanceConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or GlanceConfig()
        self.action_norm = RMSNorm(config.action_dim)
        self.cell_in = nn.Linear(config.cell_dim, config.width)
        self.position = nn.Parameter(torch.zeros(*config.grid, config.width))
        self.mix_in = nn.Linear(config.action_dim + len(_AGES) + 2 * config.width, config.dim)
        self.mix = nn.Linear(config.dim, config.dim // 2)
        self.out = nn.Linear(config.dim // 2, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.constant_(self.out.bias, _ALWAYS)

    def forward(self, action: Tensor, shown: Tensor, age: Tensor) -> Tensor:
        """Return log odds (B,) that a look would let something happen, in any cell or to the shape of the pointer.

        action: (B, action_dim) vectors of the action encoder
        shown:  (B, rows, cols, cell_dim) embeddings of what the screen shows
        age:    (B, rows, cols) ticks since the cells changed
        """
        limits = torch.tensor(_AGES, device=age.device)
        recent = torch.stack([(age <= limit).flatten(1).sum(1) for limit in limits.unbind()], 1)
        cells = F.relu(self.cell_in(shown) + self.position).flatten(1, 2)
        seen = [self.action_norm(action), torch.log1p(recent.float()) / 3, cells.mean(1), cells.amax(1)]
        return self.out(F.gelu(self.mix(F.gelu(self.mix_in(torch.cat(seen, 1))))))[:, 0]
