"""The carrier's lesson: windows that were resized, and where they stretched."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from ncdesktop.errors import SessionError
from ncdesktop.model.carrier import Carrier, cell_at, seam_odds
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.resizes import Resize, resizes
from ncdesktop.training.table import Table

__all__ = ["CARRIER"]

_TICKS_A_LOOK = 4
_OF_A_RESIZE = 32
_RATE, _DECAY, _DROPPED = 2e-3, 0.1, 0.2


def _groups(network: Carrier) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


@torch.no_grad()
def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return at most `count` examples: a row of cells, its last one in the window, and how good its seams are; a column likewise."""
    bank, generator = CellBank(table, model.vocabulary, model.sprites), torch.Generator().manual_seed(seed)
    found = resizes(table, [cursor.name for cursor in model.cursors])
    if not found:
        raise SessionError("these sessions hold no window that is resized by a corner")
    some = [found[index] for index in torch.randperm(len(found), generator=generator).tolist()]
    device = table.place.device
    parts: list[tuple[Tensor, ...]] = []
    for few in tqdm(
        [some[i : i + _TICKS_A_LOOK] for i in range(0, len(some), _TICKS_A_LOOK)], desc="collecting resizes"
    ):
        now = torch.tensor([resize.tick for resize in few], device=device)
        batch = assemble(table, bank, now, torch.zeros_like(now)[:, None].expand(-1, 2), crop=table.grid)
        inputs = batch.embed(model)
        _, features, _ = model(inputs)
        cells = torch.cat([features, inputs.embedded[..., 0, :]], -1).half()
        parts += [_lines(own, resize, generator) for own, resize in zip(cells, few, strict=True)]
    return Examples([torch.cat(column)[:count] for column in zip(*parts, strict=True)])


def _lines(cells: Tensor, resize: Resize, generator: torch.Generator) -> tuple[Tensor, ...]:
    """Return some rows of cells (rows, columns, C) of a window, their last column and how good their seams are; columns likewise."""
    last_column, last_row = cell_at(resize.box[None, [3, 2]] - 1, (cells.shape[0], cells.shape[1]))
    found: list[Tensor] = []
    for lines, last, scores in (
        (cells, last_column, resize.across),
        (cells.transpose(0, 1), last_row, resize.down),
    ):
        telling = torch.nonzero(scores.any(1)).flatten()
        which = telling[torch.randint(len(telling), (_OF_A_RESIZE,), generator=generator)]
        device = cells.device
        found += [lines[which.to(device)], last.to(device).expand(_OF_A_RESIZE), scores[which].to(device)]
    return tuple(found)


def _loss(network: Carrier, examples: Examples, generator: torch.Generator) -> Tensor:
    row, last_column, across, column, last_row, down = examples.tensors
    row, column = (F.dropout(line.float(), _DROPPED, network.training) for line in (row, column))
    return F.cross_entropy(seam_odds(network.across, row, last_column), across) + F.cross_entropy(
        seam_odds(network.down, column, last_row), down
    )


CARRIER = Lesson("carrier", _collect, _loss, _groups, examples=4_000, batch=64)
