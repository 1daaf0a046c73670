"""The carrier's lesson: drags in which the screen followed, and the box of what moved, as its pixels tell it; windows that were resized.

What is carried by its title can be held by its edges, too: it learns to tell the same box from there.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from ncdesktop.errors import SessionError
from ncdesktop.model.carrier import Carrier, through, through_cells
from ncdesktop.model.drag import NOWHERE, goal
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.resizes import Resize, resizes
from ncdesktop.training.table import Table
from ncdesktop.training.windows import recorded_screen
from ncdesktop.world import CELL

__all__ = ["CARRIER", "boxes"]

_TICKS_A_LOOK = 4
_OF_A_DRAG, _OF_A_RESIZE, _LONGEST = 4, 32, 60
_CORNERS = 0.6
"""Share of the points on a border that are in its corners, where most windows are taken hold of."""
_SMALLEST_PX, _ALIKE = (16, 24), 0.97
_FOLLOWS_CELLS = 3
_RATE, _DECAY, _DROPPED = 2e-3, 0.1, 0.2


def _groups(network: Carrier) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


def boxes(table: Table) -> list[list[tuple[int, Tensor, Tensor]]]:
    """Return for each drag whose box can be told its ticks in which the screen follows: the tick; where the pointer was when it
    followed last (2,), (x, y); and the box before the tick (4,): top, left, bottom, right, in pixels of the screen.

    When all that changes is a thing that moves by (dx, dy), the box of the changed pixels is that of the thing before and after.
    """
    to = goal(table.points, table.ages, table.features)
    followed = to - table.lead.long()
    height, width = (length * CELL for length in table.grid)
    limits = torch.tensor([height, width, height, width])
    found = []
    for press in torch.nonzero((table.ages[:, 0] == 0) & (table.since_start > 0)).flatten().tolist():
        drag: list[tuple[int, Tensor, Tensor]] = []
        begun: tuple[Tensor, Tensor] | None = None
        for tick in range(press, min(press + _LONGEST, len(table))):
            again = tick > press and int(table.ages[tick, 0]) == 0
            if again or table.session[tick] != table.session[press] or (to[tick] == NOWHERE).any():
                break
            if not table.lead[tick].any() or int(table.changes[tick]) < _FOLLOWS_CELLS:
                continue
            if begun is None:
                box = _moved_box(table, tick, table.points[press, 2].long())
                if box is None:
                    continue
                begun = box, followed[tick]
            moved = (followed[tick] - begun[1]).flip(0).repeat(2)
            box = (begun[0] + moved).clamp(min=0).minimum(limits)
            if _holds(box, followed[tick]):
                drag.append((tick, followed[tick], box))
        if drag:
            found.append(drag)
    return found


def _moved_box(table: Table, tick: int, at: Tensor) -> Tensor | None:
    """Return the box (4,) of what moves by the tick's lead, before it, or None if something else changes."""
    before, after = (recorded_screen(table, when) for when in (tick - 1, tick))
    dx, dy = table.lead[tick].tolist()
    ys, xs = torch.nonzero((before != after).any(-1), as_tuple=True)
    top, bottom = int(ys.min()) - min(dy, 0), int(ys.max()) + 1 - max(dy, 0)
    left, right = int(xs.min()) - min(dx, 0), int(xs.max()) + 1 - max(dx, 0)
    box = torch.tensor([top, left, bottom, right])
    if bottom - top < _SMALLEST_PX[0] or right - left < _SMALLEST_PX[1] or not _holds(box, at):
        return None
    height, width = before.shape[:2]
    rows = slice(max(top, 0, -dy), min(bottom, height, height - dy))
    columns = slice(max(left, 0, -dx), min(right, width, width - dx))
    moved = after[rows.start + dy : rows.stop + dy, columns.start + dx : columns.stop + dx]
    alike = (before[rows, columns] == moved).all(-1).float()
    if not alike.numel() or float(alike.mean()) < _ALIKE:
        return None
    return box


def _holds(box: Tensor, at: Tensor) -> bool:
    """Tell whether a box (4,) holds a point (2,), (x, y)."""
    top, left, bottom, right = box.tolist()
    x, y = at.tolist()
    return top <= y < bottom and left <= x < right


@torch.no_grad()
def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return at most `count` examples: row and column of cells through where the pointer holds something, which is told likewise, and
    its box; a row of cells and its last one, and which of its seams are good, a column likewise (zeros for what is not resized)."""
    bank, generator = CellBank(table, model.vocabulary, model.sprites), torch.Generator().manual_seed(seed)
    some: list[tuple[int, Tensor, Tensor, Resize | None]] = [
        (tick, torch.stack([at, _border(box, table.grid, generator)]), box, None)
        for drag in boxes(table)
        for tick, at, box in (
            drag[index] for index in torch.randperm(len(drag), generator=generator)[:_OF_A_DRAG]
        )
    ]
    some += [
        (own.tick, own.at.expand(_OF_A_RESIZE, -1), own.box, own)
        for own in resizes(table, [cursor.name for cursor in model.cursors])
    ]
    if not some:
        raise SessionError("these sessions hold no drag that moves anything")
    some = [some[index] for index in torch.randperm(len(some), generator=generator)[:count].tolist()]
    device = table.place.device
    parts: list[tuple[Tensor, ...]] = []
    for few in tqdm(
        [some[i : i + _TICKS_A_LOOK] for i in range(0, len(some), _TICKS_A_LOOK)], desc="collecting drags"
    ):
        now = torch.tensor([tick for tick, *_ in few], device=device)
        batch = assemble(table, bank, now, torch.zeros_like(now)[:, None].expand(-1, 2), crop=table.grid)
        inputs = batch.embed(model)
        _, features, _ = model(inputs)
        cells = torch.cat([features, inputs.embedded[..., 0, :]], -1).half()
        for own, (_, at, box, resize) in zip(cells, few, strict=True):
            shown, held_at = own.expand(len(at), -1, -1, -1), at.to(device)
            row, column = through(shown[..., : features.shape[-1]], shown[..., features.shape[-1] :], held_at)
            stretches = _lines(own, box, resize, len(at), generator)
            parts.append((row, column, held_at, box.to(device).expand(len(at), -1), *stretches))
    return Examples([torch.cat(column) for column in zip(*parts, strict=True)])


def _border(box: Tensor, grid: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Return a point (2,), (x, y), on the border of a box (4,), in a corner of it or elsewhere, or the nearest on the screen."""
    share, corner = torch.rand(2, generator=generator), torch.rand(1, generator=generator)
    either = torch.randint(2, (2,), generator=generator)
    along = int(torch.randint(2, (1,), generator=generator))
    if corner > _CORNERS:
        either = either.float()
        either[along] = share[along]
    top, left, bottom, right = box.tolist()
    x, y = (float(share) for share in either)
    point = torch.tensor([left + x * (right - left - 1), top + y * (bottom - top - 1)]).long()
    return point.clamp(min=0).minimum(torch.tensor([grid[1] * CELL - 1, grid[0] * CELL - 1]))


def _lines(
    cells: Tensor, box: Tensor, resize: Resize | None, count: int, generator: torch.Generator
) -> tuple[Tensor, ...]:
    """Return `count` times a row of cells (rows, columns, C) of a box, its last column and how good its seams are; columns likewise."""
    last_column, last_row = through_cells(box[None, [3, 2]] - 1, (cells.shape[0], cells.shape[1]))
    found: list[Tensor] = []
    for lines, last, scores in (
        (cells, last_column, resize.across if resize else None),
        (cells.transpose(0, 1), last_row, resize.down if resize else None),
    ):
        if scores is None:
            which, told = torch.zeros(count, dtype=torch.int64), torch.zeros(count, lines.shape[1])
        else:
            telling = torch.nonzero(scores.any(1)).flatten()
            which = telling[torch.randint(len(telling), (count,), generator=generator)]
            told = scores[which]
        found += [lines[which.to(cells.device)], last.to(cells.device).expand(count), told.to(cells.device)]
    return tuple(found)


def _loss(network: Carrier, drags: Examples, generator: torch.Generator) -> Tensor:
    row, column, at, box, *stretches = drags.tensors
    row, column = (F.dropout(line.float(), _DROPPED, network.training) for line in (row, column))
    top, left, bottom, right = box.unbind(1)
    odds = network.odds(row, column, at)
    edges = top, bottom - 1, left, right - 1
    loss = torch.stack([F.cross_entropy(of, edge) for of, edge in zip(odds, edges, strict=True)]).sum()
    for of_line, (line, last, told) in ((network.across, stretches[:3]), (network.down, stretches[3:])):
        which = torch.nonzero(told.any(1)).flatten()
        if len(which):
            said = of_line(F.dropout(line[which].float(), _DROPPED, network.training), last[which])[2]
            loss = loss + F.cross_entropy(said, told[which]) * len(which) / len(told)
    return loss


CARRIER = Lesson("carrier", _collect, _loss, _groups, examples=4_000, batch=64)
