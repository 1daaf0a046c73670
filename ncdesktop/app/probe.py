"""The probe: which cells change and why, where the model expects change, the pointer's place, the last input."""

from collections import deque

import numpy as np
import pygame

from ncdesktop.app.drawing import ACCENT, FAINT, INK, panel, rgba_surface, text, text_px
from ncdesktop.app.scaling import Placement
from ncdesktop.emulator.console import Status
from ncdesktop.emulator.marks import Mark, kinds_of, marks_of, words_of
from ncdesktop.events import Button, Move
from ncdesktop.world import CELL

__all__ = ["Probe"]

_FADE_TICKS = 10
_LINES = 8
_HEAT = np.array((255, 170, 40), np.uint8)
_CHANGED = (255, 220, 90)
_KINDS = {
    "shift": (60, 200, 255),
    "stack": (110, 230, 120),
    "dictionary": (190, 140, 255),
    "sprite": (255, 140, 220),
    "generate": (255, 95, 85),
}
_PRESS = (255, 95, 85)


class Probe:
    """Draws over the screen; changes stay visible for some ticks and fade."""

    def __init__(self) -> None:
        self._tick: int | None = None
        self._marks: deque[tuple[int, list[Mark]]] = deque(maxlen=_FADE_TICKS)
        self._input: deque[tuple[int, str]] = deque(maxlen=_LINES)
        self._press: tuple[int, int] | None = None

    def draw(
        self, target: pygame.Surface, status: Status, placement: Placement, pointer: tuple[int, int]
    ) -> None:
        """Draw map, marks, pointer and panels. pointer: guest pixels."""
        self._look(status)
        self._draw_heat(target, status, placement)
        self._draw_marks(target, status, placement)
        self._draw_pointer(target, status, placement, pointer)
        self._draw_panel(target, status)

    def _look(self, status: Status) -> None:
        """Take in a tick that has not been seen yet."""
        frame = status.frame
        if frame.tick == self._tick:
            return
        if self._tick is None or frame.tick < self._tick:
            self._marks.clear()
            self._input.clear()
        self._tick = frame.tick
        self._marks.append((frame.tick, marks_of(status)))
        for event in status.action.edges:
            if isinstance(event, Button) and event.down:
                self._press = status.action.pointer
            if not isinstance(event, Move):
                self._input.append((frame.tick, words_of(event)))

    def _draw_heat(self, target: pygame.Surface, status: Status, placement: Placement) -> None:
        if status.frame.insight is None:
            return
        change = status.frame.insight.change
        image = np.empty((*change.shape, 4), np.uint8)
        image[..., :3] = _HEAT
        image[..., 3] = np.where(change > 0.02, 150 * np.sqrt(change), 0)
        heat = pygame.transform.scale(rgba_surface(image), (placement.width, placement.height))
        target.blit(heat, (placement.left, placement.top))

    def _draw_marks(self, target: pygame.Surface, status: Status, placement: Placement) -> None:
        layer = pygame.Surface((placement.width, placement.height), pygame.SRCALPHA)
        for tick, marks in self._marks:
            age = status.frame.tick - tick
            alpha = round(255 * max(0.0, 1 - age / _FADE_TICKS))
            for row, column, kind in marks:
                left, top = placement.to_window(column * CELL, row * CELL)
                right, bottom = placement.to_window((column + 1) * CELL, (row + 1) * CELL)
                area = (left - placement.left, top - placement.top, right - left, bottom - top)
                pygame.draw.rect(layer, (*_color(kind), alpha), area, width=2 if age == 0 else 1)
        target.blit(layer, (placement.left, placement.top))

    def _draw_pointer(
        self, target: pygame.Surface, status: Status, placement: Placement, pointer: tuple[int, int]
    ) -> None:
        size_px = text_px(target)
        x, y = placement.to_window(pointer[0] + 0.5, pointer[1] + 0.5)
        layer = pygame.Surface((placement.width, placement.height), pygame.SRCALPHA)
        pygame.draw.line(layer, (*ACCENT, 110), (0, y - placement.top), (placement.width, y - placement.top))
        pygame.draw.line(
            layer, (*ACCENT, 110), (x - placement.left, 0), (x - placement.left, placement.height)
        )
        target.blit(layer, (placement.left, placement.top))
        if self._press is not None:
            pygame.draw.circle(target, _PRESS, placement.to_window(*self._press), size_px // 2, width=2)
        shape = status.frame.cursor.name if status.frame.cursor and status.frame.cursor.name else "no pointer"
        held = [
            name for mask, name in ((1, "left"), (2, "middle"), (4, "right")) if status.action.buttons & mask
        ]
        words = text(f"{pointer[0]}, {pointer[1]}   {' + '.join([shape, *held])}", size_px)
        area = words.get_rect(topleft=(x + size_px * 1.6, y + size_px * 1.8)).inflate(size_px, size_px // 2)
        area.clamp_ip(target.get_rect())
        panel(target, area, radius_px=5)
        target.blit(words, words.get_rect(center=area.center))

    def _draw_panel(self, target: pygame.Surface, status: Status) -> None:
        """Draw what the colours mean, with this tick's counts, and the last input."""
        size_px = text_px(target)
        line = round(size_px * 1.45)
        counts = dict.fromkeys(kinds_of(status), 0)
        if self._marks and self._marks[-1][0] == status.frame.tick:
            for _, _, kind in self._marks[-1][1]:
                counts[kind] = counts.get(kind, 0) + 1
        legend_px = len(counts) * line + line
        area = pygame.Rect(size_px, 0, size_px * 15, legend_px + (_LINES + 1) * line + size_px)
        area.bottom = target.get_height() - size_px
        panel(target, area)
        left, top = area.left + size_px, area.top + size_px // 2
        target.blit(text("cells of this tick", size_px, FAINT), (left, top))
        for name, number in counts.items():
            top += line
            pygame.draw.rect(target, _color(name), (left, top + 2, size_px, size_px), width=2)
            target.blit(text(name, size_px), (left + size_px * 1.6, top))
            count = text(str(number), size_px, INK if number else FAINT)
            target.blit(count, (area.right - size_px - count.get_width(), top))
        top += line
        target.blit(text("input", size_px, FAINT), (left, top + size_px // 3))
        for tick, words in reversed(self._input):
            top += line
            age = status.frame.tick - tick
            target.blit(text(words, size_px, INK if age < 15 else FAINT), (left, top + size_px // 3))
            ago = text(f"-{age}", size_px, FAINT)
            target.blit(ago, (area.right - size_px - ago.get_width(), top + size_px // 3))


def _color(kind: str) -> tuple[int, int, int]:
    return _KINDS.get(kind, _CHANGED)
