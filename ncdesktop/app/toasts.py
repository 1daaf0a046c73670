"""Messages that appear in the window for a moment: saved, refused, and why."""

from collections.abc import Callable

import pygame

from ncdesktop.app.drawing import panel, text

__all__ = ["Toasts"]

_SHOWN_S = 3.0
_MOST = 4
_LONGEST = 110


class Toasts:
    """The latest messages, newest lowest."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lines: list[tuple[float, str]] = []

    def add(self, line: str) -> None:
        """Show a line from now on; a long one longer."""
        line = line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."
        until_s = self._clock() + max(_SHOWN_S, len(line) / 15)
        self._lines = [*self._lines, (until_s, line)][-_MOST:]

    def wait_s(self) -> float | None:
        """Return the seconds until the next line vanishes; None if none is shown."""
        return max(0.0, min(until_s for until_s, _ in self._lines) - self._clock()) if self._lines else None

    @property
    def lines(self) -> list[str]:
        now_s = self._clock()
        self._lines = [(until_s, line) for until_s, line in self._lines if until_s > now_s]
        return [line for _, line in self._lines]

    def draw(self, target: pygame.Surface, *, size_px: int) -> None:
        """Draw the lines in the middle of the lower edge."""
        bottom = target.get_height() - size_px
        for line in reversed(self.lines):
            words = text(line, size_px)
            while words.get_width() > target.get_width() - 4 * size_px and len(line) > 8:
                line = line[:-8].rstrip(". ") + "..."
                words = text(line, size_px)
            area = words.get_rect(midbottom=(target.get_width() // 2, bottom)).inflate(
                size_px * 1.6, size_px * 0.7
            )
            panel(target, area)
            target.blit(words, words.get_rect(center=area.center))
            bottom = area.top - size_px // 2
