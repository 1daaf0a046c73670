"""The painter of cells that nothing supplies: few-step flow matching in pixel space, from references and surroundings."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.ink import Ink
from ncdesktop.model.layers import RMSNorm, time_embedding
from ncdesktop.model.pretrained import Part

__all__ = ["MARGIN", "REFERENCES", "Generator", "GeneratorConfig"]

REFERENCES = 5
"""Contents a painted cell may take pixels from: current, shifted, the newest three of the stack."""
MARGIN = 16
"""Pixels of surroundings on each side of a cell that the generator sees; all but the nearest four only for typed letters."""
_FAR = 12


@dataclass(frozen=True)
class GeneratorConfig:
    feature_dim: int = 128
    action_dim: int = 256
    width: int = 128
    blocks: int = 3


class _PatchBlock(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = RMSNorm(width)
        self.mix = nn.Conv2d(width, width, 3, padding=1)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, 4, 4, C) -> (N, 4, 4, C)"""
        y = self.mix(self.norm(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return x + self.down(F.gelu(self.up(F.gelu(y))))


class Generator(Part):
    """Predicts clean pixels as, for each pixel, a learned mixture of the references and a new colour, under the ink of what was typed."""

    Config = GeneratorConfig

    def __init__(self, config: GeneratorConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or GeneratorConfig()
        width = config.width
        self.cells_in = nn.Linear((1 + REFERENCES) * 48, width)
        self.around_in = nn.Conv2d(48, width, 3)
        self.feature_in = nn.Linear(config.feature_dim, 8 * width)
        self.feature_mix = nn.Linear(width // 2, width)
        self.action_in = nn.Linear(config.action_dim, width)
        self.time_in = nn.Linear(32, width)
        self.ink = Ink()
        self.ink_in = nn.Linear(16, width)
        self.ink_colour = nn.Linear(width, 4)
        self.blocks = nn.ModuleList(_PatchBlock(width) for _ in range(config.blocks))
        self.norm = RMSNorm(width)
        self.out = nn.Linear(width, 48 + 16 * (1 + REFERENCES))

    def forward(
        self,
        noisy: Tensor,
        t: Tensor,
        references: Tensor,
        around: Tensor,
        features: Tensor,
        action: Tensor,
        typed: Tensor,
    ) -> Tensor:
        """Predict the clean pixels of noisy cells.

        noisy:      (N, 3, 16, 16) in [-1, 1], clean at t = 0, noise at t = 1
        t:          (N,) in [0, 1]
        references: (N, REFERENCES, 3, 16, 16): current, shifted, newest three of the stack
        around:     (N, 3, 48, 48): the cell on the present screen with its surroundings
        features:   (N, feature_dim) of the backbone
        action:     (N, action_dim)
        typed:      (N,) int64, id of the key that was pressed in the tick, 0 for none
        returns:    (N, 3, 16, 16)
        """
        cells = torch.cat([noisy[:, None], references], 1).flatten(1, 2)
        x = self.cells_in(F.pixel_unshuffle(cells, 4).permute(0, 2, 3, 1))  # (N, 4, 4, width)
        near = around[..., _FAR:-_FAR, _FAR:-_FAR]
        x = x + self.around_in(F.pixel_unshuffle(near, 4)).permute(0, 2, 3, 1)
        x = x + self.feature_mix(self.feature_in(features).view(len(features), 4, 4, -1))
        x = x + (self.action_in(action) + self.time_in(time_embedding(t)))[:, None, None]
        ink = self.ink(typed, around)
        x = x + self.ink_in(F.pixel_unshuffle(ink, 4).permute(0, 2, 3, 1))
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        out = F.pixel_shuffle(self.out(x).permute(0, 3, 1, 2), 4)  # (N, 3 + 1 + REFERENCES, 16, 16)
        weights = out[:, 3:].softmax(1)
        paper = weights[:, :1] * out[:, :3] + (weights[:, 1:, None] * references).sum(1)
        inked = self.ink_colour(x.mean((1, 2)))[
            :, :, None, None
        ]  # (N, 4, 1, 1): how much there is of it, its colour
        share = ink * inked[:, :1].sigmoid()
        return paper * (1 - share) + inked[:, 1:] * share
