"""Whether anything happens in a tick, and which shape the pointer has: a glance at input and screen, a tenth of the work of a look."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.glimpse import Glimpse, GlimpseConfig, GlimpseEncoder
from ncdesktop.model.pretrained import Part

__all__ = ["OVERLOOKED", "Expected", "Glance", "GlanceConfig"]

OVERLOOKED = 0.03
"""A tick is looked at if something happens in it with a greater probability than this."""
_ALWAYS = 20.0
_CLEARLY = 1.0
"""Log odds by which another shape than the one shown has to be likelier."""


@dataclass(frozen=True)
class Expected:
    """Of B moments: change (B,) log odds that any cell changes; shapes (B, cursors) logits of the pointer's shape"""

    change: Tensor
    shapes: Tensor

    def shape(self, before: Tensor) -> Tensor:
        """Return (B,) int64, the pointer's shape: the one of `before` (B,), if that is known, unless another is clearly likelier."""
        odds, count = self.shapes.float().log_softmax(1), self.shapes.shape[1]
        likeliest, shape = odds.max(1)
        stays = odds.gather(1, before.clamp(max=count - 1)[:, None])[:, 0] + _CLEARLY >= likeliest
        return torch.where(stays & (before < count), before, shape)


@dataclass(frozen=True)
class GlanceConfig(GlimpseConfig):
    dim: int = 192
    hidden: float = 0.3


class Glance(Part):
    """A glimpse -> how likely something happens, and the shape of the pointer.

    It has learned this from recordings (see `train glance`). Before that, everything is worth a look.
    """

    Config = GlanceConfig

    def __init__(self, config: GlanceConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or GlanceConfig()
        self.encoder = GlimpseEncoder(config)
        self.mix_in = nn.Linear(self.encoder.dim, config.dim)
        self.mix = nn.Linear(config.dim, config.dim // 2)
        self.out = nn.Linear(config.dim // 2, 1 + config.cursors)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        nn.init.constant_(self.out.bias[:1], _ALWAYS)

    def forward(self, seen: Glimpse) -> Expected:
        """Return what is expected of the moments."""
        together = F.dropout(F.gelu(self.mix_in(self.encoder(seen))), self.config.hidden, self.training)
        out = self.out(F.dropout(F.gelu(self.mix(together)), self.config.hidden, self.training))
        return Expected(out[:, 0], out[:, 1:])
