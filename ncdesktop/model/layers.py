"""Small layers that several parts share. Feature maps are channels last, (B, h, w, C), which is fastest on CPUs."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Attend", "Block", "RMSNorm", "fold_cells", "time_embedding", "unfold_cells", "zero_"]

Attend = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Queries, keys and values, each (B, heads, N, d) -> (B, heads, N, d)."""


class RMSNorm(nn.Module):
    """Root-mean-square norm over channels; without it before every head features grew a thousandfold in training."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the last dimension of x (..., C)."""
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight


def zero_(layer: nn.Linear) -> nn.Linear:
    """Set weights and bias to zero, in place, so that a residual branch starts as nothing; return the layer."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _gelu(x: Tensor) -> Tensor:
    """Return GELU of x; where no gradients are wanted in place, since on CPUs one large tensor more costs as much again."""
    return F.gelu(x) if torch.is_grad_enabled() else torch.ops.aten.gelu_(x)


class Block(nn.Module):
    """ConvNeXt block modulated by the action vector, optionally after self-attention over all places."""

    def __init__(
        self, channels: int, condition: int, *, kernel: int = 7, attention: bool = False, hint: int = 0
    ) -> None:
        """hint: channels of the maps that tell places something, added where features are of unit size"""
        super().__init__()
        self.heads = max(1, channels // 32)
        if attention:
            self.attention_norm = RMSNorm(channels)
            self.qkv = nn.Linear(channels, 3 * channels)
            self.attention_out = zero_(nn.Linear(channels, channels))
        self.attention = attention
        self.attend: Attend = F.scaled_dot_product_attention
        self.depthwise = nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels)
        self.norm = RMSNorm(channels)
        self.modulation = zero_(nn.Linear(condition, 2 * channels))
        if hint:
            self.hint = nn.Linear(hint, channels, bias=False)
        self.up = nn.Linear(channels, 4 * channels)
        self.down = zero_(nn.Linear(4 * channels, channels))

    def forward(self, x: Tensor, condition: Tensor, hint: Tensor | None = None) -> Tensor:
        """x (B, h, w, C), condition (B, D), hint (B, h, w, H) -> (B, h, w, C)"""
        if self.attention:
            batch, height, width, channels = x.shape
            qkv = self.qkv(self.attention_norm(x)).view(batch, height * width, 3, self.heads, -1)
            q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (B, heads, N, d)
            mixed = self.attend(q, k, v).transpose(1, 2).reshape(batch, height, width, channels)
            x = x + self.attention_out(mixed)
        scale, offset = self.modulation(condition)[:, None, None].chunk(2, -1)
        y = self.depthwise(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        y = self.norm(y) * (1 + scale) + offset
        if hint is not None:
            y = y + self.hint(hint)
        return x + self.down(_gelu(self.up(y)))


def fold_cells(x: Tensor) -> Tensor:
    """Join each 2x2 places into one: (B, h, w, C) -> (B, h/2, w/2, 4 C)."""
    batch, height, width, channels = x.shape
    x = x.reshape(batch, height // 2, 2, width // 2, 2, channels).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(batch, height // 2, width // 2, 4 * channels)


def unfold_cells(x: Tensor) -> Tensor:
    """Undo `fold_cells`: (B, h, w, 4 C) -> (B, 2 h, 2 w, C)."""
    batch, height, width, channels = x.shape
    x = x.reshape(batch, height, width, 2, 2, channels // 4).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(batch, 2 * height, 2 * width, channels // 4)


def time_embedding(t: Tensor) -> Tensor:
    """Return sines and cosines (N, 32) of the noise level t (N,) in [0, 1]."""
    rates = torch.exp(-math.log(1000) * torch.arange(16, device=t.device) / 15) * 100
    angles = t[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], -1)
