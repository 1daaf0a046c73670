"""Cells to vectors: the embedding that backbone and selector know a content by, computed once when it enters the state."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.pretrained import Part

__all__ = ["CellEncoder", "CellEncoderConfig"]


@dataclass(frozen=True)
class CellEncoderConfig:
    dim: int = 128
    width: int = 48


class CellEncoder(Part):
    """A 16x16 cell in three strided steps. `nothing` stands for a stack place that has no content yet."""

    Config = CellEncoderConfig

    def __init__(self, config: CellEncoderConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or CellEncoderConfig()
        self.patches = nn.Linear(48, config.width)
        self.quarters = nn.Linear(4 * config.width, 2 * config.width)
        self.whole = nn.Linear(8 * config.width, config.dim)
        self.out = nn.Linear(config.dim, config.dim)
        self.nothing = nn.Parameter(torch.randn(config.dim) * 0.1)

    def forward(self, cells: Tensor) -> Tensor:
        """cells (N, 16, 16, 3) uint8 -> (N, dim)"""
        x = cells.view(-1, 2, 2, 4, 2, 2, 4, 3).permute(0, 1, 4, 2, 5, 3, 6, 7)  # (N, 2, 2, 2, 2, 4, 4, 3)
        x = x.reshape(-1, 4, 4, 48).float()  # 4 quarters of 4 patches of 4x4 pixels
        # pixels are scaled to [-1, 1] through the weights: millions of pixels would cost more than a few thousand weights
        weight, bias = self.patches.weight, self.patches.bias
        x = F.gelu(F.linear(x, weight / 127.5, bias - weight.sum(1)))
        x = F.gelu(self.quarters(x.flatten(2)))
        return self.out(F.gelu(self.whole(x.flatten(1))))
