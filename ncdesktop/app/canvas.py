"""What the window shows: the dream's screen, the real one beside it, and the pointer on top at once."""

import numpy as np
import pygame

from ncdesktop.app.drawing import ACCENT, FAINT, rgb_surface, rgba_surface, text
from ncdesktop.app.scaling import Placement, View
from ncdesktop.emulator.comparison import draw_comparison
from ncdesktop.emulator.console import Status
from ncdesktop.world import Cursor, Frame

__all__ = ["Canvas", "draw_splash", "icon"]

_GROUND = (10, 12, 16)


class Canvas:
    """Draws frames; what was scaled for one frame is kept for the next."""

    def __init__(self) -> None:
        self._shown: tuple[Frame, Placement] | None = None
        self._picture = np.zeros((0, 0, 3), np.uint8)
        self._scaled = pygame.Surface((1, 1))
        self._pointers: dict[tuple[int, int, int], tuple[Cursor, pygame.Surface]] = {}

    def draw(self, target: pygame.Surface, status: Status, view: View, pointer: tuple[int, int]) -> None:
        """Draw the screens and the pointer in each. pointer: guest pixels, where the user's hand is by now."""
        frame, both = status.frame, status.beside
        if self._shown is None or self._shown[0] is not frame or self._shown[1] != view.whole:
            picture = frame.ui if both is None else draw_comparison(both, pointer=False)
            self._scale(picture, view.whole)
            self._shown = (frame, view.whole)
        if self._scaled.get_size() != target.get_size():
            target.fill(_GROUND)
        target.blit(self._scaled, (view.whole.left, view.whole.top))
        frames = (frame,) if both is None else (both.real, both.dream)
        for screen, placement in zip(frames, view.panes, strict=True):
            if screen.cursor is not None:
                self._draw_pointer(target, screen.cursor, placement, pointer)

    def _scale(self, picture: np.ndarray, placement: Placement) -> None:
        """Scale a picture (h, w, 3) to its place's size; where that is crisp, only what differs from the last."""
        height, width = picture.shape[:2]
        rows, columns = slice(0, height), slice(0, width)
        if self._scaled.get_size() != (placement.width, placement.height):
            self._scaled = pygame.Surface((placement.width, placement.height)).convert()
        elif placement.crisp and self._picture.shape == picture.shape:
            rows, columns = _differing(self._picture, picture)
        self._picture = picture
        if rows.start == rows.stop:
            return
        left, right = (at * placement.width // width for at in (columns.start, columns.stop))
        top, bottom = (at * placement.height // height for at in (rows.start, rows.stop))
        into = self._scaled.subsurface((left, top, right - left, bottom - top))
        scale = pygame.transform.scale if placement.crisp else pygame.transform.smoothscale
        scale(rgb_surface(picture[rows, columns]), into.get_size(), into)

    def _draw_pointer(
        self, target: pygame.Surface, cursor: Cursor, placement: Placement, pointer: tuple[int, int]
    ) -> None:
        left, top = (at - hot for at, hot in zip(pointer, cursor.hotspot, strict=True))
        clip = target.get_clip()
        target.set_clip((placement.left, placement.top, placement.width, placement.height))
        target.blit(self._pointer(cursor, placement), placement.to_window(left, top))
        target.set_clip(clip)

    def _pointer(self, cursor: Cursor, placement: Placement) -> pygame.Surface:
        key = (id(cursor.image), placement.width, placement.height)
        if key not in self._pointers:
            if len(self._pointers) > 64:
                self._pointers.clear()
            height, width = cursor.image.shape[:2]
            size = (
                max(1, round(width * placement.width / placement.guest[0])),
                max(1, round(height * placement.height / placement.guest[1])),
            )
            image = rgba_surface(cursor.image)
            scale = pygame.transform.scale if placement.crisp else pygame.transform.smoothscale
            self._pointers[key] = (
                cursor,
                scale(image, size),
            )  # the cursor is kept, so that its id stays its own
        return self._pointers[key][1]


def draw_splash(target: pygame.Surface, age_s: float) -> None:
    """Draw what is shown while the world loads."""
    target.fill(_GROUND)
    size_px = max(14, target.get_height() // 22)
    middle_x, middle_y = target.get_rect().center
    title = text("ncdesktop", size_px * 2)
    target.blit(title, title.get_rect(midbottom=(middle_x, middle_y)))
    words = text("falling asleep, the dream begins soon", size_px, FAINT)
    target.blit(words, words.get_rect(midtop=(middle_x, middle_y + size_px // 2)))
    width = target.get_width() // 4
    track = pygame.Rect(middle_x - width // 2, middle_y + size_px * 3, width, 3)
    pygame.draw.rect(target, (40, 48, 58), track)
    place = abs((age_s * 0.8) % 2 - 1)
    pygame.draw.rect(target, ACCENT, (track.left + round(place * width * 0.75), track.top, width // 4, 3))


def _differing(before: np.ndarray, after: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns of the box in which two pictures (h, w, 3) differ, empty ones if they do not."""
    if np.array_equal(before, after):
        return slice(0, 0), slice(0, 0)
    differs = (before != after).reshape(len(before), -1)
    rows = np.flatnonzero(differs.any(1))
    columns = np.flatnonzero(differs[rows[0] : rows[-1] + 1].any(0)) // 3
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def icon() -> pygame.Surface:
    """Return the window's icon: a screen at night."""
    image = pygame.Surface((64, 64), pygame.SRCALPHA)
    pygame.draw.rect(image, (30, 38, 50), (2, 6, 60, 46), border_radius=7)
    pygame.draw.rect(image, (44, 94, 138), (7, 11, 50, 36), border_radius=3)
    pygame.draw.rect(image, (30, 38, 50), (20, 54, 24, 6), border_radius=3)
    pygame.draw.circle(image, (255, 240, 200), (33, 29), 12)
    pygame.draw.circle(image, (44, 94, 138), (39, 25), 11)
    return image
