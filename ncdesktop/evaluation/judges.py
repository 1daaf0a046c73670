"""Judges of what a dream shows: likeness to real pixels, colours, and text read by Tesseract."""

import os
import shutil
import subprocess
from io import BytesIO

import numpy as np
from PIL import Image

from ncdesktop.errors import InputError
from ncdesktop.evaluation.metrics import RIGHT_BELOW

__all__ = [
    "Box",
    "character_accuracy",
    "crop",
    "edits",
    "has_tesseract",
    "likeness",
    "read_text",
    "require_tesseract",
    "seen_near",
    "share_of",
]

Box = tuple[int, int, int, int]
"""left, top, width, height in pixels"""
_BLOCK = 8
_ENLARGED = 3  # four and more read no better on real screens
_BORDER_PX = 6


def crop(screen: np.ndarray, box: Box) -> np.ndarray:
    """Return the part of a screen (H, W, 3) inside `box`."""
    left, top, width, height = box
    return screen[top : top + height, left : left + width]


def likeness(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the share of blocks of 8x8 pixels whose mean error is below 8/255; 0 if the sizes differ."""
    if found.shape != expected.shape or not found.size:
        return 0.0
    error = np.abs(found.astype(np.int16) - expected).mean(2)
    height, width = error.shape
    top, left = np.arange(0, height, _BLOCK), np.arange(0, width, _BLOCK)
    sums = np.add.reduceat(np.add.reduceat(error, top, 0), left, 1)
    sizes = np.outer(np.diff([*top, height]), np.diff([*left, width]))
    return float((sums / sizes < RIGHT_BELOW).mean())


def seen_near(screen: np.ndarray, patch: np.ndarray, at: tuple[int, int], *, within: int) -> bool:
    """Return whether a patch of pixels is found on the screen with its upper left corner at most `within` from `at`."""
    height, width = patch.shape[:2]
    for top in range(max(at[1] - within, 0), at[1] + within + 1):
        for left in range(max(at[0] - within, 0), at[0] + within + 1):
            part = screen[top : top + height, left : left + width]
            if part.shape == patch.shape and np.abs(part.astype(np.int16) - patch).mean() < RIGHT_BELOW:
                return True
    return False


def share_of(pixels: np.ndarray, color: tuple[int, int, int], *, within: int = 10) -> float:
    """Return the share of pixels (h, w, 3) that differ from a colour by at most `within` in each channel."""
    return float((np.abs(pixels.astype(np.int16) - color).max(2) <= within).mean()) if pixels.size else 0.0


def has_tesseract() -> bool:
    """Return whether Tesseract is installed."""
    return shutil.which("tesseract") is not None


def require_tesseract() -> None:
    """Raise InputError if Tesseract is not installed."""
    if not has_tesseract():
        raise InputError(
            "probes read text with Tesseract, which is not installed; apt-get install tesseract-ocr tesseract-ocr-eng"
        )


def read_text(pixels: np.ndarray, *, single_line: bool = False) -> str:
    """Return what Tesseract reads in a picture (h, w, 3); light text on dark ground is inverted first."""
    image = Image.fromarray(pixels).convert("L")
    if np.median(np.asarray(image)) < 128:
        image = Image.fromarray(255 - np.asarray(image))
    ground = int(np.median(np.asarray(image)))
    framed = Image.new("L", (image.width + 2 * _BORDER_PX, image.height + 2 * _BORDER_PX), ground)
    framed.paste(image, (_BORDER_PX, _BORDER_PX))
    large = framed.resize((framed.width * _ENLARGED, framed.height * _ENLARGED), Image.Resampling.BICUBIC)
    data = BytesIO()
    large.save(data, "PNG", dpi=(300, 300))
    command = ["tesseract", "stdin", "stdout", "-l", "eng", "--psm", "7" if single_line else "6"]
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    result = subprocess.run(command, input=data.getvalue(), capture_output=True, check=False, env=environment)
    if result.returncode:
        reason = result.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise InputError(
            f"tesseract failed: {' '.join(reason)}; are tesseract-ocr and tesseract-ocr-eng whole?"
        )
    return result.stdout.decode(errors="replace").strip()


def edits(found: str, expected: str) -> int:
    """Return how many characters must be put in, taken out or replaced to turn `found` into `expected`."""
    row = list(range(len(expected) + 1))
    for number, character in enumerate(found, start=1):
        before, row[0] = row[0], number
        for place, wanted in enumerate(expected, start=1):
            replaced = before + (character != wanted)
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, replaced)
    return row[-1]


def character_accuracy(found: str, expected: str) -> float:
    """Return one minus the edits that turn `found` into `expected`, over the length of `expected`; at least 0.

    Blanks do not count, nor what follows: a block cursor reads as a letter or two.
    """
    expected = expected.replace(" ", "")
    found = found.replace(" ", "")[: len(expected)]
    return max(0.0, 1 - edits(found, expected) / max(len(expected), 1))
