"""What the second look is told in training: part of the truth, and at times that a sprite opens which does not."""

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.model.choices import CHOICES, STACK, Choice
from ncdesktop.model.inputs import same_moments
from ncdesktop.training.batches import Batch, CellBank

__all__ = ["mislead_", "reveal_"]

_TOLD = 0.85
_OFFERED, _MISLED = 0.85, 0.4
_NEAR_PX, _LIKE_PX = 24, 64


def reveal_(batch: Batch, generator: torch.Generator) -> None:
    """Tell the inputs of some cells whether they change, in place: of none in half of the crops, else of a few or many.
    Mostly they are also told what these become, unless it has to be painted, the moments of one of them, and what the sprite
    that opens would change.

    Dreaming, one uncertain cell is drawn and told to the others, so that the cells of one event agree; this is the
    training for it. Half of the few are drawn among cells that change.
    """
    batch_size, height, width = batch.changed.shape
    device = batch.changed.device

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator).to(device)

    few = uniform(batch_size) < 0.6
    score = uniform(batch_size, height * width)
    score += (uniform(batch_size, 1) < 0.5) * batch.changed.flatten(1)  # prefer changing cells
    rank = score.argsort(1, descending=True).argsort(1)
    count = torch.where(few, 1 + 3 * uniform(batch_size), height * width * uniform(batch_size).square())
    shown = (rank < count[:, None]) & (uniform(batch_size, 1) < 0.5)
    shown = shown.unflatten(1, (height, width)) & ~batch.ignored
    known = batch.inputs.revealed
    happens = (shown & batch.changed).flatten(1).any(1)
    known.drawn = (batch.drawn & (happens & (uniform(batch_size) < _OFFERED))[:, None, None]).float()
    known.cells = torch.stack([shown, shown & batch.changed], -1).float()
    told = shown & batch.changed & (uniform(batch_size, 1, 1) < _TOLD)
    unplaced = batch.label[..., Choice.SPRITE] & (known.drawn == 0)
    batch.told = told & ~batch.label[..., Choice.GENERATE] & ~unplaced
    choice = batch.label.long().argmax(-1)
    known.choices = F.one_hot(choice, len(CHOICES)) * told[..., None].float()

    # One of those told is the one whose moments the others compare theirs with.
    pivot = (score * told.flatten(1)).argmax(1)
    row, column = pivot // width, pivot % width
    at = torch.arange(batch_size, device=device), row, column
    place = choice[at] - Choice.EARLIER
    stacked = told[at] & (place >= 0) & (place < STACK)
    age = torch.where(told[at], batch.inputs.age[at], -1.0)
    left = torch.where(stacked, batch.inputs.left[(*at, place.clamp(0, STACK - 1))], -1.0)
    known.changed = same_moments(batch.inputs.age, age[:, None, None])
    known.left = same_moments(batch.inputs.left, left[:, None, None, None])


def mislead_(batch: Batch, bank: CellBank, generator: torch.Generator) -> None:
    """Offer another sprite, or the right one elsewhere, in some of the crops that `reveal_` told of what opens, in place: in a
    dream the placer is wrong at times, and the second look has to see it."""
    known = batch.inputs.revealed
    shown = (known.drawn > 0).flatten(1).any(1)
    misled = shown & (torch.rand(len(shown), generator=generator) < _MISLED).to(shown.device)
    which = torch.nonzero(misled).flatten()
    if not len(which):
        return
    placed = batch.sprite[which].clone()
    sizes = torch.tensor(bank.sprites.sizes)
    for place, number in enumerate(placed[:, 0].tolist()):
        if torch.rand((), generator=generator) < 0.5:
            alike = ((sizes - sizes[number]).abs() <= _LIKE_PX).all(1).nonzero().flatten()
            placed[place, 0] = alike[torch.randint(len(alike), (), generator=generator)]
    moved = torch.randint(-_NEAR_PX, _NEAR_PX + 1, (len(which), 2), generator=generator)
    placed[:, 1:] += moved.to(placed.device)
    batch.offer_(bank, which, placed)
    known.drawn = torch.where(misled[:, None, None], batch.drawn.float(), known.drawn)
    of_sprite = misled[:, None, None] & (known.choices[..., Choice.SPRITE] > 0)
    batch.lied = of_sprite & batch.drawn  # as in a dream, where such a cell is told what the sprite shows
    unplaced = of_sprite & ~batch.drawn
    batch.told &= ~unplaced
    known.choices[unplaced] = 0
