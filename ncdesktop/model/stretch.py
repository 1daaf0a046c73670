"""What is held by an edge grows and shrinks: pixels on either side of a seam keep to their edge, those at it repeat or go."""

import torch
from torch import Tensor

__all__ = ["WHOLE", "edges_of", "sources", "stretched"]

WHOLE = (1, 1, 1, 1)
"""Edges that follow the pointer (top, left, bottom, right) when a thing is carried."""
_SIDES = ("top", "left", "bottom", "right")


def edges_of(shape: str) -> tuple[int, int, int, int]:
    """Return which edges (top, left, bottom, right) of what it holds a pointer moves, by the name of its shape.

    X11 names these for what they take hold of: `right_side`, `top_left_corner`.
    """
    *sides, kind = shape.split("_")
    if kind not in ("side", "corner") or not sides or not set(sides) <= set(_SIDES):
        return WHOLE
    top, left, bottom, right = (int(side in sides) for side in _SIDES)
    return top, left, bottom, right


def stretched(image: Tensor, size: tuple[int, int], across: Tensor, down: Tensor) -> Tensor:
    """Return an image (h, w, C) as it looks in another size, (height, width) pixels: (height, width, C).

    across: (h,) int64: in each row the first pixel that goes with the right edge, those before it keep to the left one
    down:   () int64: likewise the first row that goes with the bottom edge
    """
    rows = sources(image.shape[0], size[0], down[None])[0]
    return image[rows[:, None], sources(image.shape[1], size[1], across[rows])]


def sources(old: int, new: int, seams: Tensor) -> Tensor:
    """Return (N, new) int64: which of `old` pixels in a line are shown when there are `new`, with seams (N,)."""
    place = torch.arange(new, device=seams.device)
    kept, seams = place.minimum(seams[:, None] - 1), seams[:, None]
    return torch.where(place >= new - (old - seams), place + old - new, kept).clamp(0, old - 1)
