"""The uncoverer's lesson: recorded moments in which something changes, and which groups of remembered contents came back."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.errors import SessionError
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.groups import Groups, groups_of
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.uncoverer import Uncoverer
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.batches import recorded_before
from ncdesktop.training.beginnings import AT_ONCE, forgotten
from ncdesktop.training.moments import Moments
from ncdesktop.training.table import Table

__all__ = ["UNCOVERER"]

_RATE, _DECAY = 2e-3, 0.05
_SCALE = 10.0
"""Of the loss, which groups that stay make small."""
_MOST = 0.5
"""Share of a group's contents that have to come back for the group to have come back."""


def _groups(network: Uncoverer) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return `count` moments in which something changes but by a drag, those in which much does more often."""
    ticks = torch.nonzero((table.changes > 0) & ~table.dragging).flatten()
    if not len(ticks):
        raise SessionError("nothing changes in these sessions that an uncoverer could learn from")
    weight = table.changes[ticks].float().clamp(max=400).sqrt()
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.multinomial(weight, count, replacement=True, generator=generator)
    return Moments.of(ticks[drawn], table, model)


def _remembered(
    moments: Moments, seen: Glimpse, began: Tensor, at_once: Tensor
) -> tuple[Groups, Tensor, Tensor]:
    """Return the groups on the moments' screens, ids of what these show and remember, and which contents came back, likewise; and let
    what is `seen`, in place, be as old as the groups have it.

    began: (B,) ticks since the dream began; at_once (B,) bool: all came then, over what lay directly beneath
    """
    table, ticks = moments.table, moments.ticks
    before = recorded_before(table, ticks)
    ids, age, left = (what.unflatten(1, table.grid) for what in (before.ids, before.age, before.left))
    age, left, gone = forgotten(age.float(), left.float(), began, at_once)
    seen.age = age
    groups = groups_of(left, (ids[..., 1:] < 0) | gone, age, seen.points, seen.ages)
    true = table.entry[table.place[ticks].long(), 0].long().unflatten(1, table.grid)
    came = (ids[..., 1:] == true[..., None]) & (ids[..., :1] != true[..., None])
    return groups, ids.clamp(min=0), came


def _loss(network: Uncoverer, moments: Examples, generator: torch.Generator) -> Tensor:
    assert isinstance(moments, Moments)
    seen = moments.seen()
    device = seen.age.device
    began = torch.full((len(moments),), torch.inf, device=device)
    at_once = torch.zeros(len(moments), dtype=torch.bool, device=device)
    if network.training:
        began = moments.vary_(seen, generator)
        at_once = (torch.rand(len(moments), generator=generator) < AT_ONCE).to(device)
    groups, ids, came = _remembered(moments, seen, began, at_once)
    odds, back = network(seen, groups, moments.embedded, ids), groups.share(came) > _MOST
    missed = F.binary_cross_entropy_with_logits(odds, back.float(), reduction="none")
    weight = groups.size.sqrt()
    return _SCALE * (missed * weight).sum() / weight.sum().clamp(min=1)


UNCOVERER = Lesson("uncoverer", _collect, _loss, _groups, examples=100_000, batch=96)
