"""Text in characters of one size, as in a terminal or an editor: where its rows and columns lie around a caret."""

from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["TextArea", "find_text_area"]

_SAME = 10
"""A pixel that differs by so little, of 255, is of the same colour."""
_GROUND = 0.1
"""Share of a character, and of a line of pixels across characters or down, that is of the text's background at least."""


@dataclass(frozen=True)
class TextArea:
    """Rows and columns of characters.

    size:          height and width of a character, pixels
    top, left:     of the first character, pixels
    rows, columns: how many there are
    row, column:   of the caret
    margin:        columns, the first of all, that lie left of the text, where line numbers may be
    """

    size: tuple[int, int]
    top: int
    left: int
    rows: int
    columns: int
    row: int
    column: int
    margin: int = 0

    @property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns of pixels."""
        bottom, right = self.top + self.rows * self.size[0], self.left + self.columns * self.size[1]
        return slice(self.top, bottom), slice(self.left, right)

    def characters(self, screen: Tensor) -> Tensor:
        """Return a view (rows, columns, height, width, 3) of the screen (H, W, 3)."""
        height, width = self.size
        part = screen[self.box].unflatten(0, (self.rows, height)).unflatten(2, (self.columns, width))
        return part.transpose(1, 2)


def find_text_area(
    screen: Tensor, caret: tuple[int, int], size: tuple[int, int], margin: int = 0
) -> TextArea | None:
    """Return the characters around the one at `caret` (y, x): as far as the colour of the place right of it reaches, and so many columns
    more on the left as `margin` has and the screen (H, W, 3) has room for. None if there is no such place on the screen.

    size: height and width of a character, pixels
    """
    (y, x), (height, width) = caret, size
    row, column = y // height, x // width
    top, left = y - row * height, x - column * width
    rows, columns = (screen.shape[0] - top) // height, (screen.shape[1] - left) // width
    if y < 0 or x < 0 or row >= rows or column + 1 >= columns:
        return None
    whole = TextArea(size, top, left, rows, columns, row, column)
    ground = screen[y, x + width].int()
    alike = ((whole.characters(screen).int() - ground).abs().amax(-1) < _SAME).float()
    upper, lower = _reach(alike[:, column + 1].mean((1, 2)) >= _GROUND, row)
    first, last = _reach(_lines(alike[upper:lower].mean((0, 2)), column), column)
    upper, lower = _reach(_lines(alike[:, first:last].mean((1, 3)), row), row)
    if column + 1 >= last:
        return None
    margin = min(margin, first)
    first -= margin
    corner = top + upper * height, left + first * width
    return TextArea(size, *corner, lower - upper, last - first, row - upper, column - first, margin)


def _lines(ground: Tensor, place: int) -> Tensor:
    """ground (N, size): how much of each line of pixels is background -> (N,) which rows, or columns, of characters it goes through
    whole, that of the caret at any rate"""
    whole = ground.amin(1) >= _GROUND
    whole[place] = True
    return whole


def _reach(own: Tensor, place: int) -> tuple[int, int]:
    """Return where those among `own` (N,) bool begin and end that lie around a place without a gap."""
    others = torch.nonzero(~own).flatten()
    before, after = others[others < place], others[others > place]
    return (int(before[-1]) + 1 if len(before) else 0), (int(after[0]) if len(after) else len(own))
