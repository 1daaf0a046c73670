"""The finder's lesson: recorded screens, points of them, and the windows that are seen there, as the labels tell."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.errors import SessionError
from ncdesktop.model.drag import NOWHERE
from ncdesktop.model.finder import Finder
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import screen_of
from ncdesktop.model.sprites import overlap
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.layouts import WINDOWS, settled
from ncdesktop.training.moments import Moments
from ncdesktop.training.table import Table
from ncdesktop.world import CELL

__all__ = ["FINDER"]

_RATE, _DECAY = 2e-3, 0.05
_POINTS = 16
"""Of a screen; every other one lies in the title of one of the two windows at the front."""
_TITLE_PX = 20
_PASTED, _SHOWN_PX = 0.6, 48
"""Share of the times, of two for each screen, that the window at the front of another screen is put in front, at any place, of which so many
pixels are on the screen: of windows that recordings hold few are at few places."""
_PANEL_PX = 23
"""Nothing lies over the panel along the upper edge."""
_UNCHANGED = 0.25
"""Share of the screens that are drawn from all, as they come; the others from those that have just changed."""


def _groups(network: Finder) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return `count` screens and the boxes of the windows on them, those at the front first, all NOWHERE where there are no more."""
    still = settled(table) & torch.tensor([layout is not None for layout in table.windows])
    if not any(table.windows):
        raise SessionError("these sessions hold no labels of windows that a finder could learn from")
    changed = torch.nonzero(still & (table.changes > 0)).flatten()
    every = torch.nonzero(still).flatten()
    generator = torch.Generator().manual_seed(seed)
    few = round(count * _UNCHANGED) if len(changed) else count
    ticks = torch.cat(
        [
            some[torch.randint(len(some), (number,), generator=generator)]
            for some, number in ((every, few), (changed, count - few))
            if number
        ]
    )
    ticks = ticks[torch.randperm(len(ticks), generator=generator)]
    boxes = torch.full((len(ticks), WINDOWS, 4), NOWHERE)
    for place, tick in enumerate(ticks.tolist()):
        shown = [box for _, *box, minimised in table.windows[tick] or () if not minimised][:WINDOWS]
        boxes[place, : len(shown)] = torch.tensor(shown).view(-1, 4)
    device = table.place.device
    return Moments([ticks.to(device), boxes.to(device)], table, torch.empty(0), 0)  # of pixels alone


def _points(boxes: Tensor, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Return points (B, _POINTS, 2), (x, y) pixels, of screens of `size` (height, width) with windows in boxes (B, WINDOWS, 4)."""
    drawn = torch.rand(len(boxes), _POINTS, 2, generator=generator).to(boxes.device)
    anywhere = drawn * drawn.new_tensor([size[1], size[0]])
    which = torch.randint(2, (len(boxes), _POINTS), generator=generator).to(boxes.device)
    top, left, _, right = boxes.gather(1, which[..., None].expand(-1, -1, 4)).unbind(-1)
    title = torch.stack([left + drawn[..., 0] * (right - left), top + drawn[..., 1] * _TITLE_PX], -1)
    on_title = (torch.arange(_POINTS, device=boxes.device) % 2 == 0) & (right > left)
    points = torch.where(on_title[..., None], title, anywhere).long()
    return points.clamp(min=0).minimum(points.new_tensor([size[1] - 1, size[0] - 1]))


def _seen_at(points: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
    """Return the boxes (B, P, 4) of the windows that are seen at points (B, P, 2), of those in boxes (B, WINDOWS, 4), and where one is."""
    x, y = points[:, :, None].unbind(-1)
    top, left, bottom, right = boxes[:, None].unbind(-1)
    inside = (y >= top) & (y < bottom) & (x >= left) & (x < right)
    first = inside.long().argmax(2)
    return boxes.gather(1, first[..., None].expand(-1, -1, 4)), inside.any(2)


def _paste_(screens: Tensor, boxes: Tensor, generator: torch.Generator) -> None:
    """Put windows of some of the screens (B, H, W, 3), whose windows are in boxes (B, WINDOWS, 4), those at the front first, in front of what
    others show, in place."""
    count, height, width, _ = screens.shape
    images = []
    for screen, (top, left, bottom, right) in zip(screens, boxes[:, 0].tolist(), strict=True):
        whole = top >= _PANEL_PX and left >= 0 and bottom <= height and right <= width
        images.append(screen[top:bottom, left:right].clone() if whole else None)
    for which in range(2 * count):
        drawn, y, x = torch.rand(3, generator=generator).tolist()
        image = images[int(torch.randint(count, (), generator=generator))]
        if drawn > _PASTED or image is None:
            continue
        tall, wide = image.shape[:2]
        top = round(_PANEL_PX + y * (height - _SHOWN_PX - _PANEL_PX))
        left = round(_SHOWN_PX - wide + x * (width + wide - 2 * _SHOWN_PX))
        here, own = overlap(screens.shape[1:], image.shape, top, left)
        screens[which % count][here] = image[own]
        boxes[which % count] = boxes[which % count].roll(1, 0)
        boxes[which % count, 0] = boxes.new_tensor([top, left, top + tall, left + wide])


def _loss(network: Finder, moments: Examples, generator: torch.Generator) -> Tensor:
    assert isinstance(moments, Moments)
    table, (ticks, boxes) = moments.table, moments.tensors
    ids = table.entry[table.place[ticks].long(), 0].long().unflatten(1, table.grid)
    height, width = (length * CELL for length in table.grid)
    screens = screen_of(table.cells[ids])
    if network.training:
        boxes = boxes.clone()
        _paste_(screens, boxes, generator)
    points = _points(boxes, (height, width), generator)
    seen, there = _seen_at(points, boxes)
    which = torch.arange(len(ticks), device=ticks.device)[:, None].expand(there.shape)
    odds, found = network.odds(network.seen(screens), which.flatten(), points.flatten(0, 1))
    missed = F.binary_cross_entropy_with_logits(found, there.flatten().float())
    if not there.any():
        return missed
    top, left, bottom, right = seen[there].unbind(1)
    edges = ((top, height), (bottom - 1, height), (left, width), (right - 1, width))
    for of, (edge, length) in zip(odds, edges, strict=True):
        missed = missed + F.cross_entropy(of[there.flatten()], edge.clamp(0, length - 1))
    return missed


FINDER = Lesson("finder", _collect, _loss, _groups, examples=100_000, batch=8)
