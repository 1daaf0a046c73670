"""The figures in a corner of the window: speed, latency, memory, and what the emulator is doing."""

from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pygame

from ncdesktop.app.drawing import ACCENT, FAINT, GOOD, INK, WARNING, panel, spelled, text, text_px
from ncdesktop.emulator.console import Status
from ncdesktop.world import FPS

__all__ = ["Hud"]

_Row = tuple[str, str, tuple[int, int, int]]
"""What a figure is called, what it is by now, and its color."""
_BUDGET_MS = 1000 / FPS
_STAGES = (
    (72, 187, 255),
    (120, 220, 150),
    (250, 190, 90),
    (235, 120, 160),
    (170, 150, 250),
    (120, 200, 210),
    (200, 200, 120),
)
_PAGE_BYTES = 4096
_TURNS = 5
"""Of the figures, one in so many is drawn anew in each tick, if it has changed: what changes fifteen times a second cannot be read."""


class Hud:
    """Draws the figures, and measures how long input takes to reach the glass."""

    def __init__(self) -> None:
        self._latency_ms: deque[float] = deque(maxlen=120)
        self._last_tick: int | None = None
        self._panel = pygame.Surface((0, 0))
        self._written: dict[int, object] = {}  # what each of its parts shows
        self._size_px = self._of_tick = self._turn = 0

    def presented(self, status: Status, now_s: float) -> None:
        """`status` is on the glass since now; `now_s` is of the clock that stamped the events."""
        if status.frame.tick != self._last_tick:
            self._last_tick = status.frame.tick
            if status.input_time_s is not None:
                self._latency_ms.append((now_s - status.input_time_s) * 1000)

    def draw(self, target: pygame.Surface, status: Status) -> None:
        """Draw into the upper right corner; while the dream runs, figures at most some ticks old."""
        size_px, tick = text_px(target), status.frame.tick
        if status.paused or status.travel or size_px != self._size_px:
            self._write(status, size_px, None)
        elif tick != self._of_tick:
            self._turn = (self._turn + 1) % _TURNS
            self._write(status, size_px, self._turn)
        self._size_px, self._of_tick = size_px, tick
        target.blit(self._panel, (target.get_width() - self._panel.get_width() - size_px, size_px))

    def _write(self, status: Status, size_px: int, turn: int | None) -> None:
        """Draw the figures whose turn it is into the panel, or all of them."""
        figures, line = status.figures, round(size_px * 1.45)
        rows = self._rows(status)
        width, chart_px = size_px * 19, size_px * 3
        left, right, top = size_px, width - size_px, size_px // 2
        strips = [pygame.Rect(0, top + place * line, width, line) for place in range(len(rows))]
        chart = pygame.Rect(left, strips[-1].bottom + size_px // 2, right - left, chart_px)
        stages = pygame.Rect(left, chart.bottom + size_px // 2, right - left, line)
        stages_px = -(-len(figures.stage_ms) // 2) * line + size_px
        parts: list[tuple[pygame.Rect, Callable[[], Any], Callable[[Any], None]]] = [
            (strip, row, partial(self._row, strip.inflate(-2 * size_px, 0), size_px))
            for strip, row in zip(strips, rows, strict=True)
        ]
        below = pygame.Rect(0, stages.top, width, stages_px)
        parts.append((chart, lambda: figures.recent_ms, partial(self._chart, chart)))
        parts.append((below, lambda: figures.stage_ms, partial(self._stages, stages, size_px)))
        area = pygame.Rect(0, 0, width, stages.top + stages_px)
        if self._panel.get_size() != area.size:
            self._panel, turn = pygame.Surface(area.size, pygame.SRCALPHA), None
            panel(self._panel, area)
            self._written = {}
        for place, (strip, content_of, draw) in enumerate(parts):
            if turn is not None and place % _TURNS != turn:
                continue
            content = content_of()
            if self._written.get(place) != content:
                self._written[place] = content
                self._panel.set_clip(strip)
                self._panel.fill((0, 0, 0, 0))
                panel(self._panel, area)
                draw(content)
        self._panel.set_clip(None)

    def _rows(self, status: Status) -> list[Callable[[], _Row]]:
        """Return what tells each figure, which takes a while."""
        figures = status.figures

        def pace() -> _Row:
            on_pace = figures.fps >= 0.95 * FPS * min(status.speed, 1)
            told = f"{figures.fps:.1f} of {FPS * status.speed:g}"
            return "ticks a second", told, GOOD if on_pace else WARNING

        def percentiles() -> _Row:
            told = f"{figures.p50_ms:.0f} / {figures.p99_ms:.0f} ms"
            return "p50 / p99", told, GOOD if figures.p99_ms < _BUDGET_MS else WARNING

        def latency() -> _Row:
            told = f"{np.median(self._latency_ms):.0f} ms" if self._latency_ms else "no input yet"
            return "input to photon", told, INK

        def changed() -> _Row:
            cells = np.zeros(0) if figures.changed is None else figures.changed
            return "changed cells", f"{int(cells.sum())} of {cells.size}", INK

        return [
            pace,
            lambda: ("tick", f"{figures.tick_ms:.0f} ms", INK),
            percentiles,
            latency,
            changed,
            lambda: ("memory", f"{_resident_mb():.0f} MB", INK),
            lambda: ("rewind", "{:.0f} s, {:.1f} MB".format(*status.rewind), INK),
            lambda: ("tick / seed", f"{status.frame.tick} / {status.seed}", INK),
            lambda: ("slot", "none" if status.slot is None else str(status.slot), INK),
        ]

    def _row(self, area: pygame.Rect, size_px: int, row: _Row) -> None:
        """Draw a figure and its name."""
        name, value, color = row
        self._panel.blit(text(name, size_px, FAINT), area)
        words = spelled(value, size_px, color)
        self._panel.blit(words, (area.right - words.get_width(), area.top))

    def _chart(self, area: pygame.Rect, recent_ms: tuple[float, ...]) -> None:
        """Draw the last ticks' milliseconds as bars under the line of the budget."""
        scale = area.height / (1.5 * _BUDGET_MS)
        count = min(len(recent_ms), area.width // 2)
        for place, tick_ms in enumerate(recent_ms[len(recent_ms) - count :]):
            bar_px = min(max(1, round(tick_ms * scale)), area.height)
            left = area.right - 2 * (count - place)
            self._panel.fill(
                ACCENT if tick_ms < _BUDGET_MS else WARNING, (left, area.bottom - bar_px, 1, bar_px)
            )
        budget_y = area.bottom - round(_BUDGET_MS * scale)
        pygame.draw.line(self._panel, FAINT, (area.left, budget_y), (area.right, budget_y))

    def _stages(self, area: pygame.Rect, size_px: int, stage_ms: dict[str, float]) -> None:
        """Draw the share of each stage as one bar, and their names below."""
        total = sum(stage_ms.values()) or 1.0
        x = float(area.left)
        for place, (name, milliseconds) in enumerate(stage_ms.items()):
            color = _STAGES[place % len(_STAGES)]
            share_px = area.width * milliseconds / total
            pygame.draw.rect(self._panel, color, (round(x), area.top, max(1, round(share_px)), size_px // 3))
            x += share_px
            column, row = place % 2, place // 2
            left = area.left + column * (area.width // 2 + size_px // 3)
            top = area.top + size_px // 2 + row * area.height
            pygame.draw.rect(self._panel, color, (left, top + size_px // 2, size_px // 2, size_px // 2))
            words = spelled(f"{name} {milliseconds:.1f}", size_px - 1, FAINT)
            self._panel.blit(words, (left + size_px * 0.8, top))


def _resident_mb() -> float:
    """Return the memory that this process holds, 0 where the system does not tell."""
    path = Path("/proc/self/statm")
    return int(path.read_text().split()[1]) * _PAGE_BYTES / 1e6 if path.exists() else 0.0
