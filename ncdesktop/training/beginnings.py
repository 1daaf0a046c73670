"""Dreams that began lately: most of what a screen remembers is forgotten, so that the picture alone is enough to go on from.

In recordings a window's age, what it covered and the click that opened it go together, and a network comes to rely on them:
in a dream begun from a picture of a terminal it typed nothing.
"""

import torch
from torch import Tensor

from ncdesktop.actions import HISTORY, LONG_AGO
from ncdesktop.model.choices import Choice
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.inputs import AGE_LIMIT, TickInputs, around
from ncdesktop.model.screen import pixels_in
from ncdesktop.training.batches import Batch, label_fresh_

__all__ = ["AT_ONCE", "forget_", "forget_input_", "forgotten"]

_FORGETFUL, AT_ONCE = 0.2, 0.5
_FIRST, _LAST = 4, 512


def forget_(batch: Batch, generator: torch.Generator, *, share: float = _FORGETFUL) -> None:
    """Let a share of the crops be of dreams that began some ticks ago, in place, with what happened until then either
    unknown, or having come at once in that moment over what lay directly beneath. To be called before `reveal_`.

    Crops in which a button is held stay as they are.
    """
    inputs, device = batch.inputs, batch.changed.device

    def uniform() -> torch.Tensor:
        return torch.rand(len(batch.ticks), generator=generator).to(device)

    began = _FIRST * (_LAST / _FIRST) ** uniform()
    forgets = (uniform() < share) & (inputs.features[:, -1, 2:5] == 0).all(1)
    at_once = uniform() < AT_ONCE
    began = torch.where(forgets, began.floor(), torch.inf)
    inputs.age, inputs.left, gone = forgotten(inputs.age, inputs.left, began, at_once)
    inputs.empty = inputs.empty | gone
    batch.ids[..., 1:][gone] = len(batch.cells)
    batch.before[..., 1:][gone] = -1
    batch.label[..., Choice.EARLIER : Choice.GENERATE] &= ~gone
    label, changed = batch.label[forgets], batch.changed[forgets]
    label[..., [Choice.DICTIONARY, Choice.GENERATE]] = False
    label_fresh_(label, changed, batch.word[forgets])
    batch.label[forgets] = label

    centre = inputs.points.new_tensor(batch.screens.shape[2:0:-1]) / 2
    unpressed = forget_input_(inputs, began, centre)
    pressed = around(batch.screens[unpressed], centre.expand(int(unpressed.sum()), 2))
    inputs.fovea[unpressed, 1] = pixels_in(pressed)


def forgotten(age: Tensor, left: Tensor, began: Tensor, at_once: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what is remembered of B screens on which nothing happened more than some ticks ago: age and left, and (B, h, w, STACK)
    bool, which contents are forgotten.

    age, left: (B, h, w), (B, h, w, STACK) float, see `TickInputs`
    began:     (B,) float, how many ticks ago; inf if all is remembered
    at_once:   (B,) bool: all that is older came then, over what lay directly beneath
    """
    began, at_once = began[:, None, None], at_once[:, None, None]
    beneath = torch.zeros_like(left, dtype=torch.bool)
    beneath[..., 0] = at_once
    known = torch.where(at_once & (age < AGE_LIMIT), began, AGE_LIMIT)
    age = torch.where(age > began, known, age)
    older = left > began[..., None]
    gone = older & ~beneath
    left = torch.where(older & beneath & (left < AGE_LIMIT), began[..., None], left)
    return age, torch.where(gone, AGE_LIMIT, left), gone


def forget_input_(seen: TickInputs | Glimpse, began: Tensor, centre: Tensor) -> Tensor:
    """Let nothing have been done more than `began` (B,) ticks ago, in place; the last press and release are at `centre` (2,), then.

    returns: (B,) bool: of which the last press is forgotten
    """
    remembered = torch.arange(HISTORY - 1, -1, -1, device=began.device) < began[:, None]
    seen.features, seen.keys = seen.features * remembered[..., None], seen.keys * remembered[..., None]
    stale = seen.ages > began[:, None]
    seen.ages, seen.points = torch.where(stale, LONG_AGO, seen.ages), seen.points.clone()
    seen.points[:, 2:][stale] = centre
    return stale[:, 0]
