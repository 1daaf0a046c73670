"""The panel's buttons, found in recordings: rows of them are cut into as many as there are windows."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from ncdesktop.model.taskbar import Row
from ncdesktop.training.table import Table
from ncdesktop.world import CELL

__all__ = ["find_buttons", "row_of"]

_HEIGHT, _LEFT, _BEYOND, _WIDEST = 22, 78, 41, 200
"""Of the row in the recorder's panel, pixels: its height, where it begins, what lies between its end and the screen's right edge, and a button's width."""
_LASTING_TICKS = 15
"""What is seen for less is half of one title and half of the next."""
_MOST = 7
"""So many buttons still have an icon and letters."""
_ICON, _ICON_ROWS, _GAP, _END = slice(8, 24), slice(3, 19), slice(4, 7), slice(-6, -3)
"""Where in a button its icon is, and where nothing is, before and after."""
_ALIKE, _INK, _FILLED, _BRIGHT = 8, 14, 0.12, 180
"""Values of 255 by which a plain ground differs from itself at most, and an icon from it at least; the share of an icon that does; and what no ground is."""


def row_of(grid: tuple[int, int]) -> Row:
    """Return where the buttons are on the recorder's screens of (rows, columns) cells."""
    return Row((0, _LEFT, _HEIGHT, max(grid[1] * CELL - _BEYOND, _LEFT + 1)), _WIDEST)


def find_buttons(table: Table) -> list[Tensor]:
    """Return the buttons (h, w, 4) uint8 that a table's panels show for a second and more, in each width."""
    row = row_of(table.grid)
    if row.box[3] - row.box[1] < row.widest:
        return []
    found: dict[bytes, Tensor] = {}
    for strip in _lasting_strips(table, row):
        count = _count(strip, row)
        width = row.width(count) if count else 0
        for left, _ in row.slots(count):
            image = strip[:, left : left + width]
            opaque = np.pad(image, [(0, 0), (0, 0), (0, 1)], constant_values=255)
            found.setdefault(image.tobytes(), torch.from_numpy(opaque))
    return list(found.values())


def _lasting_strips(table: Table, row: Row) -> Iterator[np.ndarray]:
    """Yield the distinct rows (h, w, 3) that a table's screens show long enough at a time."""
    top, left, bottom, right = row.box
    across, down = table.grid[1], -(-bottom // CELL)
    cells, entry = table.cells.cpu().numpy(), table.entry[:, 0].cpu().numpy()
    numbers: dict[bytes, int] = {}
    upper = entry[table.place[:, : down * across].cpu().numpy()]
    which = np.array([numbers.setdefault(screen.tobytes(), len(numbers)) for screen in upper])
    ends = np.flatnonzero(np.diff(which, append=-1)) + 1
    lengths = np.diff(ends, prepend=0)
    lasting = set(which[ends[lengths >= _LASTING_TICKS] - 1].tolist())
    for code, number in numbers.items():
        if number in lasting:
            shown = cells[np.frombuffer(code, entry.dtype)].reshape(down, across, CELL, CELL, 3)
            whole = shown.transpose(0, 2, 1, 3, 4).reshape(down * CELL, across * CELL, 3)
            yield whole[top:bottom, left:right]


def _count(strip: np.ndarray, row: Row) -> int:
    """Return how many buttons a row (h, w, 3) shows: the most that all have an icon, and nothing before it; 0 if that is none, or if of more
    there are more that look so."""
    shown = strip.astype(int)
    if shown[:, -2:].max() > _BRIGHT:
        return 0
    looks = {
        count: [_looks(shown[:, left:right]) for left, right in row.slots(count)]
        for count in range(1, _MOST + 1)
    }
    whole = max((count for count, found in looks.items() if all(map(all, found))), default=0)
    most = max(sum(begins for begins, _ in found) for found in looks.values())
    return whole if most <= whole else 0


def _looks(shown: np.ndarray) -> tuple[bool, bool]:
    """Tell of what may be a button (h, w, 3) whether there is an icon, and nothing before it; and whether it has the same ground at both ends."""
    gap, ground = shown[_ICON_ROWS, _GAP], shown[_ICON_ROWS, _GAP.stop - 1 : _GAP.stop]
    ink = np.abs(shown[_ICON_ROWS, _ICON] - ground).max(-1) > _INK
    begins = np.abs(gap - gap[:, :1]).max() <= _ALIKE and ink.mean() >= _FILLED
    ends = np.abs(gap.mean((0, 1)) - shown[_ICON_ROWS, _END].mean((0, 1))).max()
    return bool(begins), bool(ends <= _ALIKE)
