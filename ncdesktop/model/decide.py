"""What changes in a tick, decided in two looks: the second knows what one uncertain cell of the first does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ncdesktop.model.inputs import Revealed, TickInputs, nothing_revealed
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import Pivot, pick, settle
from ncdesktop.model.selector import Choice, Decisions

__all__ = ["Cells", "Decided", "decide"]

Cells = tuple[Tensor, ...]
"""Indices (N,) of cells: which screen, row, column."""
Contents = Callable[[Cells, Tensor, Tensor], Tensor]
"""Cells, their choices (N,) and features (N, C) -> embeddings (N, D) of what they become."""


@dataclass
class Decided:
    """Of B screens or parts of them.

    changed:     (B, h, w) bool
    probability: (B, h, w) of a change, at natural rates, as the first look saw it
    decisions:   of the last look at each screen; features (B, h, w, C) likewise
    """

    changed: Tensor
    probability: Tensor
    decisions: Decisions
    features: Tensor


def decide(
    model: NCGUIWorld,
    inputs: TickInputs,
    action: Tensor,
    contents: Contents,
    generators: Sequence[torch.Generator],
) -> Decided:
    """Look once; where `pick` finds the tick open, draw that cell, tell what it becomes, and look again.

    action:     (B, A) what the action encoder made of the inputs
    generators: one a screen, on the CPU; the same numbers are drawn whatever happens, so that ticks stay in step
    """
    encoded = model.backbone.encode(inputs, action)

    def look(seen: TickInputs, levels: tuple[Tensor, Tensor, Tensor], action: Tensor) -> Decided:
        features = model.backbone.decode(levels, seen.revealed, action)
        decisions = model.selector(features, action, seen)
        change = model.selector.natural(decisions.change, seen.features, seen.keys, seen.revealed)
        return Decided(change > 0.5, change, decisions, features)

    first = look(inputs, encoded, action)
    pivots = [
        pick(probability, generator)
        for probability, generator in zip(first.probability, generators, strict=True)
    ]
    doubts = [(screen, pivot) for screen, pivot in enumerate(pivots) if pivot]
    if not doubts:
        return first
    which = [screen for screen, _ in doubts]
    seen = inputs.of(which)
    seen.revealed = _reveal(first, doubts, contents, inputs)
    second = look(seen, (encoded[0][which], encoded[1][which], encoded[2][which]), action[which])
    for place, (screen, pivot) in enumerate(doubts):
        changed = settle(first.changed[screen], second.probability[place], pivot)
        if changed is not None:
            first.changed[screen], first.features[screen] = changed, second.features[place]
            first.decisions.choice[screen] = second.decisions.choice[place]
            first.decisions.cursor[screen] = second.decisions.cursor[place]
    return first


def _reveal(
    first: Decided, doubts: list[tuple[int, Pivot]], contents: Contents, inputs: TickInputs
) -> Revealed:
    """Return what the pivots tell, a screen each; what one becomes is told unless it has to be painted."""
    _, rows, columns, _ = first.features.shape
    known = nothing_revealed(len(doubts), rows, columns, inputs.embedded.shape[-1], inputs.embedded.device)
    for place, (_, pivot) in enumerate(doubts):
        known.cells[place, pivot.row, pivot.column, 0] = 1
        known.cells[place, pivot.row, pivot.column, 1] = float(pivot.changes)
    for place, (screen, pivot) in enumerate(doubts):
        choice = first.decisions.choice[screen, pivot.row, pivot.column].argmax(-1)
        if pivot.changes and choice != Choice.GENERATE:
            at = torch.tensor([[screen, pivot.row, pivot.column]], device=choice.device).unbind(1)
            known.contents[place, pivot.row, pivot.column] = contents(at, choice[None], first.features[at])[0]
    return known
