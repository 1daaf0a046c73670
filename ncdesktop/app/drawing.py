"""Text and arrays as pygame surfaces, made once and kept."""

from functools import lru_cache

import numpy as np
import pygame

from ncdesktop.emulator.text import TEXT_MARGIN_PX, text_image

__all__ = [
    "ACCENT",
    "FAINT",
    "GOOD",
    "INK",
    "WARNING",
    "panel",
    "rgb_surface",
    "rgba_surface",
    "spelled",
    "text",
    "text_px",
]

INK = (240, 244, 248)
FAINT = (150, 165, 180)
ACCENT = (72, 187, 255)
GOOD = (120, 220, 150)
WARNING = (255, 170, 70)
_PANEL = (14, 20, 28, 215)


def rgb_surface(image: np.ndarray) -> pygame.Surface:
    """Return an (h, w, 3) uint8 picture as a surface of the display's kind."""
    height, width = image.shape[:2]
    return pygame.image.frombuffer(np.ascontiguousarray(image).data, (width, height), "RGB").convert()


def rgba_surface(image: np.ndarray) -> pygame.Surface:
    """Return an (h, w, 4) uint8 straight-alpha image as a surface, in the order in which displays have it: others take ten times as
    long to draw."""
    height, width = image.shape[:2]
    return pygame.image.frombytes(image[..., [2, 1, 0, 3]].tobytes(), (width, height), "BGRA")


def text_px(target: pygame.Surface) -> int:
    """Return how large the words over the dream are: they grow with the window."""
    width, height = target.get_size()
    return max(11, min(width // 64, height // 48))


@lru_cache(maxsize=1024)
def text(words: str, size_px: int, color: tuple[int, int, int] = INK) -> pygame.Surface:
    """Return words as a surface with a transparent ground."""
    return rgba_surface(text_image(words, size_px, color))


@lru_cache(maxsize=1024)
def spelled(words: str, size_px: int, color: tuple[int, int, int] = INK) -> pygame.Surface:
    """Return words that change every tick as a surface: ten times as fast as `text`, without its kerning."""
    letters = [text(letter, size_px, color) for letter in words]
    advances = [letter.get_width() - 2 * TEXT_MARGIN_PX for letter in letters]
    surface = pygame.Surface(
        (sum(advances) + 2 * TEXT_MARGIN_PX, text("0", size_px).get_height()), pygame.SRCALPHA
    )
    left = 0
    for letter, advance in zip(letters, advances, strict=True):
        surface.blit(letter, (left, 0))
        left += advance
    return surface


def panel(target: pygame.Surface, area: pygame.Rect, *, radius_px: int = 8) -> None:
    """Draw the dark, slightly transparent ground on which overlays write."""
    target.blit(_ground(area.size, radius_px), area)


@lru_cache(maxsize=64)
def _ground(size: tuple[int, int], radius_px: int) -> pygame.Surface:
    ground = pygame.Surface(size, pygame.SRCALPHA)
    pygame.draw.rect(ground, _PANEL, ground.get_rect(), border_radius=radius_px)
    return ground
