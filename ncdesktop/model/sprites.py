"""Sprites: larger pieces of the visual vocabulary, menus and windows whole, which can be put anywhere to the pixel."""

import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from ncdesktop.errors import WeightsError
from ncdesktop.model.screen import cells_of, differing
from ncdesktop.world import CELL

__all__ = ["NO_SPRITE", "Sprites", "overlap"]

NO_SPRITE = -1
"""Stands for the number of a sprite where none is placed."""
ALIKE = 8
"""Cells whose values differ by less than this of 255, in the mean, look alike."""
_FULL, _BODY, _MOSTLY = 0.8, 0.97, 0.7
"""Shares of a row and of all of what is drawn in a window's box, and of a sprite that is in it, at least."""
_SHEET_WIDTH = 8192
"""Neither side may be longer than WebP allows, 16,383 pixels."""


class Sprites:
    """images: each (h, w, 4) uint8, RGB and alpha: 0 where what lies beneath shows through, else 255

    They do not change, so a copy of a model shares them.
    """

    def __init__(self, images: Sequence[Tensor] = ()) -> None:
        self.sizes = [(image.shape[0], image.shape[1]) for image in images]
        """(height, width) of each"""
        self._images = lambda: tuple(images)

    def __len__(self) -> int:
        return len(self.sizes)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Sprites":
        return self

    @cached_property
    def images(self) -> tuple[Tensor, ...]:
        return self._images()

    def drawn(self, screens: Tensor, placed: Tensor) -> Tensor:
        """Return what placed sprites would make of screens.

        screens: (B, H, W, 3) uint8; placed (B, 3) int64: number, y and x of the corner; NO_SPRITE leaves a screen as it is
        returns: (B, H, W, 3) uint8
        """
        shown = screens.clone()
        for screen, (number, y, x) in zip(shown, placed.tolist(), strict=True):
            if number != NO_SPRITE:
                image = self.images[number].to(screens.device)
                inside, own = overlap(screen.shape, image.shape, y, x)
                _put_(screen[inside], image[own])
        return shown

    def cells(self, screens: Tensor, placed: Tensor) -> tuple[Tensor, Tensor]:
        """Return the cells (B, rows, cols, 16, 16, 3) that `drawn` makes, and which differ from the screens', (B, rows, cols)."""
        drawn = self.drawn(screens, placed)
        return cells_of(drawn), differing(drawn, screens)

    def agreement(self, screen: Tensor, placed: Tensor) -> Tensor:
        """Return (N, N): of the cells that one or the other of two placed sprites would change, the share that both make alike; told by
        one pixel of four.

        screen: (H, W, 3) uint8; placed (N, 3) int64
        """
        part, (top, left) = self._around(screen, placed)
        half = part[::2, ::2]
        shown = half.repeat(len(placed), 1, 1, 1)
        for own, (number, y, x) in zip(shown, placed.tolist(), strict=True):
            image = self.images[number].to(screen.device)[(top - y) % 2 :: 2, (left - x) % 2 :: 2]
            inside, of_image = overlap(own.shape, image.shape, (y - top + 1) // 2, (x - left + 1) // 2)
            _put_(own[inside], image[of_image])
        cells = cells_of(shown, CELL // 2).flatten(3)
        drawn = (cells != cells_of(half, CELL // 2).flatten(2)).any(-1)
        somewhere = drawn.any(0)
        cells, drawn = cells[:, somewhere], drawn[:, somewhere]
        agreement = torch.diag(drawn.any(1).float())
        for place in range(len(placed) - 1):
            own, others = cells[place], cells[place + 1 :]
            apart = torch.maximum(own, others) - torch.minimum(own, others)
            alike, either = apart.float().mean(-1) < ALIKE, drawn[place] | drawn[place + 1 :]
            shares = (alike & either).sum(1) / either.sum(1).clamp(min=1)
            agreement[place, place + 1 :] = agreement[place + 1 :, place] = shares
        return agreement

    def _around(self, screen: Tensor, placed: Tensor) -> tuple[Tensor, tuple[int, int]]:
        """Return the whole cells of a screen that placed sprites may change, as a screen, and y and x of their corner."""
        boxes = [
            (y, x, y + self.sizes[number][0], x + self.sizes[number][1]) for number, y, x in placed.tolist()
        ]
        tops, lefts, bottoms, rights = zip(*boxes, strict=True)
        height, width = screen.shape[:2]
        top, left = (
            min(max(min(at), 0), size - CELL) // CELL * CELL for at, size in ((tops, height), (lefts, width))
        )
        bottom, right = (-(-max(max(at), CELL) // CELL) * CELL for at in (bottoms, rights))
        return screen[top:bottom, left:right], (top, left)

    def body(self, number: int) -> tuple[int, int, int, int] | None:
        """Return the box (top, left, bottom, right) of the window or menu in a sprite that is little more than that, as what opens with its
        button in a panel; else None."""
        drawn = self.images[number][..., 3] != 0
        width = drawn.shape[1]
        first, last = drawn.int().argmax(1), width - drawn.flip(1).int().argmax(1)
        spans, rows = torch.stack([first, last], 1)[drawn.any(1)].unique(dim=0, return_counts=True)
        left, right = spans[(rows * (spans[:, 1] - spans[:, 0])).argmax()].tolist()
        full = F.pad((drawn[:, left:right].float().mean(1) >= _FULL).int(), (1, 1)).diff()
        begins, ends = torch.nonzero(full > 0)[:, 0], torch.nonzero(full < 0)[:, 0]
        if not len(begins):
            return None
        longest = int((ends - begins).argmax())
        top, bottom = int(begins[longest]), int(ends[longest])
        body = drawn[top:bottom, left:right]
        whole = float(body.float().mean()) >= _BODY and int(body.sum()) >= _MOSTLY * int(drawn.sum())
        return (top, left, bottom, right) if whole else None

    @cached_property
    def fingerprint(self) -> int:
        """A CRC-32 of all pixels."""
        value = 0
        for image in self.images:
            value = zlib.crc32(str(tuple(image.shape)).encode(), value)
            value = zlib.crc32(image.cpu().numpy().tobytes(), value)
        return value

    def sheet(self) -> np.ndarray:
        """Return one image (H, W, 4) uint8 that holds all of them."""
        places, height = _shelves(self.sizes)
        sheet = np.zeros((height, _SHEET_WIDTH, 4), np.uint8)
        for image, place in zip(self.images, places, strict=True):
            sheet[place] = image.cpu().numpy()
        return sheet

    @classmethod
    def open(cls, path: Path, sizes: Sequence[tuple[int, int]]) -> "Sprites":
        """Undo `sheet`, kept as an image: its second of decoding is spent in another thread, before the first is asked for.

        Raises OSError for a file that is not whole, ValueError if it is too small for the sizes; a sheet that turns out to be
        damaged only then raises WeightsError when the first image is asked for.
        """
        with Image.open(path) as image:
            width, height = image.size
        places, needed = _shelves(sizes)
        if needed > height or width != _SHEET_WIDTH:
            raise ValueError(f"the sheet of sprites is {width}x{height}, its index needs {needed} rows")

        def decode() -> tuple[Tensor, ...]:
            try:
                with Image.open(path) as image:
                    sheet = np.asarray(image if image.mode == "RGBA" else image.convert("RGBA"))
            except OSError as error:
                raise WeightsError(f"{path}: is damaged: {error}; see --weights") from error
            return tuple(torch.from_numpy(sheet[place].copy()) for place in places)

        sprites = cls()
        thread = ThreadPoolExecutor(1, thread_name_prefix="sprites")
        sprites.sizes, sprites._images = list(sizes), thread.submit(decode).result
        thread.shutdown(wait=False)
        return sprites


def _put_(shown: Tensor, image: Tensor) -> None:
    """Let pixels (h, w, 3) be those of an image (h, w, 4) where that is not transparent, in place."""
    transparent = torch.nonzero(image[..., 3] == 0, as_tuple=True)  # few: `where` takes longer
    kept = shown[transparent]
    shown.copy_(image[..., :3])
    shown[transparent] = kept


def overlap(
    screen: Sequence[int], image: Sequence[int], y: int, x: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the part of a screen (H, W, ...) that an image (h, w, ...) at (y, x) covers, as slices of each."""
    height, width = screen[:2]
    top, left = min(max(y, 0), height), min(max(x, 0), width)
    bottom, right = max(min(y + image[0], height), top), max(min(x + image[1], width), left)
    return (slice(top, bottom), slice(left, right)), (slice(top - y, bottom - y), slice(left - x, right - x))


def _shelves(sizes: Sequence[tuple[int, int]]) -> tuple[list[tuple[slice, slice]], int]:
    """Return where on the sheet images of such sizes lie, row by row, the highest first; and how high it is."""
    places = [(slice(0), slice(0))] * len(sizes)
    top, left, below = 0, 0, 0
    for number in sorted(range(len(sizes)), key=lambda number: -sizes[number][0]):
        height, width = sizes[number]
        if left + width > _SHEET_WIDTH:
            top, left = below, 0
        places[number] = slice(top, top + height), slice(left, left + width)
        left, below = left + width, max(below, top + height)
    return places, max(below, 1)
