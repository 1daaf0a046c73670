"""What recorded screens show around points, without making the screens."""

import torch
from torch import Tensor

from ncdesktop.model.inputs import FOVEA
from ncdesktop.model.screen import pixels_in
from ncdesktop.training.table import Table
from ncdesktop.world import CELL

__all__ = ["recorded_around", "recorded_fovea", "recorded_press"]


def recorded_fovea(table: Table, ticks: Tensor) -> Tensor:
    """Return what the action encoder sees sharply of recorded screens, see `fovea`."""
    pressed = pixels_in(recorded_press(table, ticks))
    return torch.stack([recorded_around(table, ticks, table.points[ticks, 0]), pressed], 1)


def recorded_around(table: Table, ticks: Tensor, points: Tensor) -> Tensor:
    """Return (B, 3, 64, 64) in [-1, 1]: what recorded screens show around points (B, 2) before `ticks` (B,)."""
    return pixels_in(_around(table, table.place[ticks - 1].long(), points))


def recorded_press(table: Table, ticks: Tensor) -> Tensor:
    """Return (B, 64, 64, 3) uint8: what the recording showed around the last press before it; see ScreenState.pressed."""
    start = ticks - table.since_start[ticks]
    press = torch.maximum(ticks - table.ages[ticks, 0] - 1, start)
    return _around(table, table.place[press].long(), table.points[ticks, 2])


def _around(table: Table, place: Tensor, points: Tensor) -> Tensor:
    """As `around`, of recorded screens: place (B, rows * columns) are indices into `Table.entry`."""
    rows, columns = table.grid
    along = torch.arange(FOVEA, device=place.device) - FOVEA // 2
    x, y = (points.long()[:, :, None] + along).unbind(1)
    x, y = x.clamp(0, columns * CELL - 1)[:, None], y.clamp(0, rows * CELL - 1)[:, :, None]
    which = torch.arange(len(place), device=place.device)[:, None, None]
    cells = table.entry[place[which, y // CELL * columns + x // CELL], 0].long()
    return table.cells[cells, y % CELL, x % CELL]
