"""The model's own mistakes to learn from: it dreams on from recorded screens, and what it got wrong becomes training.

Teacher-forced alone, a model never sees a screen that it got slightly wrong, and does not know how to go on from one.
"""

import random

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.decide import Cells, decide
from ncdesktop.model.drag import goal
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.state import restack
from ncdesktop.training.batches import Batch, Before, CellBank, assemble, recorded_before
from ncdesktop.training.calibration import glimpse_of
from ncdesktop.training.sampling import drawn_kinds
from ncdesktop.training.scene import BatchScene
from ncdesktop.training.table import Table
from ncdesktop.world import CELL

__all__ = ["OwnMistakes"]

_START_KINDS = ("drag", "event", "event", "edge", "hover", "late", "still")
_EARLY_TICKS = (1, 2, 4, 8)
_CROP = (12, 16)


class OwnMistakes:
    """Dreams side by side, each from a recorded tick on with the recorded actions, for a few ticks; then others."""

    def __init__(self, table: Table, bank: CellBank, *, seed: int, dreams: int = 4, ticks: int = 16) -> None:
        """table: on the CPU or a GPU; dreams: screens at a time; ticks: that each goes on for."""
        self._table, self._bank, self._dreams, self._length = table, bank, dreams, ticks
        self._random = random.Random(seed)
        self._kinds = drawn_kinds(table)
        self._left, self._again = 0, True
        self._ticks = torch.zeros(dreams, dtype=torch.int64, device=table.place.device)
        self._before = Before(*[self._ticks] * 5)

    @torch.no_grad()
    def next_batch(self, model: NCGUIWorld, generator: torch.Generator) -> Batch:
        """Let every dream go on by one tick, every second time; return crops of the tick after, to train on."""
        self._again = not self._again
        if self._again:
            return self._crops()
        if self._left == 0:
            self._start()
        grid = self._table.grid
        origins = torch.zeros(self._dreams, 2, dtype=torch.int64, device=self._ticks.device)
        batch = assemble(self._table, self._bank, self._ticks, origins, crop=grid, before=self._before)
        self._before = self._dream(model, batch, generator)
        self._ticks = self._ticks + 1
        self._left -= 1
        return self._crops()

    def _start(self) -> None:
        """Begin all dreams anew, each up to eight ticks before something that happens."""
        self._bank.forget()
        table = self._table
        picked: list[int] = []
        while len(picked) < self._dreams:
            ticks = self._kinds[self._random.choice(_START_KINDS)]
            if len(ticks):
                tick = int(ticks[self._random.randrange(len(ticks))]) - self._random.randrange(8)
                last = tick + self._length + max(_EARLY_TICKS)
                if tick > 0 and int(table.since_start[tick]) > 0 and last < len(table) and (
                    table.session[last] == table.session[tick]
                ):  # fmt: skip
                    picked.append(tick)
        self._ticks = torch.tensor(picked, device=self._ticks.device)
        self._before = recorded_before(table, self._ticks)
        self._left = self._random.randint(self._length // 4, self._length)

    def _dream(self, model: NCGUIWorld, batch: Batch, generator: torch.Generator) -> Before:
        """Return the screens (with their stacks) that the model makes of the batch's tick."""
        inputs = batch.embed(model)
        action = model.action_encoder(inputs)
        scene = BatchScene(model, self._bank, batch, action, generator)
        numbers = torch.rand(self._dreams, 2, generator=generator)
        glimpse = glimpse_of(inputs)
        expected = model.glance(glimpse).change
        decided = decide(model, inputs, action, glimpse, expected, scene, numbers)
        cells = torch.nonzero(decided.changed, as_tuple=True)
        choice = decided.decisions.choice[cells].argmax(-1)
        new = scene.ids(cells, choice, decided.features[cells])
        opened = torch.zeros(self._dreams, dtype=torch.bool, device=choice.device)
        opened[cells[0][choice == Choice.SPRITE]] = True
        after = self._write(batch, cells, new)
        after.placed = torch.where(opened[:, None], decided.placed, self._before.placed)
        moved = torch.zeros_like(opened)
        moved[cells[0][choice == Choice.SHIFT]] = True
        to = goal(inputs.points, inputs.ages, inputs.features[:, -1])
        after.followed = torch.where(moved[:, None], to, to - inputs.lead)
        return after

    def _write(self, batch: Batch, cells: Cells, new: Tensor) -> Before:
        which, row, column = cells
        ids, age, left = self._before.ids.clone(), self._before.age + 1, self._before.left + 1
        place = row * self._table.grid[1] + column
        old = ids[which, place]
        differs = old[:, 0] != new
        which, place, old, new = which[differs], place[differs], old[differs], new[differs]
        kept = torch.zeros_like(new, dtype=torch.bool)
        source, _ = restack(old[:, 1:] == new[:, None], (old >= 0).sum(1), kept)
        ids[which, place] = torch.cat([new[:, None], old.gather(1, source)], 1)
        replaced = torch.cat([torch.ones_like(new)[:, None], left[which, place]], 1)
        left[which, place] = replaced.gather(1, source).to(left.dtype)
        age[which, place] = 1
        return Before(ids, age, left, self._before.placed, self._before.followed)

    def _crops(self) -> Batch:
        """Crops around what the recording shows differently after the dreams' next tick (or around the pointer)."""
        table, (rows, columns) = self._table, self._table.grid
        new = table.entry[table.place[self._ticks].long(), 0].long()
        shown = self._before.ids[..., 0]
        early = torch.zeros_like(shown, dtype=torch.bool)
        for later in _EARLY_TICKS:  # a dream that is ahead of the recording is not wrong
            early |= shown == table.entry[table.place[self._ticks + later].long(), 0]
        wrong = (shown != new) & ~early
        height, width = min(_CROP[0], rows), min(_CROP[1], columns)
        origins = []
        for dream, tick in enumerate(self._ticks.tolist()):
            cells = torch.nonzero(wrong[dream]).flatten()
            if len(cells):
                row, column = divmod(int(cells[self._random.randrange(len(cells))]), columns)
            else:
                x, y = (table.points[tick, 0] / CELL).int().tolist()
                row, column = y, x
            origins.append(
                (
                    min(max(row - self._random.randrange(height), 0), rows - height),
                    min(max(column - self._random.randrange(width), 0), columns - width),
                )
            )
        at = torch.tensor(origins, device=self._ticks.device)
        ignored = early & (shown != new)
        return assemble(
            table, self._bank, self._ticks, at, crop=(height, width), before=self._before, ignored=ignored
        )
