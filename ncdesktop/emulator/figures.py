"""The numbers of the last seconds for the HUD: ticks a second, milliseconds, changed cells."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ncdesktop.actions import Action
from ncdesktop.emulator.extension import Extension
from ncdesktop.world import FPS, Frame, changed_cells

if TYPE_CHECKING:
    from ncdesktop.emulator.emulator import Emulator

__all__ = ["Figures", "Meter"]

_TICKS = FPS * 20


@dataclass(frozen=True)
class Figures:
    """What the HUD shows of the world; what takes long to find out is found out when somebody looks.

    recent_ms: of the last ticks, oldest first; screens: (H, W, 3) each, before and after the last tick, none before the first
    """

    fps: float = 0.0
    stage_ms: dict[str, float] = field(default_factory=dict)
    recent_ms: tuple[float, ...] = (0.0,)
    screens: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def tick_ms(self) -> float:
        return self.recent_ms[-1]

    @property
    def p50_ms(self) -> float:
        return self._ordered_ms[len(self._ordered_ms) // 2]

    @property
    def p99_ms(self) -> float:
        return self._ordered_ms[len(self._ordered_ms) * 99 // 100]

    @cached_property
    def changed(self) -> np.ndarray | None:
        """(rows, cols) bool: cells that the last tick changed."""
        return None if self.screens is None else changed_cells(*self.screens)

    @cached_property
    def _ordered_ms(self) -> list[float]:
        return sorted(self.recent_ms)


class Meter(Extension):
    """Measures every tick."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began_s = 0.0
        self._ends_s: deque[float] = deque(maxlen=FPS * 2)
        self._tick_ms: deque[float] = deque(maxlen=_TICKS)
        self._ui: np.ndarray | None = None
        self.figures = Figures()

    def started(self, emulator: Emulator, frame: Frame) -> None:
        self._ui = frame.ui

    def jumped(self, emulator: Emulator, frame: Frame) -> None:
        self._ui = frame.ui

    def before_tick(self, emulator: Emulator, action: Action) -> Action:
        self._began_s = self._clock()
        return action

    def after_tick(self, emulator: Emulator, action: Action, frame: Frame) -> None:
        now_s = self._clock()
        self._ends_s.append(now_s)
        self._tick_ms.append((now_s - self._began_s) * 1000)
        span_s = now_s - self._ends_s[0]
        before, self._ui = self._ui, frame.ui
        self.figures = Figures(
            fps=(len(self._ends_s) - 1) / span_s if span_s > 0 else 0.0,
            stage_ms=frame.insight.stage_ms if frame.insight else {},
            recent_ms=tuple(self._tick_ms),
            screens=None if before is None else (before, frame.ui),
        )
