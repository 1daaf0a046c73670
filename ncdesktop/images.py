"""Pictures read from files, with damage of every kind told in one way."""

from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image

__all__ = ["read_image"]


def read_image(source: Path | IO[bytes], mode: str) -> np.ndarray:
    """Return a picture as (H, W, channels of `mode`) uint8; raises OSError, or ValueError if it is damaged."""
    try:
        with Image.open(source) as image:
            return np.array(image.convert(mode))
    except (SyntaxError, Image.DecompressionBombError) as error:  # of a PNG; of a size that no picture has
        raise ValueError(str(error)) from error
