"""The arranger's lesson: recorded moments in which something changes, the windows that were known, and which of them went or came."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.errors import SessionError
from ncdesktop.model.arranger import Arranger, Known, cases
from ncdesktop.model.drag import NOWHERE
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.layouts import layouts_of
from ncdesktop.training.moments import Moments
from ncdesktop.training.table import Table

__all__ = ["ARRANGER"]

_RATE, _DECAY = 1e-3, 0.1
_EVENTS = 0.5
"""Share of the moments that are drawn from those in which something goes or comes; how often these come really is corrected for."""


def _groups(network: Arranger) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return `count` moments in which something changes: what was known of things (boxes, gone, order), the number of what became of them,
    see `cases`, and the log odds by which any is drawn more often than it comes."""
    layouts = layouts_of(table)
    place = {
        event.tick: (event, layouts.window[event.before].tolist().index(event.window))
        for event in layouts.events
        if event.window in layouts.window[event.before].tolist()
    }
    others = ~layouts.unsettled & (table.changes > 0) & (layouts.window[:, 0] != NOWHERE).roll(1)
    others[list(place)] = False
    if not place:
        raise SessionError("these sessions hold no labels of windows that close or come to the front")
    drawn, generator = [], torch.Generator().manual_seed(seed)
    kinds = torch.tensor(sorted(place)), torch.nonzero(others).flatten()
    few = round(count * _EVENTS) if len(kinds[1]) else count
    for ticks, number in zip(kinds, (few, count - few), strict=True):
        drawn += [ticks[torch.randint(max(len(ticks), 1), (number,), generator=generator)]]
    ticks = torch.cat(drawn)[torch.randperm(count, generator=generator)]
    oftener = math.log(few * max(len(kinds[1]), 1) / (len(place) * max(count - few, 1)))
    told = [place.get(tick) for tick in ticks.tolist()]
    before = torch.tensor(
        [own[0].before if own else tick - 1 for own, tick in zip(told, ticks.tolist(), strict=True)]
    )
    which = torch.tensor([own[1] if own else NOWHERE for own in told])
    kind = torch.tensor([own[0].kind if own else 0 for own in told])
    known = layouts.known(before, ticks)
    moments = Moments.of(ticks, table, model)
    facts = known.boxes, known.gone, known.order, cases(which, kind), torch.full((count,), oftener)
    moments.tensors += [fact.to(moments.ticks.device) for fact in facts]
    return moments


def _loss(network: Arranger, moments: Examples, generator: torch.Generator) -> Tensor:
    assert isinstance(moments, Moments)
    _, boxes, gone, order, case, oftener = moments.tensors
    seen = moments.seen()
    if network.training:
        moments.vary_(seen, generator)
    odds = network(seen, Known(boxes, gone, order)).float()
    return F.cross_entropy(torch.cat([odds[:, :1], odds[:, 1:] + oftener[:, None]], 1), case)


ARRANGER = Lesson("arranger", _collect, _loss, _groups, examples=60_000, batch=96)
