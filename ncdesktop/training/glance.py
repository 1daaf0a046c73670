"""The glance's lesson: recorded moments, whether anything happened in them, and which shape the pointer had."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.errors import SessionError
from ncdesktop.keysyms import TYPING
from ncdesktop.model.glance import Glance
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.moments import Moments
from ncdesktop.training.table import Table

__all__ = ["GLANCE"]

_RATE, _DECAY = 1e-3, 0.05
_HIDDEN_SHAPES, _WRONG_SHAPES = 0.25, 0.12
"""Shares of the moments in which the shape before is not told, and in which another one is: it stays nearly always, and would
else be all that is looked at; in a dream it may have stood wrong."""
_SHAPE_WEIGHT = 0.5
_RARE = 0.5
"""Of n moments of a kind, each is drawn with a weight of n to the power of minus this."""
_SINCE = (0, 3, 12)
"""Ticks since the last input that make moments of different kinds."""
_RESTED = (0, 5, 8, 20)
"""Likewise since the pointer moved: tooltips come where it has rested for seven ticks, in one of five thousand."""


def _groups(network: Glance) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return `count` moments, rare kinds of input more often than they come: of a right click there is one in a thousand. What
    follows from an input is learned at its natural rate, for it is by the input alone that they are drawn."""
    ticks = torch.nonzero(table.since_start.cpu() > 0).flatten()
    if not len(ticks):
        raise SessionError("these sessions are too short to learn a glance from")
    _, kind, size = _inputs(table)[ticks].unique(dim=0, return_inverse=True, return_counts=True)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.multinomial(size[kind].float() ** -_RARE, count, replacement=True, generator=generator)
    return Moments.of(ticks[drawn], table, model)


def _inputs(table: Table) -> Tensor:
    """Return (N, ...) int64: which buttons, wheel and keys were touched or are held in each tick, and how long ago any was, and the
    pointer moved."""
    touched = (table.features[:, 2:14] != 0).long().cpu()
    ago = torch.stack([table.since_edge > limit for limit in _SINCE], 1)
    number = torch.arange(len(table))
    rested = number - torch.where(table.moving, number, 0).cummax(0).values
    still = torch.stack([rested > limit for limit in _RESTED], 1)
    keys = table.keys.long().cpu()
    keys = torch.where(torch.isin(keys, torch.tensor(TYPING)), TYPING[0], keys)  # one kind of input
    return torch.cat([touched, keys, ago.long(), still.long()], 1)


def _doubt_shapes_(seen: Glimpse, cursors: int, generator: torch.Generator) -> None:
    """Let the pointer's shape not be known in some of the moments, and be a wrong one in some, in place."""
    drawn, other = torch.rand(2, len(seen.cursor), generator=generator).to(seen.cursor.device)
    seen.cursor = torch.where(drawn < _WRONG_SHAPES, (other * (cursors + 1)).long(), seen.cursor)
    seen.cursor = torch.where(drawn > 1 - _HIDDEN_SHAPES, cursors, seen.cursor)


def _loss(network: Glance, moments: Examples, generator: torch.Generator) -> Tensor:
    assert isinstance(moments, Moments)
    table, ticks, seen = moments.table, moments.ticks, moments.seen()
    if network.training:
        moments.vary_(seen, generator)
        _doubt_shapes_(seen, moments.cursors, generator)
    expected = network(seen)
    changed = (table.place[ticks] != table.place[ticks - 1]).any(1)
    missed = F.binary_cross_entropy_with_logits(expected.change, changed.float())
    shapes = F.cross_entropy(expected.shapes, table.cursor[ticks].long(), ignore_index=-1)
    return missed + _SHAPE_WEIGHT * torch.nan_to_num(shapes)  # there may be none that it knows


GLANCE = Lesson("glance", _collect, _loss, _groups, examples=500_000, batch=192)
