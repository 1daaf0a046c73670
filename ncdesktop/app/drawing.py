"""Text and arrays as pygame surfaces, made once and kept."""

from functools import lru_cache

import numpy as np
import pygame

from ncdesktop.emulator.text import text_image

__all__ = ["ACCENT", "FAINT", "GOOD", "INK", "WARNING", "panel", "rgb_surface", "rgba_surface", "text"]

INK = (240, 244, 248)
FAINT = (150, 165, 180)
ACCENT = (72, 187, 255)
GOOD = (120, 220, 150)
WARNING = (255, 170, 70)
_PANEL = (14, 20, 28, 215)


def rgb_surface(image: np.ndarray) -> pygame.Surface:
    """Return an (h, w, 3) uint8 picture as a surface of the display's kind."""
    height, width = image.shape[:2]
    return pygame.image.frombuffer(image.tobytes(), (width, height), "RGB").convert()


def rgba_surface(image: np.ndarray) -> pygame.Surface:
    """Return an (h, w, 4) uint8 straight-alpha image as a surface."""
    height, width = image.shape[:2]
    return pygame.image.frombytes(np.ascontiguousarray(image).tobytes(), (width, height), "RGBA")


@lru_cache(maxsize=1024)
def text(words: str, size_px: int, color: tuple[int, int, int] = INK) -> pygame.Surface:
    """Return words as a surface with a transparent ground."""
    return rgba_surface(text_image(words, size_px, color))


def panel(target: pygame.Surface, area: pygame.Rect, *, radius_px: int = 8) -> None:
    """Draw the dark, slightly transparent ground on which overlays write."""
    ground = pygame.Surface(area.size, pygame.SRCALPHA)
    pygame.draw.rect(ground, _PANEL, ground.get_rect(), border_radius=radius_px)
    target.blit(ground, area)
