"""The pointer shape's lesson: what lies under the pointer, and what the user does, mostly where the pointer moves."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from ncdesktop.errors import SessionError
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.selector import Selector
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.table import Table
from ncdesktop.world import CELL

__all__ = ["CURSOR"]

_TICKS_A_LOOK = 8
_CROP = (12, 16)
_AS_THEY_COME = 0.4
"""Share of the ticks that are drawn as they come; the others are as many of each shape."""
_HIDDEN, _WRONG = 0.3, 0.3
"""Shares of the ticks in which the shape before is not told, and in which another one is: in a dream it may have stood wrong."""
_RATE, _DECAY, _DROPPED = 2e-3, 0.1, 0.2


def _groups(network: Selector) -> list[dict[str, Any]]:
    own = [parameter for name, parameter in network.named_parameters() if name.startswith("cursor_")]
    return [{"params": own, "lr": _RATE, "weight_decay": _DECAY}]


@torch.no_grad()
def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return about `count` ticks: features of the cell under the pointer, action, shape before, shape."""
    bank, generator = CellBank(table, model.vocabulary, model.sprites), torch.Generator().manual_seed(seed)
    shape = table.cursor.cpu().long()
    before = torch.cat([shape[:1], shape[:-1]])
    useful = (shape >= 0) & (before >= 0) & (table.since_start.cpu() > 0) & (table.moving | (shape != before))
    every = torch.nonzero(useful).flatten()
    if not len(every):
        raise SessionError(
            "in these sessions the pointer never moves, or has shapes that the model does not know"
        )
    shapes = [every[shape[every] == own] for own in shape[every].unique()]
    wanted = [round(count * _AS_THEY_COME), *[round(count * (1 - _AS_THEY_COME) / len(shapes))] * len(shapes)]
    ticks = torch.cat(
        [
            group[torch.randperm(len(group), generator=generator)[:number]]
            for group, number in zip([every, *shapes], wanted, strict=True)
        ]
    )
    ticks = ticks[torch.randperm(len(ticks), generator=generator)]
    rows, columns = table.grid
    crop = min(_CROP[0], rows), min(_CROP[1], columns)
    limits = torch.tensor([rows - crop[0], columns - crop[1]], device=table.place.device)
    parts: list[tuple[Tensor, ...]] = []
    for some in tqdm(ticks.split(_TICKS_A_LOOK), desc="collecting pointer shapes"):
        at = some.to(table.place.device)
        cell = (table.points[at, 0] / CELL).long().flip(1)
        corner = (cell - torch.tensor(crop, device=at.device) // 2).clamp(min=0).minimum(limits)
        batch = assemble(table, bank, at, corner, crop=crop)
        inputs = batch.embed(model)
        _, features, action = model(inputs)
        told = before[some].to(at.device), shape[some].to(at.device)
        parts.append((model.selector.at_pointer(features, inputs), action, *told))
    return Examples([torch.cat(column) for column in zip(*parts, strict=True)])


def _loss(network: Selector, ticks: Examples, generator: torch.Generator) -> Tensor:
    at, action, before, shape = ticks.tensors
    at, action = (F.dropout(what, _DROPPED, network.training) for what in (at, action))
    count = network.cursor_out.out_features
    drawn = torch.rand(len(shape), generator=generator).to(shape.device)
    other = (torch.rand(len(shape), generator=generator).to(shape.device) * count).long()
    other = torch.where(drawn < _WRONG / 2, 0, other)  # half of the time it is the arrow
    before = torch.where(drawn < _WRONG, other, torch.where(drawn > 1 - _HIDDEN, count, before))
    return F.cross_entropy(network.shapes(at, action, before), shape)


CURSOR = Lesson("selector", _collect, _loss, _groups, examples=8_000, batch=256, way=0.5)
"""Half of the way: all of it knows best when a shape changes, and changes it one time in six when it should stay."""
