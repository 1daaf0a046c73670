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
    "carried_on_",
    "cells_in",
    "covers",
    "doubt_",
    "forget_",
    "imagine_",
    "is_seen_in",
    "is_stretched",
    "known",
    "on_screen",
    "refresh_",
    "shown_before",
    "thing_at",
    "unseen_beneath",
    "visible",
]

_OF_EACH = ("boxes", "images", "seen", "came_at", "rests_since", "gone_at", "exact")
_SAME_BOX = 0.9
"""Share of each of two boxes that is in the other, from which on what comes in one of them takes the place of what was in the other."""
_NEARLY_PX = 3
"""Difference of the edges of two boxes up to which they are the same."""
_STILL_THERE, _FIRST_STILL_THERE = 0.5, 0.2
"""Share of its pixels that can be seen, what is written or lights up in it since then aside; in the one at the front, all may be new."""


def known(state: ScreenState) -> list[int]:
    """Return the places of the things that are known, those at the front first."""
    return [place for place, (top, _, bottom, _) in enumerate(state.boxes.tolist()) if bottom > top]


def on_screen(state: ScreenState) -> list[int]:
    """Return the places of those that have not gone, those at the front first."""
    gone_at = state.gone_at.tolist()
    return [place for place in known(state) if gone_at[place] == LONG_AGO]


def is_seen_in(state: ScreenState, place: int, box: Tensor) -> bool:
    """Tell whether what is seen of one lies in a box (4,), which ends where the screen does, or nearly so."""
    own = state.boxes[place].clamp(min=0).minimum(box.new_tensor(state.screen.shape[:2]).repeat(2))
    return bool(((own - box).abs() <= _NEARLY_PX).all())


def thing_at(state: ScreenState, x: float, y: float) -> int | None:
    """Return the place of the one at the front at (x, y) pixels, None where none is."""
    boxes = state.boxes.tolist()
    for place in on_screen(state):
        top, left, bottom, right = boxes[place]
        if top <= y < bottom and left <= x < right:
            return place
    return None


def _looks_of(state: ScreenState, place: int, box: Tensor) -> tuple[Tensor, Tensor]:
    """Return what one shows (h, w, 3), and how far that has been seen (h, w), in the size of a box (4,)."""
    top, left, bottom, right = (
        state.taken if place == 0 and is_stretched(state) else state.boxes[place]
    ).tolist()
    part = slice(bottom - top), slice(right - left)
    image, seen = state.images[place][part], state.seen[place][part]
    height, width = (box[2:] - box[:2]).tolist()
    if seen.shape == (height, width):
        return image, seen
    seams = state.across[: bottom - top], state.down
    return stretched(image, (height, width), *seams), stretched(seen[..., None], (height, width), *seams)[
        ..., 0
    ]


def arranged(state: ScreenState, places: list[int], box: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Return the screen (H, W, 3) with the things at some places, those at the front first, and what lies behind them all; and of which
    pixels it is not known how they look then (H, W) bool, they show what they show now.

    What is seen of a thing stays as it looks now, unless it comes to the front: then it looks as it did there.

    box: (4,) of the first, if that is not where it is
    """
    there = on_screen(state)
    now, then = _fronts(state, there), _fronts(state, places, box)
    comes = bool(places) and (box is not None or places[:1] != there[:1])
    uncovered = (then == NOWHERE) & (now != NOWHERE)
    shown, unknown = state.screen.clone(), uncovered & ~state.bare
    _paint_(shown, uncovered & state.bare, state.behind)
    for number, place in enumerate(places):
        at = box if box is not None and not number else state.boxes[place]
        image, seen = _looks_of(state, place, at)
        here, own = overlap(shown.shape, image.shape, *at[:2].tolist())
        new = then[here] == place
        if number or not comes:
            new = new & (now[here] != place)
        _paint_(shown[here], new & seen[own], image[own])
        unknown[here] |= new & ~seen[own]
    return shown, unknown


def _paint_(shown: Tensor, where: Tensor, image: Tensor) -> None:
    """Let pixels (h, w, 3) show those of an image (h, w, 3) `where` (h, w) bool says so, in place; only the box around these is touched."""
    rows, columns = (torch.nonzero(where.any(axis)).flatten() for axis in (1, 0))
    if len(rows):
        part = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
        for colour in range(shown.shape[-1]):  # half the time of all at once
            of = (*part, colour)
            shown[of] = torch.where(where[part], image[of], shown[of])


def _same(one: Tensor, other: Tensor) -> Tensor:
    """Return (h, w) bool: which pixels of two images (h, w, 3) are the same."""
    red, green, blue = (one == other).unbind(-1)
    return red & green & blue


def _fronts(state: ScreenState, places: list[int], box: Tensor | None = None) -> Tensor:
    """Return (H, W) int8: which of the things at some places, those at the front first, is seen, NOWHERE where none is."""
    front = torch.full_like(state.bare, NOWHERE, dtype=torch.int8)
    for number, place in reversed(list(enumerate(places))):
        at = box if box is not None and not number else state.boxes[place]
        front[_part(state, at)[0]] = place
    return front


def refresh_(state: ScreenState, until: int | None = None) -> None:
    """Let the one at the front show what the screen shows there, and what lies behind them all likewise where none is, in place, and forget
    those that are not what they were.

    The others stay as they were when they were at the front: so they look when they come there again. Of them only what had not
    been seen yet is.

    until: what cells have become after this tick is not taken yet: it may be the first piece of a window
    """
    _settle_(state)
    stands = torch.ones_like(state.bare)
    if until is not None:
        stands = (state.changed_at <= until).repeat_interleave(CELL, 0).repeat_interleave(CELL, 1)
    covered = torch.zeros_like(state.bare)
    first, gone = True, []
    for place in on_screen(state):
        here, own = _part(state, state.boxes[place])
        image, seen, free = state.images[place][own], state.seen[place][own], ~covered[here]
        screen = state.screen[here]
        same = _same(screen, image)
        least = _FIRST_STILL_THERE if first else _STILL_THERE
        if float((same & free & seen).sum()) < least * float((free & seen).sum()):
            gone.append(place)
            continue
        taken = free & stands[here]
        _paint_(state.images[place][own], taken if first else taken & ~seen, screen)
        state.seen[place][own] |= taken
        covered[here], first = True, False
    bare = ~covered & stands
    _paint_(state.behind, bare, state.screen)
    state.bare = state.bare | bare
    for place in reversed(gone):
        forget_(state, place)


def add_(state: ScreenState, box: Tensor, tick: int) -> None:
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
            here, own = _part(state, state.boxes[places[-1]])
            seen = state.seen[places[-1]][own]
            state.behind[here] = torch.where(
                seen[..., None], state.images[places[-1]][own], state.behind[here]
            )
            state.bare[here] |= seen
        forget_(state, min(gone, key=lambda place: int(state.gone_at[place])) if gone else places[-1])
    bring_(state, len(known(state)))
    state.boxes[0], state.came_at[0], state.rests_since[0] = box, tick, tick
    state.gone_at[0], state.exact[0] = LONG_AGO, False
    here, own = _part(state, box)
    state.images[0][own], state.seen[0] = state.screen[here], False
    state.seen[0][own] = True


def bring_(state: ScreenState, place: int) -> None:
    """Let the one at a place be at the front, in place, on the screen or not."""
    _reorder_(state, [place, *(other for other in range(len(state.boxes)) if other != place)])


def carried_on_(state: ScreenState, at: Tensor, lead: Tensor, tick: int) -> None:
    """Let the one at the front at a point (2,), (x, y) pixels, if one is, be where a drag has carried it by `lead` (2,), in place."""
    place = thing_at(state, *at.tolist())
    if place is not None:
        bring_(state, place)
        state.boxes[0] += lead.flip(0).repeat(2)
        state.rests_since[0] = tick


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


def doubt_(state: ScreenState) -> None:
    """Let what lies beneath the one at the front not be known, in place, where it looks the same: it may have been seen when nobody knew that
    this one was there."""
    covered = torch.zeros_like(state.bare)
    covered[_part(state, state.boxes[0])[0]] = True
    state.bare = state.bare & ~(covered & _same(state.behind, state.screen))
    for place in on_screen(state)[1:]:
        here, own = _part(state, state.boxes[place])
        same = _same(state.images[place][own], state.screen[here])
        state.seen[place][own] &= ~(covered[here] & same)


def shown_before(state: ScreenState) -> Tensor:
    """Return (rows, columns, K) bool: what cells remember from before the thing that is seen in them was where it is."""
    rests_since = torch.full_like(state.count, LONG_AGO)
    for place in reversed(on_screen(state)):
        rests_since[cells_in(state, state.boxes[place])] = state.rests_since[place]
    return state.left_at < rests_since[..., None]


def unseen_beneath(state: ScreenState) -> Tensor:
    """Return (H, W) bool: where the one at the front lies on what has not been seen."""
    there = on_screen(state)
    under, beneath = _fronts(state, there) == there[0], _fronts(state, there[1:])
    unseen = under & (beneath == NOWHERE) & ~state.bare
    for place in there[1:]:
        here, own = _part(state, state.boxes[place])
        unseen[here] |= (under & (beneath == place))[here] & ~state.seen[place][own]
    return unseen


def imagine_(state: ScreenState, screen: Tensor) -> None:
    """Take it, in place, that beneath the one at the front lies what a screen (H, W, 3) shows, where that has not been seen."""
    there, unseen = on_screen(state), unseen_beneath(state)
    beneath = _fronts(state, there[1:])
    bare = unseen & (beneath == NOWHERE)
    state.behind, state.bare = torch.where(bare[..., None], screen, state.behind), state.bare | bare
    for place in there[1:]:
        here, own = _part(state, state.boxes[place])
        new = (unseen & (beneath == place))[here]
        state.images[place][own][new] = screen[here][new]
        state.seen[place][own] |= new


def visible(state: ScreenState, place: int) -> float:
    """Return the share of a thing that others on the screen, in front of it, do not cover; of what is on the screen of it."""
    front = _fronts(state, on_screen(state))[_part(state, state.boxes[place])[0]]
    return int((front == place).sum()) / max(front.numel(), 1)


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
    (image, seen), sizes = (
        _looks_of(state, 0, state.boxes[0]),
        [box[2:] - box[:2] for box in (state.taken, state.boxes[0])],
    )
    (old_height, old_width), (height, width) = (size.tolist() for size in sizes)
    rows = sources(old_height, height, state.down[None])[0]
    state.images[0, :height, :width], state.seen[0, :height, :width] = image, seen
    state.across[:height] = (state.across[rows] + width - old_width).clamp(min=0)
    state.down = (state.down + height - old_height).clamp(min=0)
    state.taken = torch.full_like(state.taken, NOWHERE)


def is_stretched(state: ScreenState) -> bool:
    return bool(state.taken[2] > state.taken[0])


def _part(state: ScreenState, box: Tensor) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the part of the screen where a box (4,) is, as slices of it and of an image in that box."""
    top, left, bottom, right = box.tolist()
    return overlap(state.screen.shape, (bottom - top, right - left), top, left)
