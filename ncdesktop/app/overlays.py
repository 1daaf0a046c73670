"""What lies over the dream: probe, figures, captions, small signs, slots and the help, and which of them are on."""

from pathlib import Path

import pygame

from ncdesktop.app.drawing import ACCENT, FAINT, INK, panel, text, text_px
from ncdesktop.app.hud import Hud
from ncdesktop.app.probe import Probe
from ncdesktop.app.scaling import STRIP_PX, Placement, View
from ncdesktop.app.slotboard import SlotBoard
from ncdesktop.emulator.comparison import Comparison
from ncdesktop.emulator.console import Status
from ncdesktop.emulator.hotkeys import HOTKEYS, host_words

__all__ = ["Overlays"]

_RED = (240, 70, 70)
_MEASURED_PX = 16
_LEAST_PX = 6
_HELP_LINE = 1.4
"""Height of a line of the help, in heights of its letters."""


class Overlays:
    """Draws the overlays that are switched on."""

    def __init__(self, host: str, home: Path) -> None:
        """host: keysym name of the host key, for the help; home: folder of the slots."""
        self._host = host_words(host)
        self._hud = Hud()
        self._probe = Probe()
        self._slots = SlotBoard(home)
        self._shown: set[str] = set()

    def toggle(self, name: str) -> None:
        """Show or hide "hud", "probe", "slots" or "help"."""
        self._shown ^= {name}

    def draw(self, target: pygame.Surface, status: Status, view: View, pointer: tuple[int, int]) -> None:
        """Draw over the screen. pointer: guest pixels."""
        placement = view.panes[-1]
        if "probe" in self._shown:
            self._probe.draw(target, status, placement, pointer)
        if "hud" in self._shown:
            self._hud.draw(target, status)
        self._draw_signs(target, status)
        if status.beside is not None:
            _draw_names(target, status.beside, view)
        if status.caption:
            _draw_caption(target, status.caption, placement)
        if "slots" in self._shown:
            self._slots.draw(target, status.slot, model=status.model)
        if "help" in self._shown:
            self._draw_help(target)

    def presented(self, status: Status, now_s: float) -> None:
        """The status is on the glass since now."""
        self._hud.presented(status, now_s)

    def _draw_signs(self, target: pygame.Surface, status: Status) -> None:
        """Draw what is not as usual into the lower right corner: recording, pause, replay, travel, speed."""
        signs = []
        if status.starting:
            signs.append(("a real desktop starts", ACCENT))
        if status.recording:
            signs.append(("recording", _RED))
        if status.travel:
            signs.append(("rewinding" if status.travel < 0 else "forward again", ACCENT))
        elif status.paused:
            signs.append(("paused", INK))
        if status.hurried or status.speed != 1:
            signs.append(("fast forward" if status.hurried else f"speed {status.speed:g}", ACCENT))
        if status.replayed is not None:
            signs.append((f"replay {status.replayed[0]} of {status.replayed[1]}", ACCENT))
        size_px = text_px(target)
        right = target.get_width() - size_px
        for words, color in reversed(signs):
            label = text(words, size_px)
            area = pygame.Rect(0, 0, label.get_width() + size_px * 2.6, size_px * 1.9)
            area.bottomright = (right, target.get_height() - size_px)
            panel(target, area, radius_px=round(size_px * 0.95))
            pygame.draw.circle(target, color, (area.left + size_px, area.centery), size_px * 0.4)
            target.blit(label, label.get_rect(midleft=(area.left + size_px * 1.8, area.centery)))
            right = area.left - size_px // 2

    def _draw_help(self, target: pygame.Surface) -> None:
        """Draw the table of hot keys, as large as fits."""
        rows = [(row.label, row.does) for row in HOTKEYS]
        widths = [
            max(text(words, _MEASURED_PX).get_width() for words in column)
            for column in zip(*rows, strict=True)
        ]
        across, down = sum(widths) / _MEASURED_PX + 6, (len(rows) + 2) * _HELP_LINE + 2
        fits = min(target.get_width() / across, target.get_height() / down)
        size_px = max(_LEAST_PX, min(text_px(target) + 2, int(fits)))
        line = int(size_px * _HELP_LINE)
        area = pygame.Rect(0, 0, size_px * across, (len(rows) + 2) * line + size_px * 2)
        area.center = target.get_rect().center
        panel(target, area)
        left, top = area.left + size_px * 2, area.top + size_px
        middle = left + round(widths[0] * size_px / _MEASURED_PX)
        target.blit(text(f"{self._host} +", size_px), (left, top))
        for keys, words in rows:
            top += line
            label = text(keys, size_px, ACCENT)
            target.blit(label, label.get_rect(topright=(middle, top)))
            target.blit(text(words, size_px), (middle + size_px * 2, top))
        footer = text(f"{self._host} alone takes or releases the keyboard", size_px, FAINT)
        target.blit(footer, footer.get_rect(midtop=(area.centerx, top + line)))


def _draw_names(target: pygame.Surface, both: Comparison, view: View) -> None:
    """Write over each screen what it is."""
    size_px = round(STRIP_PX * 0.56)
    differing = int(both.differing.sum())
    words = [
        [("real desktop", INK)],
        [("dream", INK), (f"   {differing} of {both.differing.size} cells differ", FAINT)],
    ]
    for pane, parts in zip(view.panes, words, strict=True):
        left, middle = pane.left, pane.top - STRIP_PX // 2
        for part, color in parts:
            label = text(part, size_px, color)
            target.blit(label, label.get_rect(midleft=(left + size_px // 2, middle)))
            left += label.get_width()


def _draw_caption(target: pygame.Surface, caption: str, placement: Placement) -> None:
    """Draw a sentence for the audience on the lower part of the screen."""
    size_px = max(14, placement.height // 24)
    words = text(caption, size_px)
    if words.get_width() > placement.width - size_px * 3:
        words = text(caption, max(10, round(size_px * (placement.width - size_px * 3) / words.get_width())))
    area = words.get_rect().inflate(size_px * 2, size_px)
    area.midbottom = (placement.left + placement.width // 2, placement.top + placement.height - size_px)
    panel(target, area, radius_px=area.height // 2)
    target.blit(words, words.get_rect(center=area.center))
