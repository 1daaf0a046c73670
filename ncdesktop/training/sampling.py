"""Which ticks training sees, how often, and which crop of each."""

import random
from dataclasses import dataclass

import torch
from torch import Tensor

from ncdesktop.training.table import Table

__all__ = ["CROPS", "SHARES", "Draw", "TickSampler", "drawn_kinds"]

CROPS = ((8, 8), (12, 16), (16, 24), (24, 32))
"""Cells of the crops, small to whole; a change is seen whole in the smallest that holds it, most of the time."""
_CELLS_A_BATCH = 768

SHARES = {"drag": 0.14, "event": 0.30, "edge": 0.14, "hover": 0.10, "late": 0.12, "still": 0.12, "idle": 0.08}
"""Share of each kind of tick among all that are drawn (see `drawn_kinds`)."""
_EVENT_CELLS = 20


def drawn_kinds(table: Table) -> dict[str, Tensor]:
    """Return `Table.kinds`, with edges split: menus and windows that come and go at a click or key are `event`.

    Of the recordings' edge ticks six in ten are typed letters, but nine tenths of their changed cells are of events.
    """
    kinds = dict(table.kinds)
    large = table.changes[kinds["edge"]] >= _EVENT_CELLS
    return {**kinds, "event": kinds["edge"][large], "edge": kinds["edge"][~large]}


@dataclass(frozen=True)
class Draw:
    """A batch to assemble: ticks, upper left cells of the crops, cells of a crop."""

    ticks: list[int]
    origins: list[tuple[int, int]]
    crop: tuple[int, int]


class TickSampler:
    """Draws ticks by kind, sorts them by crop, and hands out each crop's batch when it is full."""

    def __init__(self, table: Table, *, seed: int) -> None:
        self._random = random.Random(seed)
        self._table = table
        self._kinds = {kind: ticks for kind, ticks in drawn_kinds(table).items() if len(ticks)}
        self._waiting: dict[tuple[int, int], list[tuple[int, tuple[int, int]]]] = {}

    def draw(self) -> Draw:
        """Return the next batch; all its crops are of one size."""
        rows, columns = self._table.grid
        while True:
            kind = self._random.choices(list(self._kinds), [SHARES[kind] for kind in self._kinds])[0]
            ticks = self._kinds[kind]
            tick = int(ticks[self._random.randrange(len(ticks))])
            size, origin = self._crop(tick)
            size = (min(size[0], rows), min(size[1], columns))
            waiting = self._waiting.setdefault(size, [])
            waiting.append((tick, origin))
            if len(waiting) * size[0] * size[1] >= _CELLS_A_BATCH:
                self._waiting[size] = []
                return Draw([tick for tick, _ in waiting], [origin for _, origin in waiting], size)

    def _crop(self, tick: int) -> tuple[tuple[int, int], tuple[int, int]]:
        table, chance = self._table, self._random.random
        rows, columns = table.grid
        changed = torch.nonzero(table.place[tick] != table.place[tick - 1]).flatten()
        if len(changed):
            row, column = changed // columns, changed % columns
            box = int(row.min()), int(row.max()), int(column.min()), int(column.max())
        else:
            x, y = (table.points[tick, 0] / 16).int().tolist()
            x, y = min(max(x, 0), columns - 1), min(max(y, 0), rows - 1)
            box = y, y, x, x
        size = next(
            (
                crop
                for crop in CROPS
                if box[1] - box[0] < crop[0] and box[3] - box[2] < crop[1] and chance() < 0.85
            ),
            CROPS[-1],
        )
        if (
            size[0] > CROPS[1][0] and len(changed) and chance() < 0.4
        ):  # a part of a large event, four times cheaper
            cell = int(changed[self._random.randrange(len(changed))])
            size, box = CROPS[1], (cell // columns, cell // columns, cell % columns, cell % columns)
        origin = (
            self._place(box[0], box[1], min(size[0], rows), rows),
            self._place(box[2], box[3], min(size[1], columns), columns),
        )
        return size, origin

    def _place(self, first: int, last: int, length: int, limit: int) -> int:
        lowest, highest = max(0, last - length + 1), min(first, limit - length)
        return self._random.randint(min(lowest, highest), max(lowest, highest)) if length < limit else 0
