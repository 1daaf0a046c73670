"""Words as pictures: the one font of captions, overlays and messages, headless and in the window."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

__all__ = ["TEXT_MARGIN_PX", "blend", "caption", "text_image"]

Color = tuple[int, int, int]

TEXT_MARGIN_PX = 1
"""Empty columns left and right of the words of a `text_image`."""


@lru_cache(maxsize=512)
def text_image(text: str, size_px: int, color: Color = (255, 255, 255)) -> np.ndarray:
    """Return `text` as (h, w, 4) uint8 RGBA, straight alpha; h depends on the size alone."""
    font = _font(size_px)
    ascent, descent = font.getmetrics()
    width = max(1, round(font.getlength(text)) + 2 * TEXT_MARGIN_PX)
    mask = Image.new("L", (width, ascent + descent))
    ImageDraw.Draw(mask).text((TEXT_MARGIN_PX, 0), text, fill=255, font=font)
    image = np.empty((ascent + descent, width, 4), np.uint8)
    image[..., :3], image[..., 3] = color, np.asarray(mask)
    image.setflags(write=False)
    return image


def caption(pixels: np.ndarray, text: str, *, size_px: int = 16) -> np.ndarray:
    """Return a picture (H, W, 3) with `text` on a dark band along its lower edge; without text, the picture."""
    if not text:
        return pixels
    words = text_image(text, size_px)
    margin = size_px // 2
    height, width = words.shape[0] + 2 * margin, min(words.shape[1] + 4 * margin, pixels.shape[1])
    band = np.zeros((height, width, 4), np.uint8)
    band[..., 3] = 190
    words = words[:, : width - 2 * margin]
    left = (width - words.shape[1]) // 2
    band_part = band[margin : margin + words.shape[0], left : left + words.shape[1]]
    alpha = words[..., 3:].astype(np.uint16)
    band_part[..., :3] = words[..., :3].astype(np.uint16) * alpha // 255
    band_part[..., 3] = 190 + alpha[..., 0] * 65 // 255
    return blend(pixels, band, left=(pixels.shape[1] - width) // 2, top=pixels.shape[0] - height - margin)


def blend(pixels: np.ndarray, image: np.ndarray, *, left: int, top: int) -> np.ndarray:
    """Return `pixels` (H, W, 3) with an RGBA image that lies inside it blended in at (left, top)."""
    result = pixels.copy()
    part = result[max(top, 0) : top + image.shape[0], max(left, 0) : left + image.shape[1]]
    image = image[max(-top, 0) :, max(-left, 0) :][: part.shape[0], : part.shape[1]].astype(np.uint16)
    alpha = image[..., 3:]
    part[:] = (image[..., :3] * alpha + part * (255 - alpha) + 127) // 255
    return result


@lru_cache(maxsize=16)
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    """Return Pillow's own font; loading it takes longer than drawing a word."""
    font = ImageFont.load_default(size_px)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return font
