"""Drags in the recordings: how far the pointer is ahead of what it holds, found by when the screen followed."""

from typing import TYPE_CHECKING

import numpy as np
import torch

from ncdesktop.model.drag import NOWHERE, follows, goal, lead
from ncdesktop.model.screen import screen_of, windows
from ncdesktop.world import CELL

if TYPE_CHECKING:
    from ncdesktop.training.table import Table

__all__ = ["leads"]


def leads(table: "Table") -> np.ndarray:
    """Return (N, 2) int16, (dx, dy) pixels for each tick of the table, see `TickInputs.lead`."""
    found = np.zeros((len(table), 2), np.int16)
    changed = table.changes > 0
    to = goal(table.points, table.ages, table.features)
    followed, last = torch.full((2,), NOWHERE), -1
    for tick in torch.nonzero((to != NOWHERE).all(1)).flatten().tolist():
        if tick != last + 1 or table.since_start[tick] == 0:
            followed = torch.full((2,), NOWHERE)
        if table.ages[tick, 0] == 0:
            followed = table.points[tick, 2].long()
        here = slice(tick, tick + 1)
        ahead = lead(table.points[here], table.ages[here], table.features[here], followed[None])[0]
        found[tick] = ahead
        if ahead.any() and changed[tick] and follows(_moved(table, tick, ahead)):
            followed = to[tick]
        last = tick
    return found


def _moved(table: "Table", tick: int, ahead: torch.Tensor) -> torch.Tensor:
    """Return which of the tick's changed cells (N,) show what a drag would move there."""
    now, before = table.place[tick].long(), table.place[tick - 1].long()
    cells = torch.nonzero(now != before).flatten()
    screen = screen_of(table.cells[table.entry[before, 0].long()].unflatten(0, table.grid))
    corners = torch.stack([cells // table.grid[1], cells % table.grid[1]], 1) * CELL - ahead.flip(-1)
    moved = windows(screen[None], torch.zeros_like(cells), corners, CELL)
    true = table.cells[table.entry[now[cells], 0].long()]
    return (moved == true).flatten(1).all(1)
