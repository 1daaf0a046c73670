"""Free dreams on recorded input: how much of the screen is right after 1, 4 and 16 s, and how alike the screens are."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ncdesktop.actions import Action
from ncdesktop.emulator.capture import VideoWriter
from ncdesktop.evaluation.metrics import right_cells, ssim
from ncdesktop.evaluation.ticks import HORIZONS, LONGEST, TOLERANCE
from ncdesktop.events import Move
from ncdesktop.world import Frame, changed_cells

__all__ = ["Rollout", "Step"]

AFTER_ACTION = 15
"""Frames after a button, wheel or key event whose likeness counts: SSIM+15 of the paper (arXiv 2604.06425)."""

_GAP_PX = 8

Step = Callable[[Action], Frame]


@dataclass
class _Mark:
    """The dream's screen at a horizon, the cells that had changed by then, and those found right so far."""

    ui: np.ndarray
    touched: np.ndarray
    right: np.ndarray
    strictly: int


class Rollout:
    """A dream let go from a recorded tick, fed with the recorded actions beside the recording.

    A cell counts at a horizon if it has changed since the start, in the recording or in the dream. It is right if it
    matches what the recording showed there at any tick within TOLERANCE of the horizon.
    """

    def __init__(
        self, step: Step, start: np.ndarray, *, ticks: int = LONGEST, film: Path | None = None
    ) -> None:
        """start: (H, W, 3) uint8, the UI plane that both begin with; ticks: that it goes on for, the likeness is measured of the
        longest only; film: video to make, recording left, dream right."""
        self._step, self._length = step, ticks
        self._dreamt = self._recorded = start
        self._touched = np.zeros(changed_cells(start, start).shape, bool)
        self._recent: deque[np.ndarray] = deque([start], maxlen=TOLERANCE + 1)
        self._marks: dict[str, _Mark] = {}
        self._ticks = self._to_measure = 0
        self.likeness: list[float] = []
        height, width = start.shape[:2]
        self._film = VideoWriter(film, size=(2 * width + _GAP_PX, height)) if film else None

    @property
    def ended(self) -> bool:
        return self._ticks >= self._length + TOLERANCE

    def add(self, action: Action, recorded: Frame) -> None:
        """Let both go on by one tick: `action`, after which the recording showed `recorded`."""
        self._ticks += 1
        self._touched |= changed_cells(self._recorded, recorded.ui)
        self._recorded = recorded.ui
        self._recent.append(recorded.ui)
        for name, mark in self._marks.items():
            if self._ticks <= HORIZONS[name] + TOLERANCE:
                mark.right |= right_cells(mark.ui, recorded.ui)
        if self._ticks > self._length:
            return
        dreamt = self._step(action)
        self._touched |= changed_cells(self._dreamt, dreamt.ui)
        self._dreamt = dreamt.ui
        if self._film:
            gap = np.full((len(dreamt.ui), _GAP_PX, 3), 255, np.uint8)
            self._film.write(np.concatenate([recorded.pixels, gap, dreamt.pixels], 1))
        if self._to_measure and self._length == LONGEST:
            self._to_measure -= 1
            self.likeness.append(ssim(dreamt.pixels, recorded.pixels))
        if any(not isinstance(event, Move) for event in action.edges):
            self._to_measure = AFTER_ACTION
        for name, ticks in HORIZONS.items():
            if ticks == self._ticks:
                right = np.any([right_cells(dreamt.ui, ui) for ui in self._recent], axis=0)
                strictly = int((right_cells(dreamt.ui, recorded.ui) & self._touched).sum())
                self._marks[name] = _Mark(dreamt.ui, self._touched.copy(), right, strictly)

    def close(self) -> Path | None:
        """Finish the video; return where it is."""
        if self._film is None:
            return None
        self._film.close()
        return self._film.path

    def counts(self) -> Counter[str]:
        """Return for each horizon reached its `touched`, `right` and `strict` cells, as `1s/touched` and so on."""
        result: Counter[str] = Counter()
        for name, mark in self._marks.items():
            result[f"{name}/touched"] = int(mark.touched.sum())
            result[f"{name}/right"] = int((mark.right & mark.touched).sum())
            result[f"{name}/strict"] = mark.strictly
        return result
