"""What training minimises: change, choice, dictionary, painted pixels; on a batch of crops."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.generator import Generator
from ncdesktop.model.ink import REACH
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import NOISE, noised
from ncdesktop.model.screen import pixels_in
from ncdesktop.training.batches import Batch, CellBank

__all__ = ["Losses", "losses", "paint_loss", "painting"]

_PAINTED_CELLS = 48
_NAMED_CELLS = 256
_NEW, _NEW_WEIGHT = 0.05, 3.0
_PLACE_WEIGHT = 0.05
_WEIGHTS = {"select": 0.5, "word": 0.5, "paint": 3.0}


@dataclass
class Losses:
    """Means over the batch; `total` is their weighted sum."""

    select: Tensor
    word: Tensor
    paint: Tensor

    @property
    def total(self) -> Tensor:
        return sum(
            (weight * getattr(self, name) for name, weight in _WEIGHTS.items()), self.select.new_zeros(())
        )


def losses(model: NCGUIWorld, batch: Batch, bank: CellBank, generator: torch.Generator) -> Losses:
    """Return the losses of a batch whose inputs `reveal_` has prepared."""
    inputs = batch.embed(model)
    decisions, features, action = model(inputs)
    wanted = ~batch.ignored
    change = F.binary_cross_entropy_with_logits(
        decisions.change.float(), batch.changed.float(), reduction="none"
    )
    unknown = wanted & (inputs.revealed.cells[..., 0] == 0)
    # How much a tick weighs may depend on what it looks like, not on what happens: divided by the changed cells, large
    # events would count less than the still ticks they must be told from. The choices of a tick may: they are given.
    expected = decisions.change.detach().float().sigmoid().sum((1, 2))
    select = ((change * unknown).sum((1, 2)) / (4 + expected).sqrt()).mean() * 1.5 / 4
    right = decisions.choice.float().log_softmax(-1).masked_fill(~batch.label, -1e4).logsumexp(-1)
    changed = batch.changed & wanted
    choosing = torch.where(changed, -right.clamp(min=-50), 0.0).sum((1, 2))
    select = select + (choosing / (4 + changed.sum((1, 2))).sqrt()).mean() / 4

    word = paint = select.new_zeros(())
    words = batch.label[..., Choice.DICTIONARY] & wanted
    named = _some(words, _NAMED_CELLS, generator)
    if len(named[0]):
        missed = F.cross_entropy(
            model.selector.words(features[named]).float(), batch.word[named], reduction="none"
        )
        count = words.sum((1, 2))
        of_crops = torch.zeros_like(count, dtype=torch.float32).index_add(0, named[0], missed)
        word = (of_crops * (count.sum() / len(missed)) / (1 + count).sqrt()).mean() / 2
    painted = _some(batch.label[..., Choice.GENERATE] & wanted, _PAINTED_CELLS, generator)
    if len(painted[0]):
        seen = painting(batch, bank, painted)
        paint = paint_loss(model.generator, seen, features[painted], action[painted[0]], generator)
    return Losses(select, word, paint)


def painting(batch: Batch, bank: CellBank, cells: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, ...]:
    """Return what the generator sees of cells of the batch, besides features and action; then what is known of the answer.

    returns: references, around, typed, see `Generator.forward`; (N, 2) int64 where a typed glyph's corner lies on the cell,
    far outside if there is none; the true pixels (N, 3, 16, 16)
    """
    true, place = pixels_in(bank.take(batch.new[cells])), batch.caret[cells[0]] - batch.corners(*cells)
    return *batch.references(bank, *cells), batch.inputs.typed()[cells[0]], place, true


def paint_loss(
    network: Generator,
    seen: tuple[Tensor, ...],
    features: Tensor,
    action: Tensor,
    generator: torch.Generator,
) -> Tensor:
    """Return the loss of one step of painting at random noise levels; pixels that differ from the present ones count more. Where
    typed glyphs go is told besides: glyph and place cannot be found out at once.

    seen: see `painting`
    """
    references, around, typed, place, true = seen
    count, device = len(true), true.device
    t = torch.rand(count, generator=generator).to(device)
    t = torch.where(torch.rand(count, generator=generator).to(device) < 0.4, torch.ones_like(t), t)
    noise = torch.randn(true.shape, generator=generator).to(device) * NOISE
    painted = network(noised(true, noise, t), t, references, around, features, action, typed)
    missed = F.smooth_l1_loss(painted.float(), true, beta=0.1, reduction="none")
    new = (true - references[:, 0]).abs().amax(1, keepdim=True) > _NEW
    loss = (missed * torch.where(new, _NEW_WEIGHT, 1.0)).mean()
    placed = torch.nonzero((place.abs() <= REACH).all(1)).flatten()
    if len(placed):
        row, column = (place[placed] + REACH).unbind(1)
        odds = network.ink.places(around[placed]).float()
        right = odds.flatten(1).log_softmax(1).view_as(odds).logsumexp(1)  # in whatever font
        loss = loss - _PLACE_WEIGHT * right[torch.arange(len(placed), device=device), row, column].mean()
    return loss


def _some(mask: Tensor, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return indices of at most `count` true places of `mask` (B, h, w), drawn at random."""
    which, row, column = torch.nonzero(mask, as_tuple=True)
    if len(which) > count:
        keep = torch.randperm(len(which), generator=generator)[:count].to(which.device)
        which, row, column = which[keep], row[keep], column[keep]
    return which, row, column
