"""Real beside dream: one input fed to two worlds at a time, and a picture of both with the cells that differ."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ncdesktop.actions import Action
from ncdesktop.errors import InputError
from ncdesktop.world import CELL, Frame, World, changed_cells

__all__ = ["GAP_PX", "Comparison", "SideBySide", "compare_frames", "draw_comparison"]

GAP_PX = CELL
"""Width of the black gap between the two screens of a picture."""

_MARK = np.array((255, 64, 32), np.uint8)


@dataclass(frozen=True)
class Comparison:
    """Both worlds after one tick. differing: (rows, cols) bool, cells whose UI planes are not the same."""

    real: Frame
    dream: Frame
    differing: np.ndarray

    @property
    def share(self) -> float:
        """Share of the cells that differ."""
        return float(np.mean(self.differing))


class SideBySide:
    """Two worlds that live through the same: the real one, and a dream that begins with the real one's screen."""

    def __init__(self, real: World, dream: World) -> None:
        """The worlds stay the caller's: close them. Raises InputError if their sizes differ."""
        if real.size != dream.size:
            sizes = [f"{width}x{height}" for width, height in (real.size, dream.size)]
            raise InputError(f"the real screen is {sizes[0]}, the dream {sizes[1]}: they cannot be compared")
        self._real = real
        self._dream = dream
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="dream")

    def reset(self, seed: int = 0) -> Comparison:
        """Begin both anew."""
        real = self._real.reset(seed)
        return compare_frames(real, self._dream.reset(seed, real.ui))

    def step(self, action: Action) -> Comparison:
        """Do the same in both: the dream computes while the real tick passes."""
        dream = self._thread.submit(self._dream.step, action)
        try:
            real = self._real.step(action)
        finally:
            dreamt = dream.result()
        return compare_frames(real, dreamt)

    def close(self) -> None:
        self._thread.shutdown()


def draw_comparison(comparison: Comparison, *, pointer: bool = True) -> np.ndarray:
    """Return (H, 2W + GAP_PX, 3) uint8: the real screen, the dream, and frames around the cells that differ in both.

    pointer: draw it, as each world shows it
    """
    sides = []
    for frame in (comparison.real, comparison.dream):
        picture = (frame.pixels if pointer else frame.ui).copy()
        picture[_outline(comparison.differing)] = _MARK
        sides.append(picture)
    gap = np.zeros((sides[0].shape[0], GAP_PX, 3), np.uint8)
    return np.hstack([sides[0], gap, sides[1]])


def compare_frames(real: Frame, dream: Frame) -> Comparison:
    """Return how two worlds of one size differ now."""
    return Comparison(real, dream, changed_cells(real.ui, dream.ui))


def _outline(cells: np.ndarray) -> np.ndarray:
    """Return (H, W) bool: the pixels along the border of the marked cells' area."""
    inside = cells.repeat(CELL, 0).repeat(CELL, 1)
    padded = np.pad(inside, 1)
    whole = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return inside & ~whole
