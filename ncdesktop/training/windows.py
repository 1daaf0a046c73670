"""What recorded screens show: whole, or around points, without making the screens."""

import torch
from torch import Tensor

from ncdesktop.model.inputs import FOVEA
from ncdesktop.model.screen import pixels_in, screen_of
from ncdesktop.training.table import Table
from ncdesktop.world import CELL

__all__ = ["recorded_around", "recorded_fovea", "recorded_press", "recorded_screen", "recorded_window"]


def recorded_fovea(table: Table, ticks: Tensor) -> Tensor:
    """Return what the action encoder sees sharply of recorded screens, see `fovea`."""
    pressed = pixels_in(recorded_press(table, ticks))
    return torch.stack([recorded_around(table, ticks, table.points[ticks, 0]), pressed], 1)


def recorded_around(table: Table, ticks: Tensor, points: Tensor) -> Tensor:
    """Return (B, 3, 64, 64) in [-1, 1]: what recorded screens show around points (B, 2) before `ticks` (B,)."""
    return pixels_in(_around(table, ticks - 1, points))


def recorded_press(table: Table, ticks: Tensor) -> Tensor:
    """Return (B, 64, 64, 3) uint8: what the recording showed around the last press before it; see ScreenState.pressed."""
    start = ticks - table.since_start[ticks]
    press = torch.maximum(ticks - table.ages[ticks, 0] - 1, start)
    return _around(table, press, table.points[ticks, 2])


def recorded_screen(table: Table, tick: int) -> Tensor:
    """Return (H, W, 3) uint8, on the CPU: the recorded screen after a tick."""
    cells = table.cells[table.entry[table.place[tick].long(), 0].long()]
    return screen_of(cells.unflatten(0, table.grid)).cpu()


def recorded_window(table: Table, ticks: Tensor, corners: Tensor, size: tuple[int, int]) -> Tensor:
    """Return (B, height, width, 3) uint8: windows of recorded screens after `ticks` (B,), as `windows`."""
    rows, columns = table.grid
    y, x = (
        (corners[:, axis, None] + torch.arange(length, device=corners.device)).clamp(0, cells * CELL - 1)
        for axis, (length, cells) in enumerate(zip(size, (rows, columns), strict=True))
    )
    y, x = y[:, :, None], x[:, None]
    at = ticks.long()[:, None, None]
    cells = table.entry[table.place[at, y // CELL * columns + x // CELL].long(), 0].long()
    return table.cells[cells, y % CELL, x % CELL]


def _around(table: Table, ticks: Tensor, points: Tensor) -> Tensor:
    """As `around`, of recorded screens after `ticks` (B,)."""
    return recorded_window(table, ticks, points.long().flip(1) - FOVEA // 2, (FOVEA, FOVEA))
