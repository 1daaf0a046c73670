"""A window that only shows frames, for programs that act in a world while somebody watches."""

import pygame

from ncdesktop.app.drawing import rgb_surface
from ncdesktop.errors import DisplayError
from ncdesktop.world import FPS, Frame

__all__ = ["Spectator"]


class Spectator:
    """Shows frames, FPS a second at most; what is done in the window reaches nobody."""

    def __init__(self, size: tuple[int, int], *, title: str) -> None:
        """size: (width, height) of the frames. Raises DisplayError if no window can be opened."""
        try:
            pygame.display.init()
            self._window = pygame.Window(title, size)
        except pygame.error as error:
            raise DisplayError(f"no display for a window: {error}; use another render mode") from error
        self._clock = pygame.time.Clock()

    def show(self, frame: Frame) -> None:
        """Put a frame with its pointer on the glass when its time has come."""
        self._clock.tick(FPS)
        self._window.get_surface().blit(rgb_surface(frame.pixels), (0, 0))
        self._window.flip()
        pygame.event.pump()

    def close(self) -> None:
        """Close the window, and the display with it."""
        self._window.destroy()
        pygame.display.quit()
