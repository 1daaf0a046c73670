"""A line of cells of a screen, through a point: what small networks say of each cell of it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.layers import RMSNorm

__all__ = ["Line"]

_REACH = 5
"""Cells along a line that speak with each other in a layer."""


class Line(nn.Module):
    """Cells of a line, and where on it the point is -> so many `outputs` of each."""

    def __init__(self, length: int, channels: int, dim: int, outputs: int) -> None:
        super().__init__()
        self.length = length
        self.norm = RMSNorm(channels)
        self.cell_in = nn.Linear(channels, dim)
        self.apart = nn.Parameter(torch.zeros(2 * length - 1, dim))  # from the point, in cells
        self.mix = nn.ModuleList(nn.Conv1d(dim, dim, _REACH, padding=_REACH // 2) for _ in range(2))
        self.out = nn.Linear(dim, outputs)

    def forward(self, line: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
        """line (B, length, channels), at (B,) int64 cells -> (B, length, outputs), and what it is all about (B, dim)"""
        apart = torch.arange(self.length, device=at.device) - at[:, None] + self.length - 1
        said = F.gelu(self.cell_in(self.norm(line)) + self.apart[apart]).transpose(1, 2)
        for mix in self.mix:
            said = said + F.gelu(mix(said))
        return self.out(said.transpose(1, 2)), said.mean(2)
