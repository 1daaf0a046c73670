"""Screens as cells and as pixels: cutting, joining, and looking at windows of them."""

import torch
from torch import Tensor

from ncdesktop.world import CELL

__all__ = ["cells_of", "differing", "pixels_in", "screen_of", "windows"]


def cells_of(screen: Tensor, side: int = CELL) -> Tensor:
    """Cut screens (..., H, W, 3) into cells (..., rows, cols, side, side, 3)."""
    *lead, height, width, _ = screen.shape
    return screen.reshape(*lead, height // side, side, width // side, side, 3).transpose(-4, -3)


def screen_of(cells: Tensor) -> Tensor:
    """Join cells (..., rows, cols, 16, 16, 3) to screens (..., H, W, 3)."""
    *lead, rows, columns, _, _, _ = cells.shape
    return cells.transpose(-4, -3).reshape(*lead, rows * CELL, columns * CELL, 3)


def differing(one: Tensor, other: Tensor) -> Tensor:
    """Tell which cells of screens (..., H, W, 3) uint8 differ: (..., rows, cols) bool. Reads eight values at once."""
    differ = one.contiguous().flatten(-2).view(torch.int64) != other.contiguous().flatten(-2).view(
        torch.int64
    )
    *lead, height, words = differ.shape
    a_cell = CELL * 3 // 8
    return differ.view(*lead, height // CELL, CELL, words // a_cell, a_cell).any(-1).any(-2)


def windows(screens: Tensor, which: Tensor, corners: Tensor, size: int | tuple[int, int]) -> Tensor:
    """Return windows of screens; beyond the border the nearest pixel is repeated.

    screens: (B, H, W, 3)
    which:   (N,) index of the screen of each window
    corners: (N, 2) int, (y, x) of the upper left pixel
    size:    (height, width), or one for both
    returns: (N, height, width, 3)
    """
    height, width = (size, size) if isinstance(size, int) else size
    y = (corners[:, :1] + torch.arange(height, device=screens.device)).clamp(0, screens.shape[1] - 1)
    x = (corners[:, 1:] + torch.arange(width, device=screens.device)).clamp(0, screens.shape[2] - 1)
    return screens[which[:, None, None], y[:, :, None], x[:, None, :]]


def pixels_in(images: Tensor) -> Tensor:
    """Turn images (..., h, w, 3) uint8 into the network's (..., 3, h, w) float in [-1, 1]."""
    return images.movedim(-1, -3).float().div_(127.5).sub_(1)
