"""The World protocol: anything that shows a screen and answers one action a tick, and what it hands out."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from ncdesktop.actions import Action

__all__ = ["CELL", "FPS", "Cursor", "Frame", "Insight", "Start", "State", "World", "changed_cells"]

CELL = 16
"""Side of a cell in pixels."""
FPS = 15
"""Ticks a second."""


@dataclass(frozen=True)
class Cursor:
    """A pointer shape: image (h, w, 4) uint8, straight alpha; hotspot (x, y) inside it; X cursor name."""

    image: np.ndarray
    hotspot: tuple[int, int]
    name: str = ""


@dataclass(frozen=True)
class Insight:
    """What a dream can tell of a tick, for the probe overlay and the HUD.

    change:   (rows, cols) float32, probability that a cell changes
    choice:   (rows, cols) int8: where a changed cell's pixels came from, an index into `choices`; -1 unchanged
    choices:  names of the choices
    stage_ms: milliseconds of each stage of the tick
    """

    change: np.ndarray
    choice: np.ndarray
    choices: tuple[str, ...]
    stage_ms: dict[str, float]


@dataclass(frozen=True)
class Frame:
    """The screen at the end of a tick.

    ui:      (H, W, 3) uint8 RGB without the pointer
    pointer: (x, y) guest pixels
    cursor:  shape shown, None for hidden
    """

    tick: int
    ui: np.ndarray
    pointer: tuple[int, int]
    cursor: Cursor | None = None
    insight: Insight | None = field(default=None, compare=False, repr=False)

    @cached_property
    def pixels(self) -> np.ndarray:
        """(H, W, 3) uint8 RGB with the cursor blended in at the pointer's position."""
        pixels = self.ui.copy()
        if self.cursor is None:
            return pixels
        height, width = pixels.shape[:2]
        left, top = (at - hot for at, hot in zip(self.pointer, self.cursor.hotspot, strict=True))
        y0, x0 = max(top, 0), max(left, 0)
        y1, x1 = min(top + self.cursor.image.shape[0], height), min(left + self.cursor.image.shape[1], width)
        if y0 < y1 and x0 < x1:
            image = self.cursor.image[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.uint16)
            alpha = image[..., 3:]
            blended = (image[..., :3] * alpha + pixels[y0:y1, x0:x1] * (255 - alpha) + 127) // 255
            pixels[y0:y1, x0:x1] = blended.astype(np.uint8)
        return pixels


@dataclass(frozen=True)
class State:
    """Everything a world needs to go on from a tick.

    world:  kind of the world, "neural" or "recorded"
    model:  hash of the weights (or of the session) that it belongs to
    arrays: name -> array
    """

    world: str
    model: str
    tick: int
    size: tuple[int, int]
    arrays: dict[str, np.ndarray]


Start = State | np.ndarray | None
"""Where a reset begins: a state, a screen (H, W, 3) uint8 RGB, or the world's own beginning."""


class World(Protocol):
    """A screen that answers actions, one a tick. Sizes are (width, height)."""

    size: tuple[int, int]

    def reset(self, seed: int | None = None, start: Start = None) -> Frame:
        """Begin anew and return the first frame."""

    def step(self, action: Action) -> Frame:
        """Let one tick pass in which the user did `action`; return the frame at its end."""

    def get_state(self) -> State:
        """Return all that is needed to go on from here; later steps do not change it."""

    def set_state(self, state: State) -> Frame:
        """Go back to a state got from the same kind of world and model; return its frame."""

    def close(self) -> None:
        """Release what the world holds; it cannot be used after."""


def changed_cells(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return (rows, cols) bool: cells of two screens (H, W, 3) that differ in any byte."""
    height, width = before.shape[:2]
    grid = (height // CELL, CELL, width // CELL, CELL * 3 // 8)
    words = [
        np.ascontiguousarray(screen).reshape(-1).view(np.uint64).reshape(grid) for screen in (before, after)
    ]
    return (words[0] != words[1]).any(1).any(2)  # eight bytes at a time, rows first: ten times as fast
