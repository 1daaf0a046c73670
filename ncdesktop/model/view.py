"""Which part of the screen a tick looks at: all of it when something may happen anywhere, a quarter otherwise."""

from dataclasses import dataclass

import numpy as np

from ncdesktop.actions import ActionMemory
from ncdesktop.model.state import ScreenState
from ncdesktop.world import CELL

__all__ = ["View", "choose_view", "whole"]

_SETTLED_TICKS = 4
_SMALL_CHANGE = 12


@dataclass(frozen=True)
class View:
    """Cells row <= r < row + rows, column <= c < column + columns."""

    row: int
    column: int
    rows: int
    columns: int


def whole(state: ScreenState) -> View:
    """Return the view of the whole screen."""
    return View(0, 0, *state.grid)


def choose_view(state: ScreenState, memory: ActionMemory, tick: int) -> View:
    """Return what tick `tick` looks at; `memory` includes the tick's action.

    The whole screen if a button, wheel or key was touched within the last HISTORY ticks or a button is held, or while a
    larger change is settling. Else a quarter: around the pointer if that moved, and if not, each quarter in turn.
    Measured on recordings: see the design notes in the README.
    """
    rows, columns = state.grid
    height, width = rows // 2 // 4 * 4, columns // 2 // 4 * 4  # the network folds cells by four
    touched = bool(memory.features[:, 2:14].any()) or bool(memory.keys.any())
    settling = int((tick - state.changed_at < _SETTLED_TICKS).sum()) > _SMALL_CHANGE
    if touched or settling or not height or not width:
        return whole(state)
    if np.array_equal(memory.points[0], memory.points[1]):
        down, right = divmod(tick % 4, 2)
        return View(down * (rows - height), right * (columns - width), height, width)
    x, y = memory.points[0] / CELL
    row = min(max(int(y) - height // 2, 0), rows - height)
    column = min(max(int(x) - width // 2, 0), columns - width)
    return View(row, column, height, width)
