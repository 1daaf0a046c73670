"""Things that are known whole, windows and menus that opened or were carried: where they are, what they show, which lies on which.

Cells remember what they showed, each for itself; things know it together, to the pixel, so that they can be taken away, brought
to the front and carried without fraying. Whether they are is up to the network, see `ncdesktop.model.rearrange`.
"""

import torch
from torch import Tensor

from ncdesktop.model.drag import NOWHERE
from ncdesktop.model.sprites import overlap
from ncdesktop.model.state import LONG_AGO, ScreenState
from ncdesktop.model.stretch import sources, stretched
from ncdesktop.world import CELL

__all__ = [
    "add_",
    "arranged",
    "bring_",
    "cells_in",
    "forget_",
    "image_of",
    "is_stretched",
    "known",
    "on_screen",
    "refresh_",
    "thing_at",
    "under",
]

_OF_EACH = ("boxes", "images", "gone_at", "moved")
_SAME_BOX = 0.9
"""Share of each of two boxes that is in the other, from which on what comes in one of them takes the place of what was in the other."""
_STILL_THERE = 0.75
"""Share of its pixels that can be seen, what is written in it since then aside."""


def known(state: ScreenState) -> list[int]:
    """Return the places of the things that are known, those at the front first."""
    return [place for place, (top, _, bottom, _) in enumerate(state.boxes.tolist()) if bottom > top]


def on_screen(state: ScreenState) -> list[int]:
    """Return the places of those that have not gone, those at the front first."""
    gone_at = state.gone_at.tolist()
    return [place for place in known(state) if gone_at[place] == LONG_AGO]


def thing_at(state: ScreenState, x: float, y: float) -> int | None:
    """Return the place of the one at the front at (x, y) pixels, None where none is."""
    boxes = state.boxes.tolist()
    for place in on_screen(state):
        top, left, bottom, right = boxes[place]
        if top <= y < bottom and left <= x < right:
            return place
    return None


def image_of(state: ScreenState, place: int, box: Tensor | None = None) -> Tensor:
    """Return what one shows (h, w, 3), or would in the size of a box (4,)."""
    stretches = place == 0 and is_stretched(state)
    top, left, bottom, right = (state.taken if stretches else state.boxes[place]).tolist()
    image, across = state.images[place, : bottom - top, : right - left], state.across[: bottom - top]
    at = state.boxes[place] if box is None else box
    height, width = (at[2:] - at[:2]).tolist()
    return (
        image if image.shape[:2] == (height, width) else stretched(image, (height, width), across, state.down)
    )


def arranged(state: ScreenState, places: list[int], box: Tensor | None = None) -> Tensor:
    """Return the screen (H, W, 3) with the things at some places, those at the front first, and nothing else in front of what lies behind
    them all; box: (4,) of the first, if that is not where it is."""
    shown = state.behind.clone()
    for number, place in reversed(list(enumerate(places))):
        at = state.boxes[place] if number or box is None else box
        image = image_of(state, place, at)
        here, own = overlap(shown.shape, image.shape, *at[:2].tolist())
        shown[here] = image[own]
    return shown


def refresh_(state: ScreenState) -> None:
    """Let the one at the front show what the screen shows there, and what lies behind them all likewise where none is, in place, and forget
    those that are not what they were.

    The others stay as they were when they were at the front: so they look when they come there again.
    """
    _settle_(state)
    covered = torch.zeros(state.screen.shape[:2], dtype=torch.bool, device=state.screen.device)
    first, gone = True, []
    for place in on_screen(state):
        image = state.images[place]
        here, own = _seen(state, place)
        free = ~covered[here]
        same = (state.screen[here] == image[own]).all(-1)
        if float((same & free).sum()) < _STILL_THERE * float(free.sum()):
            gone.append(place)
            continue
        if first:
            image[own] = state.screen[here]
        covered[here], first = True, False
    state.behind = torch.where(covered[..., None], state.behind, state.screen)
    for place in reversed(gone):
        forget_(state, place)


def add_(state: ScreenState, box: Tensor) -> None:
    """Take it, in place, that a thing is at the front, in a box (4,) of pixels, as the screen shows it there: instead of what was known
    in that box; where none is left to spare, of what went first, or lies behind the others, nothing is known any more."""
    _settle_(state)
    boxes, places = state.boxes, known(state)
    for place in reversed(places):
        if min(covers(boxes[place], box), covers(box, boxes[place])) > _SAME_BOX:
            forget_(state, place)
    places = known(state)
    if len(places) == len(boxes):
        gone = [place for place in places if place not in on_screen(state)]
        if not gone:
            state.behind = arranged(state, places[-1:])
        forget_(state, min(gone, key=lambda place: int(state.gone_at[place])) if gone else places[-1])
    bring_(state, len(known(state)))
    state.boxes[0], state.gone_at[0], state.moved[0] = box, LONG_AGO, False
    here, own = _seen(state, 0)
    state.images[0][own] = state.screen[here]


def bring_(state: ScreenState, place: int) -> None:
    """Let the one at a place be at the front, in place, on the screen or not."""
    _reorder_(state, [place, *(other for other in range(len(state.boxes)) if other != place)])


def forget_(state: ScreenState, place: int) -> None:
    """Know nothing of the one at a place any more, in place."""
    _reorder_(state, [*(other for other in range(len(state.boxes)) if other != place), place])
    state.boxes[-1], state.gone_at[-1] = NOWHERE, LONG_AGO


def _reorder_(state: ScreenState, order: list[int]) -> None:
    """Let the things be in another order, in place; one that is not the first any more is not carried."""
    _settle_(state)
    state.holds = state.holds & (order[0] == 0)
    for name in _OF_EACH:
        setattr(state, name, getattr(state, name)[order])


def covers(box: Tensor, other: Tensor) -> float:
    """Return the share of the pixels of the other of two boxes (4,) that are in the first."""
    first, last = box[:2].maximum(other[:2]), box[2:].minimum(other[2:])
    return int((last - first).clamp(min=0).prod()) / max(int((other[2:] - other[:2]).prod()), 1)


def under(state: ScreenState, place: int) -> Tensor:
    """Return (H, W) bool: where one lies right before what lies behind them all."""
    alone = torch.zeros(state.screen.shape[:2], dtype=torch.bool, device=state.screen.device)
    alone[_seen(state, place)[0]] = True
    for other in on_screen(state):
        if other != place:
            alone[_seen(state, other)[0]] = False
    return alone


def cells_in(state: ScreenState, box: Tensor) -> Tensor:
    """Return (rows, columns) bool: cells that a box (4,) of pixels touches."""
    top, left, bottom, right = box.tolist()
    touched = torch.zeros(state.grid, dtype=torch.bool, device=state.screen.device)
    rows = slice(max(top, 0) // CELL, -(-max(bottom, 0) // CELL))
    touched[rows, max(left, 0) // CELL : -(-max(right, 0) // CELL)] = True
    return touched


def _settle_(state: ScreenState) -> None:
    """Let what was stretched keep the size that it has, in place."""
    if not is_stretched(state):
        return
    image, sizes = image_of(state, 0), [box[2:] - box[:2] for box in (state.taken, state.boxes[0])]
    (old_height, old_width), (height, width) = (size.tolist() for size in sizes)
    rows = sources(old_height, height, state.down[None])[0]
    state.images[0, :height, :width] = image.clone()
    state.across[:height] = (state.across[rows] + width - old_width).clamp(min=0)
    state.down = (state.down + height - old_height).clamp(min=0)
    state.taken = torch.full_like(state.taken, NOWHERE)


def is_stretched(state: ScreenState) -> bool:
    return bool(state.taken[2] > state.taken[0])


def _seen(state: ScreenState, place: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the part of the screen where one is, as slices of it and of the image."""
    top, left, bottom, right = state.boxes[place].tolist()
    return overlap(state.screen.shape, (bottom - top, right - left), top, left)
