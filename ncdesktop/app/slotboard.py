"""The board of slots: what each of the nine holds, with its picture, tick and time, or why it cannot be loaded."""

from datetime import datetime
from pathlib import Path

import pygame

from ncdesktop.app.drawing import ACCENT, FAINT, WARNING, panel, rgb_surface, text, text_px
from ncdesktop.emulator.snapshots import SLOTS, Snapshot, find_slot, read_slot

__all__ = ["SlotBoard"]

_COLUMNS = 3


class SlotBoard:
    """Reads the slots' headers when it is opened and after each save, and draws them."""

    def __init__(self, home: Path) -> None:
        """home: folder of the slots."""
        self._home = home
        self._seen: dict[Path, tuple[int, Snapshot | None]] = {}

    def draw(self, target: pygame.Surface, slot: int | None, *, model: str) -> None:
        """Draw the board in the middle. slot: the one last used; model: whose slots."""
        size_px = text_px(target)
        width = max(64, min(size_px * 12, (target.get_width() - size_px * 8) // _COLUMNS))
        height = min(width * 3 // 4, (target.get_height() - size_px * 12) // 3 - size_px * 2)
        line = round(size_px * 1.5)
        area = pygame.Rect(
            0, 0, _COLUMNS * (width + size_px) + size_px, 3 * (height + line + size_px) + size_px
        )
        area.center = target.get_rect().center
        panel(target, area)
        for place, number in enumerate(SLOTS):
            left = area.left + size_px + place % _COLUMNS * (width + size_px)
            top = area.top + size_px + place // _COLUMNS * (height + line + size_px)
            box = pygame.Rect(left, top, width, height)
            snapshot = self._read(find_slot(self._home, number, model=model))
            if snapshot is not None and snapshot.picture is not None:
                target.blit(pygame.transform.smoothscale(rgb_surface(snapshot.picture), box.size), box)
            fault = "" if snapshot is None else snapshot.fault(model)
            words = "empty" if snapshot is None else fault or f"tick {snapshot.tick}, {_when(snapshot.time)}"
            color = ACCENT if number == slot else (70, 80, 92)
            pygame.draw.rect(target, color, box, width=2, border_radius=3)
            target.blit(text(f"{number}", size_px, ACCENT), (left, box.bottom + size_px // 4))
            target.blit(
                text(words, size_px, WARNING if fault else FAINT),
                (left + size_px * 1.2, box.bottom + size_px // 4),
            )

    def _read(self, path: Path) -> Snapshot | None:
        """Return what a slot holds, read again only if its file has changed."""
        changed = path.stat().st_mtime_ns if path.exists() else 0
        if path not in self._seen or self._seen[path][0] != changed:
            self._seen[path] = changed, read_slot(path)
        return self._seen[path][1]


def _when(time: str) -> str:
    """Return a time as people write it: the hour today, else the day."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return "some time"
    return f"{moment:%H:%M}" if moment.date() == datetime.now().date() else f"{moment:%d %b}"
