"""The panel's buttons, one for each window: known as wholes, so that a row of them is never put together from pieces of several.

Cell by cell titles ran into each other as soon as two windows were open. What the cells become is the network's; the row of whole
buttons that is nearest to that is what the panel shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.screen import cells_of, screen_of
from ncdesktop.model.sprites import Sprites
from ncdesktop.model.state import ScreenState
from ncdesktop.world import CELL

__all__ = ["NO_ROW", "Row", "Taskbar", "with_whole_buttons"]

Box = tuple[int, int, int, int]
_CHANGED = 3.0
"""What a pixel counts that changes in the tick, in telling which button comes; others count one: a button comes in two ticks, a piece in each."""
_NEAR, _KNOWN = 12, 0.6
"""Values of 255 that are nearly the same, and the share of pixels that are, from which on a row is one of known buttons at all."""
_RECOUNTS_TICKS = 8
"""So long there are no more and no fewer once there have become: a window opens in several ticks, a piece in each, but is one."""
_GROUND, _COLOURED = (slice(5, 17), slice(4, 7)), 30
"""Where nothing is on a button, and by how much of 255 its colours differ there at least if it is lit."""
_TITLE, _INK, _SAME_TITLE = (slice(3, 19), slice(8, 60)), 40, 0.05
"""Where icon and the beginning of a title are, by how much of 255 they differ from the ground, and the share of these pixels in which one title may
differ from itself, lit and unlit."""
_RETITLED = 2.5e6
"""Squared distance that another title costs a button that stays: half of that of two titles."""
_STEP = 2
"""Of so many pixels across and down one is compared."""


@dataclass(frozen=True)
class Row:
    """Where the buttons are: box (top, left, bottom, right) of all, pixels; each is as wide as the others, `widest` at most."""

    box: Box
    widest: int

    def slots(self, count: int) -> list[tuple[int, int]]:
        """Return (left, right) of each of so many buttons, from the left edge of the box on."""
        width = self.box[3] - self.box[1]
        if count * self.widest <= width:
            return [(place * self.widest, (place + 1) * self.widest) for place in range(count)]
        edges = [round(width * place / count) for place in range(count + 1)]
        return list(pairwise(edges))

    def holds(self, sizes: Sequence[tuple[int, int]], screen: tuple[int, ...]) -> bool:
        """Tell whether buttons of such sizes (height, width) can be in it, on a screen (height, width)."""
        top, left, bottom, right = self.box
        inside = 0 <= top <= bottom <= screen[0] and 0 <= left <= right <= screen[1] and self.widest > 0
        return inside and all(height == bottom - top and 0 < width <= right - left for height, width in sizes)

    def width(self, count: int) -> int:
        """Return how wide each of so many is, or the narrowest of them."""
        return min(right - left for left, right in self.slots(count))


NO_ROW = Row((0, 0, 0, 0), 1)
"""Of a screen without any."""


@dataclass(frozen=True)
class _Fit:
    """A row (h, w, 3) of so many buttons, and how far it is from what it has been fitted to."""

    count: int
    cost: float
    shown: Tensor


@dataclass(frozen=True)
class _Looks:
    """What a button of some width can look like: images (N, h, w, 3) uint8."""

    images: Tensor

    @cached_property
    def lit(self) -> Tensor:
        """(N,) bool: which are of the active window's button: their ground has a colour."""
        ground = self.images[:, _GROUND[0], _GROUND[1]].float().mean((1, 2))
        return ground.amax(-1) - ground.amin(-1) > _COLOURED

    @cached_property
    def compared(self) -> tuple[Tensor, Tensor]:
        """Their pixels that are compared (N, D), and these squared."""
        pixels = _compared(self.images)
        return pixels, pixels.square()

    @cached_property
    def titles(self) -> Tensor:
        """(N, D) bool: where icon and the beginning of the title are, lit or not."""
        ground = self.images[:, _TITLE[0], _GROUND[1].stop - 1 : _GROUND[1].stop].int()
        return ((self.images[:, _TITLE[0], _TITLE[1]].int() - ground).abs().amax(-1) > _INK).flatten(1)

    def costs(self, shown: Tensor, weight: Tensor | None = None) -> Tensor:
        """Return (N,) the squared distance of each to what is shown (h, w, 3), of which pixels count what their weight (h, w) is, else one."""
        (pixels, squared), own = self.compared, _compared(shown)
        wide = torch.ones_like(own) if weight is None else _compared(weight[..., None].expand(shown.shape))
        return squared @ wide - 2 * pixels @ (wide * own) + (wide * own.square()).sum()


class Taskbar:
    """buttons: images (h, w, 4) uint8, each as wide as buttons of some count are

    row:   where they are
    start: (H, W, 3) uint8: a screen without any
    """

    def __init__(self, buttons: Sprites, row: Row, start: Tensor) -> None:
        top, left, bottom, right = row.box
        self.buttons, self.row, self._bare = buttons, row, start[top:bottom, left:right]

    @cached_property
    def _known(self) -> dict[int, _Looks]:
        """For each count of which there are any, what they look like."""
        known, count = {}, 1
        least = min((width for _, width in self.buttons.sizes), default=self.row.widest + 1)
        while (width := self.row.width(count)) >= least:
            images = [image[..., :3] for image in self.buttons.images if image.shape[1] == width]
            if images:
                known[count] = _Looks(torch.stack(images))
            count += 1
        return known

    def settled(self, before: Tensor, after: Tensor, *, recounts: bool = True) -> tuple[Tensor, bool] | None:
        """Return the row (h, w, 3) of whole buttons, known ones or as they were, that is nearest to what one becomes, and whether they became
        one more or one less; None if there were others than known ones.

        before, after: (h, w, 3) uint8, on the CPU
        recounts:      they may
        """
        stood = min(self._fits(before), key=lambda fit: fit.cost)
        apart = (before.int() - stood.shown.int()).abs().amax(-1)
        if float((apart < _NEAR).float().mean()) < _KNOWN:
            return None
        fits = self._fits(after, self._stood(stood.count, before, after))
        near = [fit for fit in fits if abs(fit.count - stood.count) <= recounts]
        best = min(near, key=lambda fit: fit.cost)
        return best.shown, best.count != stood.count

    def _fits(self, row: Tensor, stood: "_Stood | None" = None) -> list[_Fit]:
        """Return the best fit of each count to a row (h, w, 3), of whose buttons one at most is lit; stood: those that were there, which may keep
        their looks, and keep their titles if these fit about as well."""
        apart = (row.float() - self._bare.float()).square()[::_STEP, ::_STEP]
        fits = [_Fit(0, float(apart.sum()), self._bare)]
        for count, known in self._known.items():
            slots, width = self.row.slots(count), self.row.width(count)
            best = [
                _best(row, slice(left, left + width), known, stood, place, count)
                for place, (left, _) in enumerate(slots)
            ]
            gains = [unlit.unlikely - lit.unlikely for unlit, lit in best]
            brightest = max(range(count), key=lambda place: gains[place])
            chosen = [looks[place == brightest and gains[place] > 0] for place, looks in enumerate(best)]
            shown = self._bare.clone()
            for (left, right), look in zip(slots, chosen, strict=True):
                shown[:, left:right] = look.image[:, -1:]
                shown[:, left : left + width] = look.image
            rest = float(apart[:, -(-slots[-1][1] // _STEP) :].sum())
            fits.append(_Fit(count, rest + sum(look.cost for look in chosen), shown))
        return fits

    def _stood(self, count: int, before: Tensor, after: Tensor) -> "_Stood":
        """Return the buttons of a row (h, w, 3) that has so many, and becomes another."""
        width = self.row.width(count) if count else 0
        looks = [_Looks(before[None, :, left : left + width]) for left, _ in self.row.slots(count)]
        return _Stood(count, looks, torch.where((before != after).any(-1), _CHANGED, 1.0))


@dataclass(frozen=True)
class _Look:
    """How a button would look (h, w, 3), how unlikely that is, and how far from what it has been fitted to."""

    unlikely: float
    cost: float
    image: Tensor


@dataclass(frozen=True)
class _Stood:
    """So many buttons, how they looked, each one `_Looks` of one image, and what pixels of the row (h, w) count in telling which one comes."""

    count: int
    looks: list[_Looks]
    weight: Tensor

    def is_new(self, titles: Tensor, place: int, count: int) -> Tensor:
        """Return (N,) bool: which titles (N, D) the button at a place of `count` did not have; what comes comes last, and any may go."""
        like = self.looks if count < self.count else self.looks[place : place + 1]
        return torch.stack([(titles != look.titles).float().mean(1) > _SAME_TITLE for look in like]).all(0)


def _best(
    row: Tensor, slot: slice, known: _Looks, stood: _Stood | None, place: int, count: int
) -> tuple[_Look, _Look]:
    """Return what the button at a place of `count`, in a slot of a row (h, w, 3), looks like best, unlit and lit."""
    own, images, lit = row[:, slot], known.images, known.lit
    costs = unlikely = known.costs(own)
    if stood is not None and place >= stood.count:
        unlikely = known.costs(own, stood.weight[:, slot])
    elif stood is not None:
        costs = costs + _RETITLED * stood.is_new(known.titles, place, count)
        if stood.count == count:
            kept = stood.looks[place]
            costs = torch.cat([kept.costs(own), costs])
            images, lit = torch.cat([kept.images, images]), torch.cat([kept.lit, lit])
        unlikely = costs
    unlit, bright = (
        _Look(float(these.min()), float(costs[these.argmin()]), images[these.argmin()])
        for these in (unlikely.masked_fill(lit != is_lit, torch.inf) for is_lit in (False, True))
    )
    return unlit, bright


def _compared(images: Tensor) -> Tensor:
    """Return those pixels of images (..., h, w, 3) that are compared, (..., D) float."""
    return images[..., ::_STEP, ::_STEP, :].float().flatten(-3)


def with_whole_buttons(
    taskbar: Taskbar, state: ScreenState, cells: Sequence[Tensor], choice: Tensor, pixels: Tensor, tick: int
) -> tuple[tuple[Tensor, Tensor], Tensor, Tensor]:
    """Return what changes on one screen with whole buttons where any of the panel's row do; the state notes whether there are more or fewer then.

    cells:  (rows, columns) of what changes (N,); choice (N,), pixels (N, 16, 16, 3) uint8: what it becomes
    returns: the same; cells that were not to change become contents of the vocabulary
    """
    rows, columns = cells
    top, left, bottom, right = taskbar.row.box
    first, last = (top // CELL, left // CELL), (-(-bottom // CELL), -(-right // CELL))
    inside = (rows >= first[0]) & (rows < last[0]) & (columns >= first[1]) & (columns < last[1])
    if not taskbar.buttons.sizes or not bool(inside.any()):
        return (rows, columns), choice, pixels
    before = state.contents[first[0] : last[0], first[1] : last[1], 0]
    after, source = before.clone(), choice.new_full(before.shape[:2], Choice.DICTIONARY)
    own = rows[inside] - first[0], columns[inside] - first[1]
    after[own], source[own] = pixels[inside], choice[inside]
    y, x = top - first[0] * CELL, left - first[1] * CELL
    part = slice(y, y + bottom - top), slice(x, x + right - left)
    shown = screen_of(after)
    recounts = tick - int(state.recounted_at) > _RECOUNTS_TICKS
    settled = taskbar.settled(screen_of(before)[part].cpu(), shown[part].cpu(), recounts=recounts)
    if settled is None:
        return (rows, columns), choice, pixels
    shown[part], recounted = settled
    if recounted:
        state.recounted_at = torch.full_like(state.recounted_at, tick)
    after = cells_of(shown)
    differs = (after != before).flatten(2).any(-1)
    differs[own] = True
    new_rows, new_columns = torch.nonzero(differs, as_tuple=True)
    rows = torch.cat([rows[~inside], new_rows + first[0]])
    columns = torch.cat([columns[~inside], new_columns + first[1]])
    choice = torch.cat([choice[~inside], source[differs]])
    return (rows, columns), choice, torch.cat([pixels[~inside], after[differs]])
