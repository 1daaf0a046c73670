"""The carrier's lesson: drags in which the screen followed, and the box of what moved, as its pixels tell it."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from ncdesktop.errors import SessionError
from ncdesktop.model.carrier import Carrier, through
from ncdesktop.model.drag import NOWHERE, goal
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import screen_of
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.table import Table
from ncdesktop.world import CELL

__all__ = ["CARRIER", "boxes"]

_TICKS_A_LOOK = 4
_OF_A_DRAG, _LONGEST = 4, 60
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
    before, after = (_screen(table, when) for when in (tick - 1, tick))
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


def _screen(table: Table, tick: int) -> Tensor:
    return screen_of(table.cells[table.entry[table.place[tick].long(), 0].long()].unflatten(0, table.grid))


@torch.no_grad()
def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return at most `count` ticks of drags: what the carrier sees of them, where the pointer holds, the box."""
    bank, generator = CellBank(table, model.vocabulary, model.sprites), torch.Generator().manual_seed(seed)
    some = [
        drag[index]
        for drag in boxes(table)
        for index in torch.randperm(len(drag), generator=generator)[:_OF_A_DRAG].tolist()
    ]
    if not some:
        raise SessionError("these sessions hold no drag that moves anything")
    some = [some[index] for index in torch.randperm(len(some), generator=generator)[:count].tolist()]
    device = table.place.device
    ticks, at, box = (
        torch.stack([torch.as_tensor(own) for own in column]) for column in zip(*some, strict=True)
    )
    parts: list[tuple[Tensor, ...]] = []
    for which in tqdm(torch.arange(len(ticks)).split(_TICKS_A_LOOK), desc="collecting drags"):
        now, held = ticks[which].to(device), at[which].to(device)
        batch = assemble(table, bank, now, torch.zeros_like(now)[:, None].expand(-1, 2), crop=table.grid)
        inputs = batch.embed(model)
        _, features, _ = model(inputs)
        row, column = through(features, inputs.embedded[..., 0, :], held)
        parts.append((row.half(), column.half(), held, box[which].to(device)))
    return Examples([torch.cat(column) for column in zip(*parts, strict=True)])


def _loss(network: Carrier, drags: Examples, generator: torch.Generator) -> Tensor:
    row, column, at, box = drags.tensors
    row, column = (F.dropout(line.float(), _DROPPED, network.training) for line in (row, column))
    top, left, bottom, right = box.unbind(1)
    odds = network.odds(row, column, at)
    edges = top, bottom - 1, left, right - 1
    return torch.stack([F.cross_entropy(of, edge) for of, edge in zip(odds, edges, strict=True)]).sum()


CARRIER = Lesson("carrier", _collect, _loss, _groups, examples=4_000, batch=64)
