"""What a drag moves: as far as the pointer is ahead of what it holds, so that a dream that fell behind catches up."""

import torch
from torch import Tensor

__all__ = ["NOWHERE", "dragging", "follows", "goal", "held", "lead"]

NOWHERE = -1
"""Coordinates of a place that is not known."""
_AFTER_TICKS = 3
"""Ticks after its release in which a window may still follow."""
_CELLS, _SHARE = 3, 0.2


def held(newest: Tensor) -> Tensor:
    """Return (...) bool: the left button is held. newest: (..., FEATURES) of the tick, see ActionMemory"""
    return newest[..., 2] > 0


def dragging(features: Tensor) -> Tensor:
    """Return (B,) bool: the pointer moves, or did in the tick before, with the left button held, as `Table.dragging` has it.

    features: (B, HISTORY, FEATURES), see ActionMemory
    """
    return held(features[:, -1]) & (features[:, -2:, :2] != 0).flatten(1).any(1)


def goal(points: Tensor, ages: Tensor, newest: Tensor) -> Tensor:
    """Return (B, 2) int64, (x, y): where the pointer has brought what it holds, NOWHERE if it holds nothing.

    points (B, 4, 2), ages (B, 2), newest features (B, FEATURES): see ActionMemory
    """
    released = torch.where((ages[:, 1] <= _AFTER_TICKS)[:, None], points[:, 3], float(NOWHERE))
    return torch.where(held(newest)[:, None], points[:, 0], released).long()


def lead(points: Tensor, ages: Tensor, newest: Tensor, followed: Tensor) -> Tensor:
    """Return (B, 2) int64, (dx, dy) pixels: how far the pointer is ahead of what it holds.

    followed: (B, 2) int64, (x, y): where the pointer was when the screen followed it last; a press takes hold anew
    """
    to = goal(points, ages, newest)
    followed = torch.where(ages[:, :1] == 0, points[:, 2].long(), followed)
    known = (followed != NOWHERE).all(1) & (to != NOWHERE).all(1)
    return (to - followed) * known[:, None]


def follows(same: Tensor) -> bool:
    """Tell whether the screen follows a drag. same: (N,) bool, which of the changed cells show what it would move there."""
    return int(same.sum()) >= _CELLS and float(same.float().mean()) >= _SHARE
