"""Messages that appear in the window for a moment: saved, refused, and why."""

from collections.abc import Callable

import pygame

from ncdesktop.app.drawing import panel, text, text_px

__all__ = ["Toasts"]

_SHOWN_S = 3.0
_MOST = 4
_LONGEST_S = 20.0
_LEAST_PX = 14


class Toasts:
    """The latest messages, newest lowest."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lines: list[tuple[float, str]] = []

    def add(self, line: str) -> None:
        """Show a line from now on; a long one longer."""
        until_s = self._clock() + min(max(_SHOWN_S, len(line) / 15), _LONGEST_S)
        self._lines = [*self._lines, (until_s, line)][-_MOST:]

    def wait_s(self) -> float | None:
        """Return the seconds until the next line vanishes; None if none is shown."""
        return max(0.0, min(until_s for until_s, _ in self._lines) - self._clock()) if self._lines else None

    @property
    def lines(self) -> list[str]:
        now_s = self._clock()
        self._lines = [(until_s, line) for until_s, line in self._lines if until_s > now_s]
        return [line for _, line in self._lines]

    def draw(self, target: pygame.Surface) -> None:
        """Draw the lines in the middle of the lower edge, folded where the window is too narrow for them."""
        size_px = max(_LEAST_PX, text_px(target))
        bottom = target.get_height() - size_px
        for line in reversed(self.lines):
            rows = [text(row, size_px) for row in _fold(line, size_px, target.get_width() - 4 * size_px)]
            height = sum(row.get_height() for row in rows)
            area = pygame.Rect(0, 0, max(row.get_width() for row in rows), height)
            area.midbottom = (target.get_width() // 2, bottom)
            area.inflate_ip(size_px * 1.6, size_px * 0.7)
            panel(target, area)
            top = area.top + (area.height - height) // 2
            for row in rows:
                target.blit(row, row.get_rect(midtop=(area.centerx, top)))
                top += row.get_height()
            bottom = area.top - size_px // 2


def _fold(line: str, size_px: int, width_px: int) -> list[str]:
    """Return a line as rows of whole words that are as wide as fits."""
    rows = [""]
    for word in line.split():
        row = f"{rows[-1]} {word}".strip()
        if text(row, size_px).get_width() <= width_px or not rows[-1]:
            rows[-1] = row
        else:
            rows.append(word)
    return rows
