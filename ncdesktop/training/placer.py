"""The placer's lesson: recorded moments in which something changes, and what opened where, if anything did."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.errors import SessionError
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.placer import BEYOND, Placer
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.moments import Moments
from ncdesktop.training.table import Table

__all__ = ["PLACER"]

_RATE, _DECAY = 2e-3, 0.05


def _groups(network: Placer) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return `count` moments in which something changes but by a drag, as they come: in a quarter of them or so something opens."""
    ticks = torch.nonzero((table.changes > 0) & ~table.dragging).flatten()
    if not (table.sprite[ticks.to(table.place.device), 0] != NO_SPRITE).any():
        raise SessionError("these sessions hold nothing in which a sprite opens")
    drawn = torch.randint(len(ticks), (count,), generator=torch.Generator().manual_seed(seed))
    return Moments.of(ticks[drawn], table, model)


def _loss(network: Placer, moments: Examples, generator: torch.Generator) -> Tensor:
    assert isinstance(moments, Moments)
    seen = moments.seen()
    if network.training:
        moments.vary_(seen, generator)
    opened = moments.table.sprite[moments.ticks].long()
    events = network.events(seen)
    missed = F.cross_entropy(network.names_of(events).float(), opened[:, 0] - NO_SPRITE)
    which = torch.nonzero(opened[:, 0] != NO_SPRITE).flatten()
    if not len(which):
        return missed
    events, seen = events[which], seen.at(which)
    sprite, y, x = opened[which, :, None].unbind(1)
    for odds, true in (
        (network.rows_of(events, sprite, seen), y + BEYOND),
        (network.columns_of(events, sprite, y, seen), x + BEYOND),
    ):
        missed = missed + F.cross_entropy(odds.float().flatten(0, 1), true.flatten()) * len(which) / len(
            opened
        )
    return missed


PLACER = Lesson("placer", _collect, _loss, _groups, examples=200_000, batch=128)
