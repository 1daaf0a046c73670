"""Which part of the screen a tick looks at: all of it when something may happen anywhere, else a quarter around the pointer."""

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

    A quarter around the pointer if that moved and nothing else is under way: no button, wheel or key was touched within the last
    HISTORY ticks, none is held, and no larger change is settling. Where the pointer rests, a glance found that something may
    happen anywhere: a quarter would let a part of it happen. Measured on recordings: see the design notes in the README.
    """
    rows, columns = state.grid
    height, width = rows // 2 // 4 * 4, columns // 2 // 4 * 4  # the network folds cells by four
    touched = bool(memory.features[:, 2:14].any()) or bool(memory.keys.any())
    settling = int((tick - state.changed_at < _SETTLED_TICKS).sum()) > _SMALL_CHANGE
    rests = np.array_equal(memory.points[0], memory.points[1])
    if touched or settling or rests or not height or not width:
        return whole(state)
    x, y = memory.points[0] / CELL
    row = min(max(int(y) - height // 2, 0), rows - height)
    column = min(max(int(x) - width // 2, 0), columns - width)
    return View(row, column, height, width)
