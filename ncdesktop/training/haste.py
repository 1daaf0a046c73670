"""Hands that were quicker than those of recordings: a program's or a visitor's pointer is elsewhere a tick after a click.

In recordings hands are alike. A glance had learned from them that nothing is launched where the pointer has just gone far in a few
ticks, and after such clicks programs did not open.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.inputs import TickInputs

__all__ = ["hasten_"]

_HASTY, _QUICKER = 0.5, 0.8
_SKIPPED = 1.5
"""Greatest share of the ticks of a motion that are skipped; above one so that jumps are no rarity."""
_FASTEST = 4.0
"""Of the numbers that tell a motion, see `ncdesktop.actions`."""


def hasten_(seen: TickInputs | Glimpse, generator: torch.Generator, *, share: float = _HASTY) -> None:
    """Let the pointer have gone where it is in fewer ticks, and from nearer or farther, in a share of the moments, in place.

    What it does now stays as it was, and so do moments of drags. After a click it may have been there sooner; else it came to rest
    when it did, which tooltips depend on.
    """
    past, device = seen.features[:, :-1, :2], seen.features.device

    def uniform(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator).to(device)

    moves = (seen.features[..., :2] != 0).any(-1)
    clicked = (seen.features[..., 5:11] != 0).any(-1).cummax(1).values
    goes_on = moves[:, :-1] & moves[:, 1:]
    went_on = F.pad(goes_on[:, :-1], (1, 0)) & clicked[:, :-1]
    sooner = clicked[:, -1:] & (uniform(len(past), 1) < 0.5)
    skipped = torch.where(sooner, went_on, goes_on) & (
        uniform(*goes_on.shape) < _SKIPPED * uniform(len(past), 1)
    )
    quicker = (torch.randn(len(past), 1, 1, generator=generator) * _QUICKER).exp().to(device)
    hastened = (past * quicker * ~skipped[..., None]).clamp(-_FASTEST, _FASTEST)
    dragged = ((seen.features[..., 2:5] != 0).any(-1) & moves).any(1)
    hasty = (uniform(len(past)) < share) & ~dragged
    seen.features = seen.features.clone()
    seen.features[:, :-1, :2] = torch.where(hasty[:, None, None], hastened, past)
