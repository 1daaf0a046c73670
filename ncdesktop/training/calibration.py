"""What the network says of itself, corrected: offsets that bring changes down to their natural rates, by how training draws
ticks and fitted at its end; and how far its choices can be trusted."""

import math
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from ncdesktop.model.choices import CHOICES
from ncdesktop.model.decide import EVENT_CELLS, Cells, decide
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import sharpness
from ncdesktop.model.selector import CONTEXTS, context
from ncdesktop.training.batches import Batch, CellBank, assemble
from ncdesktop.training.sampling import SHARES, drawn_kinds
from ncdesktop.training.scene import BatchScene
from ncdesktop.training.table import Table, history

__all__ = ["drawn_calibration", "fitted_calibration", "fitted_trust"]

_TICKS_A_KIND, _TICKS_A_GROUP = 60, 24
_LIMIT = 40.0
_GENTLER = 0.6
"""Rates of answers to what the user does are fitted as if they were drawn so much less sharply: on screens it has not
seen, the network is surer than it should be."""
_LATER_TICKS = 8
"""What the recording shows so much later is right, too: a dream may be early."""
_ABOUT = 8.0
"""Mean difference of its pixels, of 255, below which a cell shows the same."""
_ONES = 0.01
"""Share of the events that are added as if they had been right, so that a choice never seen is trusted."""


def drawn_calibration(table: Table) -> Tensor:
    """Return (CONTEXTS,) what to add to change logits so that changes come as often as in the recordings.

    For each context: the log of natural over drawn odds of a changing tick.
    """
    which = _contexts(table)
    natural, drawn = torch.zeros(CONTEXTS, 2), torch.zeros(CONTEXTS, 2)
    for kind, ticks in drawn_kinds(table).items():
        changes = int(kind not in ("still", "idle"))
        count = torch.bincount(which[ticks], minlength=CONTEXTS).float()
        natural[:, changes] += count
        drawn[:, changes] += SHARES[kind] * count / max(len(ticks), 1)
    odds = (natural + 1) / (drawn * natural.sum() + 1)
    return torch.tensor([math.log(odds[index, 1] / odds[index, 0]) for index in range(CONTEXTS)])


def _contexts(table: Table) -> Tensor:
    """Return (N,) the context of each tick."""
    return torch.cat([context(*history(table, ticks)) for ticks in torch.arange(len(table)).split(8192)])


@torch.no_grad()
def fitted_calibration(model: NCGUIWorld, table: Table, *, seed: int = 0) -> Tensor:
    """Return (CONTEXTS,) what to add to change logits so that as many ticks change in each context as in the recordings.

    Whether a tick changes is drawn by its likeliest cell (see `pick`). The rates at which training draws ticks are not enough: of
    768 cells the likeliest is one that the network thinks too likely. Ticks of each kind are looked at in each context: those in which
    nothing happens are many, and a few of them in a context would decide about it.
    """
    generator, bank = torch.Generator().manual_seed(seed), CellBank(table, model.vocabulary, model.sprites)
    found: list[tuple[int, float, bool, float]] = []
    of_tick = _contexts(table)
    kinds = drawn_kinds(table).values()
    groups = [ticks[of_tick[ticks] == number] for number in range(CONTEXTS) for ticks in kinds]
    for batch, weight in _whole_screens(table, bank, groups, _TICKS_A_GROUP, generator):
        decisions, _, _ = model(batch.embed(model))
        which = context(batch.inputs.features, batch.inputs.keys).tolist()
        top = decisions.change.flatten(1).amax(1).tolist()
        changed = batch.changed.flatten(1).any(1).tolist()
        found += [(*tick, weight) for tick in zip(which, top, changed, strict=True)]
    contexts, tops, changes, weights = (torch.tensor(column) for column in zip(*found, strict=True))
    offsets = torch.zeros(CONTEXTS)
    drawn = sharpness(torch.arange(CONTEXTS)).tolist()
    for number, sharp in enumerate(drawn):
        own = contexts == number
        if not own.any():
            own[:] = True  # nobody did that: what holds in general
        answers = sharp > 1
        gentle = sharp * _GENTLER if answers else sharp
        offsets[number] = _offset(gentle * tops[own], changes[own].float(), weights[own]) / gentle
    return offsets


@torch.no_grad()
def fitted_trust(model: NCGUIWorld, table: Table, *, seed: int = 0) -> Tensor:
    """Return (len(CHOICES),) how often the cells of events become right, over how often the network says so, by choice.

    Its rates of change must have been fitted: what happens rarely counts little. To be measured on screens it was not trained on.
    """
    generator, bank = torch.Generator().manual_seed(seed), CellBank(table, model.vocabulary, model.sprites)
    right, said = torch.zeros(len(CHOICES)), torch.zeros(len(CHOICES))
    for batch, weight in _whole_screens(table, bank, drawn_kinds(table).values(), _TICKS_A_KIND, generator):
        inputs = batch.embed(model)
        action = model.action_encoder(inputs)
        scene = BatchScene(model, bank, batch, action, generator)
        screens = len(batch.cursor)
        decided = decide(model, inputs, action, scene, [generator] * screens, happens=True)
        large = decided.changed.sum((1, 2), keepdim=True) >= EVENT_CELLS
        cells = torch.nonzero(decided.changed & large, as_tuple=True)
        if not len(cells[0]):
            continue
        choice = decided.decisions.choice[cells].argmax(-1)
        new = bank.take(scene.ids(cells, choice, decided.features[cells]))
        sharp = sharpness(context(inputs.features, inputs.keys))
        chance = (decided.probability.flatten(1).amax(1).logit() * sharp).sigmoid()[cells[0]] * weight
        surety = decided.surety(model.selector, torch.ones_like(model.selector.trust))[cells]
        said.index_add_(0, choice, chance * surety)
        right.index_add_(0, choice, chance * _will_show(table, bank, batch.ticks, cells, new))
    some = _ONES * said.sum().clamp(min=1e-9)
    return ((right + some) / (said + some)).clamp(max=1)


def _whole_screens(
    table: Table, bank: CellBank, groups: Iterable[Tensor], most: int, generator: torch.Generator
) -> Iterator[tuple[Batch, float]]:
    """Yield batches of a few whole screens at `most` ticks of each group, and how many ticks each of a batch stands for."""
    for ticks in groups:
        picked = ticks[torch.randperm(len(ticks), generator=generator)[:most]]
        for part in picked.split(4) if len(picked) else ():
            at = part.to(table.place.device)
            batch = assemble(table, bank, at, torch.zeros_like(at)[:, None].expand(-1, 2), crop=table.grid)
            yield batch, len(ticks) / len(picked)


def _will_show(table: Table, bank: CellBank, ticks: Tensor, cells: Cells, pixels: Tensor) -> Tensor:
    """Return (N,) bool: the recording shows about these pixels (N, 16, 16, 3) in the cells at `ticks`, or soon after."""
    which, row, column = cells
    shown, session = torch.zeros_like(which, dtype=torch.bool), table.session[ticks]
    for later in range(_LATER_TICKS + 1):
        then = (ticks + later).clamp(max=len(table) - 1)
        then = torch.where(table.session[then] == session, then, ticks)
        entry = table.place[then[which], row * table.grid[1] + column].long()
        true = bank.take(table.entry[entry, 0].long())
        shown |= (pixels.float() - true.float()).abs().flatten(1).mean(1) < _ABOUT
    return shown


def _offset(tops: Tensor, changes: Tensor, weights: Tensor) -> Tensor:
    """Return () the offset with which the expected number of changing ticks is the true one; by bisection."""
    wanted = (changes * weights).sum().clamp(0.5 * weights.min(), weights.sum() - 0.5 * weights.min())
    low, high = torch.tensor(-_LIMIT), torch.tensor(_LIMIT)
    for _ in range(40):
        middle = (low + high) / 2
        expected = ((tops + middle).sigmoid() * weights).sum()
        low, high = (middle, high) if expected < wanted else (low, middle)
    return (low + high) / 2
