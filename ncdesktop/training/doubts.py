"""Moments in which the model expects something to happen, as often as it does there and as often as it does not.

Training draws changing ticks ten times as often as they come, and still ones around the pointer. Whether a tick changes is
decided by the likeliest cell of a whole screen: what it must be told from is what alarms the model most.
"""

import random

import torch

from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.batches import Batch, CellBank, assemble
from ncdesktop.training.calibration import glimpse_of
from ncdesktop.training.table import Table

__all__ = ["Doubts"]

_LOOKED_AT, _KEPT = 6, 2
_CROP = (12, 16)


class Doubts:
    """Draws ticks as they come, and keeps those in which the model finds a change likeliest."""

    def __init__(self, table: Table, bank: CellBank, *, seed: int) -> None:
        self._table, self._bank, self._random = table, bank, random.Random(seed)
        self._ticks = torch.cat(list(table.kinds.values()))

    @torch.no_grad()
    def next_batch(self, model: NCGUIWorld) -> Batch:
        """Return crops of the likeliest ticks of a few, each around the likeliest cell or one that does change."""
        table, (rows, columns) = self._table, self._table.grid
        picked = [self._random.randrange(len(self._ticks)) for _ in range(_LOOKED_AT)]
        ticks = self._ticks[picked].to(table.place.device)
        whole = torch.zeros(len(ticks), 2, dtype=torch.int64, device=ticks.device)
        seen = assemble(table, self._bank, ticks, whole, crop=table.grid)
        decisions, _, _ = model(seen.embed(model))
        inputs = seen.inputs
        offset = model.selector.offset(decisions.change, model.glance(glimpse_of(inputs)).change, inputs)
        chance = model.selector.natural(decisions.change, offset, inputs.revealed)
        alarm, cell = chance.flatten(1).max(1)
        kept = alarm.topk(min(_KEPT, len(alarm))).indices
        crop = min(_CROP[0], rows), min(_CROP[1], columns)
        origins = []
        for tick in kept.tolist():
            around = [int(cell[tick])]
            changed = torch.nonzero(seen.changed[tick].flatten()).flatten().tolist()
            if changed:
                around.append(self._random.choice(changed))
            row, column = divmod(self._random.choice(around), columns)
            origins.append((self._corner(row, crop[0], rows), self._corner(column, crop[1], columns)))
        return assemble(table, self._bank, ticks[kept], torch.tensor(origins, device=ticks.device), crop=crop)

    def _corner(self, inside: int, length: int, limit: int) -> int:
        return min(max(inside - self._random.randrange(length), 0), limit - length)
