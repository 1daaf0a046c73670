"""Windows on recorded screens, and what became of them: what lessons aim at, never what a network sees."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ncdesktop.model.arranger import COMES, GOES, Known
from ncdesktop.model.drag import NOWHERE
from ncdesktop.model.rearrange import PRESSED
from ncdesktop.model.state import THINGS
from ncdesktop.training.labels import Layout
from ncdesktop.training.table import Table

__all__ = ["WINDOWS", "Event", "Layouts", "layouts_of", "settled"]

WINDOWS = 8
"""So many on a screen are told at most."""
_BEFORE, _AFTER = 2, 3
"""Ticks before and after which a label may tell of what the screen does not show yet, or not any more."""


@dataclass(frozen=True)
class Event:
    """One window of a layout goes, or comes to the front.

    tick:   in which the screen changes; before: the last of the layout before it
    window: its identity; kind: GOES or COMES
    """

    tick: int
    before: int
    window: int
    kind: int


@dataclass(frozen=True)
class Layouts:
    """The things that would be known after each of N ticks, those on the screen first, and what became of them.

    boxes: (N, THINGS, 4) int64; gone_at (N, THINGS) the tick they went in, NOWHERE of those on the screen; order, window (N, THINGS):
           how many came before, identities; see `Known`
    """

    boxes: Tensor
    gone_at: Tensor
    order: Tensor
    window: Tensor
    events: list[Event]
    unsettled: Tensor

    def known(self, before: Tensor, ticks: Tensor) -> Known:
        """Return what is known at `ticks` (B,), of layouts at `before` (B,)."""
        gone_at = self.gone_at[before]
        gone = torch.where(gone_at == NOWHERE, -1, (ticks[:, None] - gone_at).clamp(min=0))
        return Known(self.boxes[before], gone, self.order[before])


def settled(table: Table) -> Tensor:
    """Return (N,) bool: ticks before and after which the windows are where they are for a while, and are not dragged."""
    same = torch.tensor(
        [True, *(one == other for one, other in zip(table.windows, table.windows[1:], strict=False))]
    )
    near = torch.stack([same.roll(shift) for shift in range(-_AFTER, _BEFORE + 1)]).all(0)
    return near & (table.since_start.cpu() > _BEFORE) & ~_dragged(table, slice(None))


def _dragged(table: Table, ticks: int | slice) -> Tensor:
    """Return which of the ticks something may be dragged in, so that what happens does not answer the press."""
    return table.dragging[ticks] & (table.ages[ticks, 0].cpu() > PRESSED)


def layouts_of(table: Table) -> Layouts:
    """Return what the labels of a table tell of the windows on its screens."""
    count, events = len(table), list[Event]()
    boxes = torch.full((count, THINGS, 4), NOWHERE)
    gone_at, order, window = (torch.full((count, THINGS), NOWHERE) for _ in range(3))
    known: dict[int, _Window] = {}
    since = table.since_start.tolist()
    for tick, layout in enumerate(table.windows):
        if since[tick] == 0:
            known = {}
        elif layout == table.windows[tick - 1]:
            for of in (boxes, gone_at, order, window):
                of[tick] = of[tick - 1]
            continue
        elif event := _event(table, tick):
            events.append(event)
        shown = _update_(known, layout or (), tick)
        places = shown[:THINGS]
        places += sorted(known.keys() - set(shown), key=lambda id_: -known[id_].gone_at)[
            : THINGS - len(places)
        ]
        for id_ in known.keys() - set(places) - set(shown):
            del known[id_]
        for place, id_ in enumerate(places):
            boxes[tick, place] = torch.tensor(known[id_].box)
            gone_at[tick, place], window[tick, place] = known[id_].gone_at, id_
            order[tick, place] = sum(known[other].came_at < known[id_].came_at for other in places)
    return Layouts(boxes, gone_at, order, window, events, ~settled(table))


@dataclass
class _Window:
    box: tuple[int, ...]
    came_at: int
    gone_at: int = NOWHERE


def _update_(known: dict[int, _Window], layout: Layout, tick: int) -> list[int]:
    """Let what is known of windows be what a layout tells, in place; return those on the screen, the one at the front first."""
    shown = [id_ for id_, *_, minimised in layout if not minimised]
    for id_, *box, minimised in layout:
        own = known.setdefault(id_, _Window(tuple(box), tick))
        if not minimised:
            own.box, own.gone_at = tuple(box), NOWHERE
    for id_, own in known.items():
        if id_ not in shown and own.gone_at == NOWHERE:
            own.gone_at = tick
    return shown


def _event(table: Table, tick: int) -> Event | None:
    """Return what became of one of the windows in the tick of a label, if the layout changes by that alone."""
    before, after = (
        [id_ for id_, *_, minimised in table.windows[at] or () if not minimised] for at in (tick - 1, tick)
    )
    known = [id_ for id_, *_ in table.windows[tick - 1] or ()]
    went, came = [id_ for id_ in before if id_ not in after], [id_ for id_ in after if id_ not in before]
    if len(went) == 1 and not came:
        which, kind = went[0], GOES
    elif not went and len(came) == 1 and came[0] in known:
        which, kind = came[0], COMES
    elif not went and not came and before[:1] != after[:1]:
        which, kind = after[0], COMES
    else:
        return None
    near = range(max(tick - 1, 1), min(tick + 2, len(table)))
    seen = max(
        (at for at in near if table.session[at] == table.session[tick]), key=lambda at: int(table.changes[at])
    )
    return None if _dragged(table, seen) else Event(seen, tick - 1, which, kind)
