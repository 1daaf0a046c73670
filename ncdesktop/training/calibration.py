"""Offsets that bring changes down to their natural rates: by how training draws ticks, and fitted at its end."""

import math

import torch
from torch import Tensor

from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.selector import CONTEXTS, context
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.sampling import SHARES, drawn_kinds
from ncdesktop.training.table import Table, history

__all__ = ["drawn_calibration", "fitted_calibration"]

_TICKS_A_KIND = 120
_LIMIT = 40.0
_SHARPNESS = 1.5
"""Gentler than that of the draws: on screens it has not seen, the network is surer than it should be."""
_SURER = (0.0, 0.0, 0.25, 0.25, 0.5, 0.5, 1.0, 0.0)
"""By how much, besides, in each context: more the longer nobody did anything, not while the pointer moves."""


def drawn_calibration(table: Table) -> Tensor:
    """Return (CONTEXTS,) what to add to change logits so that changes come as often as in the recordings.

    For each context: the log of natural over drawn odds of a changing tick.
    """
    which = torch.cat([context(*history(table, ticks)) for ticks in torch.arange(len(table)).split(8192)])
    natural, drawn = torch.zeros(CONTEXTS, 2), torch.zeros(CONTEXTS, 2)
    for kind, ticks in drawn_kinds(table).items():
        changes = int(kind not in ("still", "idle"))
        count = torch.bincount(which[ticks], minlength=CONTEXTS).float()
        natural[:, changes] += count
        drawn[:, changes] += SHARES[kind] * count / max(len(ticks), 1)
    odds = (natural + 1) / (drawn * natural.sum() + 1)
    return torch.tensor([math.log(odds[index, 1] / odds[index, 0]) for index in range(CONTEXTS)])


@torch.no_grad()
def fitted_calibration(model: NCGUIWorld, table: Table, *, seed: int = 0) -> Tensor:
    """Return (CONTEXTS,) what to add to change logits so that as many ticks change in each context as in the recordings.

    Whether a tick changes is drawn by its likeliest cell (see `pick`). The rates at which training draws ticks are not enough: of
    768 cells the likeliest is one that the network thinks too likely. A little less than that, since what happens unasked is worse
    than what does not happen: on held-out ticks of which nothing should come, something came in 7 % (5.0 wrong cells a tick), by
    offsets lower by one in 3 % (1.5), while of menus and windows at a click 69 % and 54 % came.
    """
    generator, bank = torch.Generator().manual_seed(seed), CellBank(table, model.vocabulary, model.sprites)
    found: list[tuple[int, float, bool, float]] = []
    for ticks in drawn_kinds(table).values():
        picked = ticks[torch.randperm(len(ticks), generator=generator)[:_TICKS_A_KIND]]
        for part in picked.split(4) if len(picked) else ():
            at = part.to(table.place.device)
            batch = assemble(table, bank, at, torch.zeros_like(at)[:, None].expand(-1, 2), crop=table.grid)
            decisions, _, _ = model(batch.embed(model))
            which = context(batch.inputs.features, batch.inputs.keys).tolist()
            top = decisions.change.flatten(1).amax(1).tolist()
            changed = batch.changed.flatten(1).any(1).tolist()
            weight = len(ticks) / len(picked)
            found += [(*tick, weight) for tick in zip(which, top, changed, strict=True)]
    contexts, tops, changes, weights = (torch.tensor(column) for column in zip(*found, strict=True))
    offsets = []
    for number in range(CONTEXTS):
        of_context = contexts == number
        if not of_context.any():
            of_context[:] = True  # nobody did that: what holds in general
        offsets.append(_offset(tops[of_context], changes[of_context].float(), weights[of_context]))
    return torch.stack(offsets) - torch.tensor(_SURER)


def _offset(tops: Tensor, changes: Tensor, weights: Tensor) -> Tensor:
    """Return () the offset with which the expected number of changing ticks is the true one; by bisection."""
    wanted = (changes * weights).sum().clamp(0.5 * weights.min(), weights.sum() - 0.5 * weights.min())
    low, high = torch.tensor(-_LIMIT), torch.tensor(_LIMIT)
    for _ in range(40):
        middle = (low + high) / 2
        expected = (((tops + middle) * _SHARPNESS).sigmoid() * weights).sum()
        low, high = (middle, high) if expected < wanted else (low, middle)
    return (low + high) / 2
