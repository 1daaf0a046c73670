"""Windows that are resized in recordings: their boxes, told by the pixels that change, and where each line of cells stretched."""

from dataclasses import dataclass
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.model.drag import held
from ncdesktop.model.stretch import edges_of, sources
from ncdesktop.training.table import Table
from ncdesktop.training.windows import recorded_screen
from ncdesktop.world import CELL

__all__ = ["Resize", "resizes"]

_LONGEST, _SETTLED = 90, 3
"""Ticks of a drag; ticks after its end in which what it resized is drawn."""
_NEAR_PX, _LEAST_PX, _MOVED_PX = 4, 64, 8
_ALIKE = 8
"""Of 255; pixels whose channels differ by less look alike."""
_SWEPT = 0.7
"""Share of an edge's length along which something changes where it has moved; else it did not."""
_EDGE_PX, _SAME = 2, 0.8
_SHARPNESS = 0.03
_OUTWARDS = torch.tensor([-1, -1, 1, 1])
_STEPS = sorted(product(range(20), range(10)), key=sum)
"""Pixels, (height, width), by which a window is smaller than the pointer would have it, as are those that grow by rows and letters."""


@dataclass(frozen=True)
class Resize:
    """One by a corner.

    tick:   the first in which something changes
    box:    (4,) int64 of the window before it: top, left, bottom, right
    across: (rows, columns) float: how good a seam after each cell of each row of cells was, in shares of 1; all 0 in
            rows that tell nothing. down (columns, rows) likewise of its columns
    """

    tick: int
    box: Tensor
    across: Tensor
    down: Tensor


def resizes(table: Table, shapes: list[str]) -> list[Resize]:
    """Return those that can be told from pixels: when a corner is moved, each edge of the window changes in all its length, so the
    box of all that changes is that of the window before and after.

    shapes: names of the pointer shapes of the table
    """
    corners = [sum(edges_of(shape)) == 2 for shape in shapes]
    found = []
    for press in torch.nonzero((table.ages[:, 0] == 0) & (table.since_start > 0)).flatten().tolist():
        shape = int(table.cursor[press])
        if 0 <= shape < len(shapes) and corners[shape]:
            resize = _resize(table, press, torch.tensor(edges_of(shapes[shape])))
            if resize:
                found.append(resize)
    return found


def _resize(table: Table, press: int, edges: Tensor) -> Resize | None:
    end = min(press + _LONGEST, len(table))
    own = (table.session[press:end] == table.session[press]).cpu()
    over = torch.nonzero(~(held(table.features[press:end]).cpu() & own)).flatten()
    if not len(over) or press + int(over[0]) + _SETTLED >= len(table):
        return None
    release = press + int(over[0])
    changing = torch.nonzero(table.changes[press + 1 : release] > 0).flatten()
    if not len(changing) or table.session[release + _SETTLED] != table.session[press]:
        return None
    at = table.points[press, 2].long()
    moved = (table.points[release, 3].long() - at).flip(0).repeat(2) * edges
    before, after = (recorded_screen(table, tick) for tick in (press, release + _SETTLED))
    ys, xs = torch.nonzero((before != after).any(-1), as_tuple=True)
    if not len(ys) or int((moved.abs() >= _MOVED_PX).sum()) < 2:
        return None
    both = torch.stack([ys.min(), xs.min(), ys.max() + 1, xs.max() + 1])
    turned = before.transpose(0, 1), after.transpose(0, 1)
    for step in _STEPS:
        behind = moved - _OUTWARDS * torch.tensor(step).repeat(2) * edges
        box = both - _OUTWARDS * (_OUTWARDS * behind).clamp(min=0)
        near = (box - torch.tensor([0, 0, 1, 1]) - at.flip(0).repeat(2)).abs() <= _NEAR_PX
        sizes = torch.cat([(to[2:] - to[:2]) for to in (box, box + behind)])
        if not bool((near | (edges == 0)).all()) or int(sizes.min()) < _LEAST_PX:
            continue
        if _follows(before, after, box, behind) and _follows(*turned, _turned(box), _turned(behind)):
            across = _scores(before, after, box, box + behind, table.grid)
            down = _scores(*turned, _turned(box), _turned(box + behind), table.grid[::-1])
            return Resize(press + 1 + int(changing[0]), box, _shares(across), _shares(down))
    return None


def _follows(before: Tensor, after: Tensor, box: Tensor, moved: Tensor) -> bool:
    """Tell whether the upper or lower edge of a box has moved: something changed all along its way, and it looks the same at its end."""
    side, inside = (0, slice(0, _EDGE_PX)) if moved[0] != 0 else (2, slice(-_EDGE_PX, 0))
    old, new = int(box[side]), int(box[side] + moved[side])
    lefts, rights = (torch.stack([box[at], (box + moved)[at]]) for at in (1, 3))
    way = slice(max(min(old, new), 0), max(old, new)), slice(max(int(lefts.min()), 0), int(rights.max()))
    strip = (before[way] != after[way]).any(-1)
    columns = slice(max(int(lefts.max()), 0), int(rights.min()))
    then, now = (
        screen[max(at + (inside.start or 0), 0) : at + (inside.stop or 0), columns]
        for screen, at in ((before, old), (after, new))
    )
    if not strip.numel() or not then.numel() or then.shape != now.shape:
        return False
    same = (then == now).all(-1).float().mean()
    return float(strip.any(0).float().mean()) >= _SWEPT and float(same) >= _SAME


def _scores(before: Tensor, after: Tensor, box: Tensor, new: Tensor, grid: tuple[int, int]) -> Tensor:
    """Return (rows, columns): the share of the pixels of a row of cells of the box that come right with a seam after each column; 0 for
    rows and columns outside of it. Rows go with the edge, top or bottom, with which more of them come right."""
    scores = torch.zeros(grid)
    (top, left, bottom, right), (new_top, new_left, new_bottom, new_right) = box.tolist(), new.tolist()
    width, new_width = right - left, new_right - new_left
    columns = torch.arange(max(left, 0) // CELL, min(-(-right // CELL), grid[1]))
    made_of = sources(width, new_width, ((columns + 1) * CELL - left).clamp(0, width))
    place = torch.arange(new_width)
    seen = (new_left + place >= 0) & (new_left + place < after.shape[1])
    for row in range(max(top, 0) // CELL, min(-(-bottom // CELL), grid[0])):
        ys = torch.arange(max(row * CELL, top), min(row * CELL + CELL, bottom))
        shown = [
            after[ys + offset][:, new_left + place[seen]]
            for offset in {new_top - top, new_bottom - bottom}
            if int(ys[0]) + offset >= 0 and int(ys[-1]) + offset < len(after)
        ]
        for column, source in zip(columns.tolist(), made_of, strict=True):
            made = before[ys][:, (left + source[seen]).clamp(0, before.shape[1] - 1)].int()
            right_ones = [((made - own.int()).abs().amax(-1) < _ALIKE).float().mean() for own in shown]
            scores[row, column] = max(right_ones, default=torch.tensor(0.0))
    return scores


def _shares(scores: Tensor) -> Tensor:
    """Return scores (N, L) as shares of 1 of the best of each line, 0 in lines without any."""
    return F.softmax(scores.masked_fill(scores == 0, -torch.inf) / _SHARPNESS, 1).nan_to_num(0.0)


def _turned(box: Tensor) -> Tensor:
    return box[[1, 0, 3, 2]]
