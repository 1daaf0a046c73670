"""How like two screens are, cell by cell and as a whole, and what a cell's new content could have been copied from."""

from enum import IntEnum

import numpy as np
import torch

from ncdesktop.actions import ActionMemory
from ncdesktop.model.drag import lead
from ncdesktop.world import CELL, State

__all__ = ["RIGHT_BELOW", "Source", "cell_error", "log_loss", "right_cells", "sources", "ssim"]

RIGHT_BELOW = 8.0
"""A cell is right if its mean absolute error, of 255, is below this."""
_WINDOW, _SIGMA = 11, 1.5
_SAFE = 1e-6


class Source(IntEnum):
    """Where the pixels of a changed cell can be had from; the first that holds counts."""

    SHIFT = 0
    STACK = 1
    DICTIONARY = 2
    NOWHERE = 3


def cell_error(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return (rows, cols) float32: mean absolute difference of each cell of two screens (H, W, 3) uint8."""
    height, width = a.shape[:2]
    difference = np.maximum(a, b) - np.minimum(a, b)
    grid = difference.reshape(height // CELL, CELL, width // CELL, CELL * 3)
    return grid.sum((1, 3), dtype=np.uint32).astype(np.float32) / (CELL * CELL * 3)


def right_cells(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return (rows, cols) bool: cells of two screens (H, W, 3) that count as the same."""
    return cell_error(a, b) < RIGHT_BELOW


def log_loss(probability: np.ndarray, happened: np.ndarray) -> float:
    """Return the summed log loss, in nats, of probabilities for what happened (bool, same shape)."""
    chance = np.where(happened, probability, 1 - probability.astype(np.float64))
    return float(-np.log(np.clip(chance, _SAFE, 1)).sum())


def ssim(a: np.ndarray, b: np.ndarray) -> float:
    """Return the structural similarity of two screens (H, W, 3) uint8, as Wang et al. define it: Gaussian windows of
    11 pixels with sigma 1.5, mean over places where the window fits, then over the three channels.

    Only places whose window holds a difference are computed: everywhere else the similarity is one.
    """
    differs = (a != b).any(2)
    rows, columns = np.flatnonzero(differs.any(1)), np.flatnonzero(differs.any(0))
    if not len(rows):
        return 1.0
    margin = _WINDOW - 1
    part = np.s_[
        max(rows[0] - margin, 0) : rows[-1] + margin + 1,
        max(columns[0] - margin, 0) : columns[-1] + margin + 1,
    ]
    x, y = (torch.from_numpy(image[part]).permute(2, 0, 1).float() for image in (a, b))
    mean_x, mean_y = _blurred(x), _blurred(y)
    variance_x, variance_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    covariance = _blurred(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    likeness /= (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    places = (a.shape[0] - margin) * (a.shape[1] - margin) * 3
    return 1 - float((1 - likeness.double()).sum()) / places


def _blurred(image: torch.Tensor) -> torch.Tensor:
    """Blur (3, h, w) to (3, h - 10, w - 10); eleven shifted sums are ten times faster here than a convolution."""
    along = torch.arange(_WINDOW) - _WINDOW // 2
    weights = torch.exp(-(along.double() ** 2) / (2 * _SIGMA**2))
    for axis in (1, 2):
        length = image.shape[axis] - _WINDOW + 1
        total = torch.zeros_like(image.narrow(axis, 0, length))
        for place, weight in enumerate((weights / weights.sum()).tolist()):
            total.add_(image.narrow(axis, place, length), alpha=weight)
        image = total
    return image


def sources(
    state: State, memory: ActionMemory, after: np.ndarray, changed: np.ndarray, vocabulary: frozenset[bytes]
) -> np.ndarray:
    """Tell for each changed cell where its true pixels could be had from.

    state:      of a neural world, before the tick
    memory:     of the user's actions, that of the tick included
    after:      (H, W, 3) uint8, the true screen
    changed:    (rows, cols) bool
    vocabulary: contents that the model can name
    returns:    (rows, cols) int8 of Source; -1 where nothing changed
    """
    screen, contents = state.arrays["screen/screen"], state.arrays["screen/contents"]
    count = state.arrays["screen/count"]
    height, width = after.shape[:2]
    result = np.full(changed.shape, -1, np.int8)
    seen = memory.points, memory.ages, memory.features[-1], state.arrays["screen/followed"]
    dx, dy = lead(*(torch.as_tensor(what)[None] for what in seen))[0].tolist()
    for row, column in np.argwhere(changed).tolist():
        top, left = row * CELL, column * CELL
        cell = after[top : top + CELL, left : left + CELL]
        y = np.clip(np.arange(top, top + CELL) - dy, 0, height - 1)
        x = np.clip(np.arange(left, left + CELL) - dx, 0, width - 1)
        stack = contents[row, column, 1 : count[row, column]]
        if (dx or dy) and (screen[y[:, None], x] == cell).all():
            source = Source.SHIFT
        elif len(stack) and (stack == cell).all((1, 2, 3)).any():
            source = Source.STACK
        else:
            source = Source.DICTIONARY if cell.tobytes() in vocabulary else Source.NOWHERE
        result[row, column] = source
    return result
