"""What browsers are told of the screen, in bytes: the cells that differ from what each of them was last sent.

Little endian. A screen: 1, 0, cells (u16), number (u32), tick (u32), pointer x, y (i16), cursor (u16, 65535: hidden),
zlib of the cells' places (u16 each, row by row) and then their pixels (16x16 RGB each). A cursor: 2, 0, index (u16),
width, height (u16), hotspot x, y (i16), RGBA with straight alpha.
"""

import struct
import zlib
from dataclasses import dataclass

import numpy as np

from ncdesktop.world import CELL, Cursor, Frame, changed_cells

__all__ = ["Screen", "Screens"]

_SCREEN = struct.Struct("<BxHIIhhH")
_CURSOR = struct.Struct("<BxHHHhh")
_HIDDEN = 0xFFFF
_LEVEL = (
    1  # a session of ours: 12.3 kB/s at level 1, 11.2 at 3, 10.0 at 6; the largest tick 1.4, 1.5 and 3.7 ms
)


@dataclass(frozen=True)
class Screen:
    """A screen that was sent: its number, and the pixels (H, W, 3) without the pointer."""

    number: int
    ui: np.ndarray


class Screens:
    """The newest frame, and the message that takes each viewer there: made once for all who were last sent the same.

    newest: None before the first frame
    cursor: index of the shape shown, None for hidden
    """

    def __init__(self) -> None:
        self.newest: Screen | None = None
        self.cursor: int | None = None
        self._frame: Frame | None = None
        self._messages: dict[int, bytes] = {}
        self._shape: Cursor | None = None
        self._indices: dict[tuple[bytes, tuple[int, ...], tuple[int, int]], int] = {}
        self._cursor_messages: list[bytes] = []

    def show(self, frame: Frame) -> None:
        """Take in a frame, which must not change after; the same one again is no news."""
        if frame is self._frame:
            return
        self._frame = frame
        self.newest = Screen(self.newest.number + 1 if self.newest else 1, frame.ui)
        self._messages.clear()
        if frame.cursor is None:
            self.cursor = None
        elif frame.cursor is not self._shape or self.cursor is None:
            self.cursor = self._index(frame.cursor)
        self._shape = frame.cursor

    def message(self, seen: Screen | None) -> bytes:
        """Return what takes a viewer from the screen `seen`, None for nothing yet, to the newest."""
        assert self.newest is not None and self._frame is not None
        number = seen.number if seen else 0
        if number not in self._messages:
            self._messages[number] = self._difference(self._frame, self.newest.number, seen)
        return self._messages[number]

    def cursor_message(self, index: int) -> bytes:
        """Return what tells a viewer of a pointer shape."""
        return self._cursor_messages[index]

    def _difference(self, frame: Frame, number: int, seen: Screen | None) -> bytes:
        height, width = frame.ui.shape[:2]
        rows, columns = height // CELL, width // CELL
        changed = np.ones((rows, columns), bool) if seen is None else changed_cells(seen.ui, frame.ui)
        cells = frame.ui.reshape(rows, CELL, columns, CELL, 3).swapaxes(1, 2)[changed]
        places = np.flatnonzero(changed).astype("<u2")
        cursor = _HIDDEN if self.cursor is None else self.cursor
        head = _SCREEN.pack(1, len(places), number, frame.tick, *frame.pointer, cursor)
        return head + zlib.compress(places.tobytes() + cells.tobytes(), _LEVEL) if len(places) else head

    def _index(self, cursor: Cursor) -> int:
        key = (cursor.image.tobytes(), cursor.image.shape, cursor.hotspot)
        if key not in self._indices:
            height, width = cursor.image.shape[:2]
            self._indices[key] = len(self._indices)
            head = _CURSOR.pack(2, self._indices[key], width, height, *cursor.hotspot)
            self._cursor_messages.append(head + key[0])
        return self._indices[key]
