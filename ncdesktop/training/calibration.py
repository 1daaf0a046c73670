"""What the network says of itself, corrected: a blend of look and glance that brings changes down to their natural rates, by how
training draws ticks and fitted at its end; and how far its choices can be trusted."""

import math
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from ncdesktop.model.choices import CHOICES
from ncdesktop.model.decide import EVENT_CELLS, Cells, decide
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.inputs import TickInputs
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import sharpness
from ncdesktop.model.selector import CONTEXTS, EXPECTED, Selector, context
from ncdesktop.training.batches import Batch, CellBank, assemble
from ncdesktop.training.sampling import SHARES, drawn_kinds
from ncdesktop.training.scene import BatchScene
from ncdesktop.training.table import Table, history

__all__ = ["draw_blend_", "fit_blend_", "fitted_trust", "glimpse_of"]

_TICKS_A_KIND, _TICKS_A_CONTEXT = 60, 120
_STILL = ("still", "idle")
_NEWTON_STEPS, _TINY = 30, 1e-9
_LATER_TICKS = 8
"""What the recording shows so much later is right, too: a dream may be early."""
_ABOUT = 8.0
"""Mean difference of its pixels, of 255, below which a cell shows the same."""
_MOST_TRUST = 2.0
"""A choice may be right more often than the network says: the second look has learned to doubt the sprites it is offered."""
_ONES = 0.01
"""Share of the events that are added as if they had been right, so that a choice never seen is trusted."""


def draw_blend_(selector: Selector, table: Table) -> None:
    """Set the blends of `selector` so that changes come as often as in the recordings, as far as the rates tell at which training draws
    ticks: the log of natural over drawn odds of a changing tick; the look alone counts."""
    kinds = drawn_kinds(table)
    still = sum(len(kinds[kind]) for kind in _STILL)
    changes = sum(map(len, kinds.values())) - still
    drawn = sum(SHARES[kind] for kind in _STILL)
    natural = math.log((changes + 1) / (still + 1))
    selector.blend.copy_(torch.tensor([natural - math.log((1 - drawn) / drawn), 1.0, 0.0]))


@torch.no_grad()
def fit_blend_(model: NCGUIWorld, table: Table, *, seed: int = 0) -> None:
    """Set the blends of the model's selector so that it is likeliest that those ticks change that do.

    The rates at which training draws ticks are not enough: of 768 cells the likeliest is one that the network thinks too likely. And the
    glance has seen moments as they come, many times as many as looks could be trained on. To be measured on screens neither was
    trained on.
    """
    generator, bank = torch.Generator().manual_seed(seed), CellBank(table, model.vocabulary, model.sprites)
    after_first = torch.nonzero(table.since_start > 0).flatten()
    contexts = torch.cat([context(*history(table, ticks)) for ticks in after_first.split(8192)])
    groups = [after_first[contexts == number] for number in range(CONTEXTS)]
    found: list[tuple[Tensor, ...]] = []
    for batch, _ in _whole_screens(table, bank, groups, _TICKS_A_CONTEXT, generator):
        inputs = batch.embed(model)
        decisions, _, _ = model(inputs)
        own, happens = decisions.change.flatten(1).amax(1), batch.changed.flatten(1).any(1)
        of = context(inputs.features, inputs.keys)
        found.append((own, model.glance(glimpse_of(inputs)).change, happens, of))
    own, expected, happens, of = (torch.cat(column) for column in zip(*found, strict=True))
    for number in range(CONTEXTS):
        some = of == number if (of == number).any() else of >= 0  # nobody did that: what holds in general
        model.selector.blend[number] = _logistic(own[some], expected[some], happens[some])


def _logistic(own: Tensor, expected: Tensor, happens: Tensor) -> Tensor:
    """Return (3,) the weights of one, of `own` and of `expected` log odds (N,) with which what `happens` is likeliest; by Newton's
    method, and small ones where it is all the same."""
    seen = torch.stack([torch.ones_like(own), own, expected.clamp(-EXPECTED, EXPECTED)], 1).double()
    blend, small = seen.new_zeros(3), torch.diag(seen.new_tensor([_TINY, 1.0, 1.0]))
    for _ in range(_NEWTON_STEPS):
        chance = (seen @ blend).sigmoid()
        slope = seen.T @ (chance - happens.double()) + small @ blend
        blend = blend - torch.linalg.solve((seen.T * chance * (1 - chance)) @ seen + small, slope)
    return blend.float()


def glimpse_of(inputs: TickInputs) -> Glimpse:
    """Return what small networks see of whole screens."""
    return Glimpse.of(inputs, inputs.embedded[..., 0, :], inputs.age)


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
        numbers = torch.rand(len(batch.ticks), 2, generator=generator)
        glimpse = glimpse_of(inputs)
        expected = model.glance(glimpse).change
        decided = decide(model, inputs, action, glimpse, expected, scene, numbers, happens=True)
        large = decided.changed.sum((1, 2), keepdim=True) >= EVENT_CELLS
        cells = torch.nonzero(decided.changed & large, as_tuple=True)
        if not len(cells[0]):
            continue
        choice = decided.decisions.choice[cells].argmax(-1)
        new = bank.take(scene.ids(cells, choice, decided.features[cells]))
        sharp = sharpness(inputs.features, inputs.keys)
        chance = (decided.probability.flatten(1).amax(1).logit() * sharp).sigmoid()[cells[0]] * weight
        surety = decided.surety(model.selector, torch.ones_like(model.selector.trust))[cells]
        said.index_add_(0, choice, chance * surety)
        right.index_add_(0, choice, chance * _will_show(table, bank, batch.ticks, cells, new))
    some = _ONES * said.sum().clamp(min=1e-9)
    return ((right + some) / (said + some)).clamp(max=_MOST_TRUST)


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
