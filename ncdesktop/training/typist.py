"""The typist's lesson: recorded ticks in which a character was typed, and what it changed, if little else did."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.errors import SessionError
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import pixels_in
from ncdesktop.model.typist import PATCH, SEEN, Typist, corner, typed_keys
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.table import Table
from ncdesktop.training.windows import recorded_window
from ncdesktop.world import CELL

__all__ = ["TYPIST"]

_RATE, _DECAY = 2e-3, 0.02
_MOST_CELLS, _LEAST_PX, _MOST_PX = 40, 8, (19, 24)
"""Cells that may change in all; height, and height and width, of what a character and its caret change."""
_SEEN_PX = 8
"""Difference of a pixel, of 255, that can be seen."""
_RARE = 0.6
"""Of n strokes of a key, each is drawn with a weight of n to the power of minus this."""
_ELSEWHERE = 0.3
"""Share of the searches that are made anywhere on the screen."""
_SEARCHED = 4
"""Of so many examples of a batch one is searched for its caret: that is learned soon, and takes longest."""
_PLACE_WEIGHT, _PAINT_WEIGHT = 0.3, 5.0
_NEW, _NEW_WEIGHT = 0.05, 6.0


class _Strokes(Examples):
    """Ticks, keys, boxes (top, left, bottom, right) of the pixels that change, and whether a character is all that does; else
    the boxes are of cells that change, or, if none does, changed last."""

    def __init__(self, tensors: list[Tensor], table: Table) -> None:
        super().__init__(tensors)
        self.table = table

    def __getitem__(self, which: Tensor | slice) -> "_Strokes":
        return _Strokes([tensor[which] for tensor in self.tensors], self.table)

    def searched(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return what is searched for the carets (B, 3, *SEEN), around any cell of the boxes or of the screen, and where they are in it,
        as in `Typist.places`."""
        ticks, _, box, written = self.tensors
        rows, columns = self.table.grid
        first, last = box[:, :2] // CELL, (box[:, 2:] - 1) // CELL
        some, anywhere = torch.rand(2, len(box), 2, generator=generator).to(box.device)
        cell = first + (some * (last - first + 1)).long()
        other = (anywhere * anywhere.new_tensor([rows, columns])).long()
        elsewhere = torch.rand(len(box), 1, generator=generator).to(box.device) < _ELSEWHERE
        around = (
            torch.where(elsewhere, other, cell) * CELL + (CELL - torch.tensor(SEEN, device=box.device)) // 2
        )
        down, across = (box[:, :2] - around).unbind(1)
        inside = written & (down >= 0) & (down < SEEN[0]) & (across >= 0) & (across < SEEN[1])
        place = torch.where(inside, down * SEEN[1] + across, SEEN[0] * SEEN[1])
        return pixels_in(recorded_window(self.table, ticks - 1, around, SEEN)), place

    def patches(self) -> tuple[Tensor, Tensor]:
        """Return what lies around the carets before and after, (B, 3, *PATCH) each."""
        ticks, _, box, _ = self.tensors
        at = corner(box[:, :2])
        before, after = (recorded_window(self.table, then, at, PATCH) for then in (ticks - 1, ticks))
        return pixels_in(before), pixels_in(after)


def _groups(network: Typist) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return `count` ticks in which one key of those that the typist knows was pressed, alone or with Shift, rare keys more often than
    they come: a recorded hour holds a few of most capital letters."""
    typed = typed_keys(table.keys.long(), table.features)
    ticks = torch.nonzero(((typed != 0).sum(1) == 1) & (table.since_start > 0)).flatten()
    if not len(ticks):
        raise SessionError("nothing is typed in these sessions")
    keys = typed[ticks].amax(1)
    found = [_change(table, tick) for tick in ticks.tolist()]
    boxes, written = (torch.tensor(column, device=ticks.device) for column in zip(*found, strict=True))
    _, kind, size = keys.unique(return_inverse=True, return_counts=True)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.multinomial(
        size[kind].cpu().float() ** -_RARE, count, replacement=True, generator=generator
    )
    return _Strokes([ticks, keys, boxes, written], table)[drawn.to(ticks.device)]


def _change(table: Table, tick: int) -> tuple[list[int], bool]:
    """Return the box of what changes in a tick, and whether it is a character, see `_Strokes`."""
    columns = table.grid[1]
    now, before = table.place[tick].long(), table.place[tick - 1].long()
    cells = torch.nonzero(now != before).flatten()
    if 0 < len(cells) <= _MOST_CELLS:
        new, old = (table.cells[table.entry[entry[cells], 0].long()].int() for entry in (now, before))
        which, y, x = torch.nonzero((new - old).abs().amax(3) > _SEEN_PX, as_tuple=True)
        down, across = cells[which] // columns * CELL + y, cells[which] % columns * CELL + x
        written = []
        for group in _adjacent(cells.tolist(), columns):
            own = torch.isin(which, torch.tensor(group, device=which.device))
            if own.any():
                rows, sides = down[own], across[own]
                top, left, bottom, right = (
                    int(edge) for edge in (rows.min(), sides.min(), rows.max() + 1, sides.max() + 1)
                )
                if _LEAST_PX <= bottom - top <= _MOST_PX[0] and right - left <= _MOST_PX[1]:
                    written.append([top, left, bottom, right])
        if len(written) == 1:
            return written[0], True
    cell = int(cells[len(cells) // 2]) if len(cells) else int(table.entry_tick[before].argmax())
    top, left = cell // columns * CELL, cell % columns * CELL
    return [top, left, top + CELL, left + CELL], False


def _adjacent(cells: list[int], columns: int) -> list[list[int]]:
    """Return the groups of adjacent cells, as places in the list."""
    groups: list[list[int]] = []
    for place, cell in enumerate(cells):
        row, column = divmod(cell, columns)
        near = [
            group
            for group in groups
            if any(
                abs(cells[other] // columns - row) <= 1 and abs(cells[other] % columns - column) <= 1
                for other in group
            )
        ]
        groups = [group for group in groups if group not in near] + [
            [place, *(other for group in near for other in group)]
        ]
    return groups


def _loss(network: Typist, strokes: Examples, generator: torch.Generator) -> Tensor:
    assert isinstance(strokes, _Strokes)
    some = slice(None, None, _SEARCHED)
    seen, place = strokes[some].searched(generator)
    missed = F.cross_entropy(network.places(seen, strokes.tensors[1][some]).float(), place)
    strokes = strokes[strokes.tensors[3]]
    before, after = strokes.patches()
    painted = network(before, strokes.tensors[1]).float()
    wrong = F.smooth_l1_loss(painted, after, beta=0.1, reduction="none")
    new = (after - before).abs().amax(1, keepdim=True) > _NEW
    wrong = wrong * torch.where(new, _NEW_WEIGHT, 1.0)
    return _PLACE_WEIGHT * missed + _PAINT_WEIGHT * wrong.sum() / max(wrong.numel(), 1)


TYPIST = Lesson("typist", _collect, _loss, _groups, examples=50_000, batch=64)
