"""What lies over the dream when asked for: figures, probe and help, and which of them are on."""

import pygame

from ncdesktop.app.scaling import Placement
from ncdesktop.emulator.console import Status

__all__ = ["Overlays"]


class Overlays:
    """Draws the overlays that are switched on."""

    def __init__(self, host: str) -> None:
        """host: keysym name of the host key, for the help."""
        self._host = host
        self.hud = self.probe = self.help = False

    def toggle_hud(self) -> None:
        self.hud = not self.hud

    def toggle_probe(self) -> None:
        self.probe = not self.probe

    def toggle_help(self) -> None:
        self.help = not self.help

    def draw(
        self, target: pygame.Surface, status: Status, placement: Placement, pointer: tuple[int, int]
    ) -> None:
        """Draw over the screen. pointer: guest pixels."""

    def presented(self, status: Status, now_s: float) -> None:
        """The status is on the glass since now."""
