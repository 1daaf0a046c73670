"""Which windows a screen shows, as the finder sees them, taken as the things that are known: of a screen that was not dreamt."""

import math

import torch
from torch import Tensor

from ncdesktop.model.finder import Finder
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.state import LONG_AGO, ScreenState
from ncdesktop.model.things import (
    add_,
    bring_,
    covers,
    doubt_,
    forget_,
    is_seen_in,
    known,
    on_screen,
    refresh_,
    visible,
)
from ncdesktop.world import CELL

__all__ = ["look_closely_", "perceive_", "windows_seen"]

_ASKED = 80
"""Points of a screen, about so many, that are asked what lies there."""
_ALIKE, _SAME = 0.7, 0.8
"""Shares of each of two boxes that are in the other, from which on two answers are about one window, and two windows are one."""
_ANSWERS, _OF_ALL = 2, 0.3
"""So many answers make a window, and such a share of the points in it."""
_SURE = 0.4
"""How likely an edge has to be, in the mean of the answers."""
_RESIZED = 0.6
"""Share of each of two boxes that is in the other, from which on a window has been resized, and is no other."""
_GONE = 0.4
"""Share of a thing that would have to be seen, from which on it has gone if it is not."""


def windows_seen(finder: Finder, screen: Tensor, within: Tensor | None = None) -> list[Tensor]:
    """Return the boxes (4,) of the windows on a screen (H, W, 3), those at the front first.

    Many points are asked; those whose answers are about one window tell its edges together.

    within: (4,) a box in which alone they are asked
    """
    rows, columns = finder.config.grid
    every = max(1, round(math.sqrt(rows * columns / _ASKED)))
    y, x = (torch.arange(every // 2, length, every, device=screen.device) for length in (rows, columns))
    points = torch.cartesian_prod(x, y) * CELL + CELL // 2
    if within is not None:
        points = points[_inside(points, within)]
    which = torch.zeros(len(points), dtype=torch.int64, device=screen.device)
    odds, there = finder.odds(finder.seen(screen[None]), which, points)
    told = there > 0
    chances = [of[told].float().log_softmax(1) for of in odds]
    boxes, asked, found = _likeliest(chances), points[told], list[tuple[Tensor, Tensor]]()
    alike = _cover(boxes, boxes).minimum(_cover(boxes, boxes).T) > _ALIKE
    for seed in alike.sum(1).argsort(descending=True).tolist():
        about = alike[seed]
        for _, others in found:
            about = about & ~others
        if not bool(about[seed]):
            continue
        (box,) = _likeliest([of[about].sum(0, keepdim=True) for of in chances])
        edges = zip(chances, (box - box.new_tensor([0, 0, 1, 1]))[[0, 2, 1, 3]].tolist(), strict=True)
        sure = min(float(of[about, edge].detach().exp().mean()) for of, edge in edges)
        about = about & _inside(asked, box)
        enough = max(_ANSWERS, _OF_ALL * int(_inside(points, box).sum()))
        known = any(min(covers(box, other), covers(other, box)) > _SAME for other, _ in found)
        if (
            sure > _SURE
            and int(about.sum()) >= enough
            and not known
            and bool((box[2:] - box[:2] >= CELL).all())
        ):
            found.append((box, about))
    return _in_order(found, asked)


def _likeliest(chances: list[Tensor]) -> Tensor:
    """Return the likeliest boxes (N, 4); chances: of the pixels that top, bottom, left and right are, (N, length) each."""
    top, bottom, left, right = (of.argmax(1) for of in chances)
    return torch.stack([top, left, bottom + 1, right + 1], 1)


def _cover(boxes: Tensor, others: Tensor) -> Tensor:
    """Return (N, M): which share of each of the others (M, 4) lies in each of the boxes (N, 4)."""
    first, last = boxes[:, None, :2].maximum(others[:, :2]), boxes[:, None, 2:].minimum(others[:, 2:])
    sizes = (others[:, 2:] - others[:, :2]).clamp(min=1).prod(1)
    return (last - first).clamp(min=0).prod(2) / sizes


def _inside(points: Tensor, box: Tensor) -> Tensor:
    """Return (N,) bool: which points (N, 2), (x, y) pixels, lie in a box (4,)."""
    return (points.flip(1) >= box[:2]).all(1) & (points.flip(1) < box[2:]).all(1)


def _in_order(found: list[tuple[Tensor, Tensor]], points: Tensor) -> list[Tensor]:
    """Return boxes found, those at the front first: where two overlap, the one is in front that is seen at the more of the points (N, 2)
    there; with each is given at which of them it is seen (N,)."""

    def before(one: int, other: int) -> bool:
        both = _inside(points, found[one][0]) & _inside(points, found[other][0])
        return int((found[one][1] & both).sum()) > int((found[other][1] & both).sum())

    left, ordered = list(range(len(found))), list[Tensor]()
    while left:
        first = min(left, key=lambda one: sum(before(other, one) for other in left))
        left.remove(first)
        ordered.append(found[first][0])
    return ordered


def perceive_(model: NCGUIWorld, state: ScreenState, tick: int) -> None:
    """Take the windows that a screen shows as the things that are known, in place; those known before stay what they are as far as they
    are still there."""
    found = windows_seen(model.finder, state.screen)
    for box in reversed(found):
        match = next((place for place in known(state) if is_seen_in(state, place, box)), None)
        if match is not None:
            bring_(state, match)
            state.gone_at[0] = LONG_AGO
            continue
        for place in reversed(on_screen(state)):
            own = state.boxes[place]
            resized = min(covers(own, box), covers(box, own)) > _RESIZED
            if resized and not any(is_seen_in(state, place, other) for other in found):
                forget_(state, place)
        add_(state, box, tick)
        doubt_(state)
        state.exact[0] = True
    for place in on_screen(state)[len(found) :]:
        if visible(state, place) > _GONE:
            state.gone_at[place] = tick
    refresh_(state)


def look_closely_(model: NCGUIWorld, state: ScreenState) -> None:
    """Let the box of the thing at the front, if it is not known to the pixel, be that in which the finder sees it, in place: where a sprite has
    opened, more may have changed than a window."""
    front = on_screen(state)[:1]
    if not front or bool(state.exact[front[0]]):
        return
    place, own, came_at = front[0], state.boxes[front[0]].clone(), int(state.came_at[front[0]])
    for box in windows_seen(model.finder, state.screen, own):
        if min(covers(own, box), covers(box, own)) > _RESIZED:
            if not own.equal(box):
                forget_(state, place)
                add_(state, box, came_at)
                place = 0
            break
    state.exact[place] = True
