"""What changes in a tick, decided in two looks: the second knows what one uncertain cell of the first does, and what opens where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.inputs import Revealed, TickInputs, nothing_revealed, same_moments
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.placer import Situation
from ncdesktop.model.sampler import Pivot, pick, settle
from ncdesktop.model.selector import Decisions
from ncdesktop.model.sprites import NO_SPRITE

__all__ = ["Cells", "Decided", "Scene", "decide"]

Cells = tuple[Tensor, ...]
"""Indices (N,) of cells: which screen, row, column."""
_VOICES = 16
"""Cells of a screen that have a say in which sprite opens."""
_SURE = 0.6
"""Probability of its name from which a sprite is placed."""


class Scene(Protocol):
    """Screens, or parts of them, and what their cells could become."""

    def contents(self, cells: Cells, choice: Tensor, features: Tensor) -> Tensor:
        """Return embeddings (N, D) of what cells become by choices (N,) other than a sprite and features (N, C)."""

    def sprites(self, placed: Tensor) -> tuple[Tensor, Tensor]:
        """Return which cells the placed sprites (B, 3) would change (B, h, w), and embeddings (B, h, w, D) of what to."""


@dataclass
class Decided:
    """Of B screens or parts of them.

    changed:     (B, h, w) bool
    probability: (B, h, w) of a change, at natural rates, as the first look saw it
    decisions:   of the last look at each screen; features (B, h, w, C) likewise
    placed:      (B, 3) int64: the sprite that opens, or NO_SPRITE, and y and x of its corner
    """

    changed: Tensor
    probability: Tensor
    decisions: Decisions
    features: Tensor
    placed: Tensor


def decide(
    model: NCGUIWorld,
    inputs: TickInputs,
    action: Tensor,
    scene: Scene,
    generators: Sequence[torch.Generator],
) -> Decided:
    """Look once; where `pick` finds the tick open, draw that cell, tell what it becomes and what opens, and look again.

    action:     (B, A) what the action encoder made of the inputs
    generators: one a screen, on the CPU; the same numbers are drawn whatever happens, so that ticks stay in step
    """
    encoded = model.backbone.encode(inputs, action)

    def look(seen: TickInputs, levels: tuple[Tensor, Tensor, Tensor], action: Tensor) -> Decided:
        features = model.backbone.decode(levels, seen.revealed, action)
        decisions = model.selector(features, action, seen)
        change = model.selector.natural(decisions.change, seen.features, seen.keys, seen.revealed)
        nowhere = torch.full((len(action), 3), NO_SPRITE, device=action.device)
        return Decided(change > 0.5, change, decisions, features, nowhere)

    first = look(inputs, encoded, action)
    pivots = [
        pick(probability, generator)
        for probability, generator in zip(first.probability, generators, strict=True)
    ]
    drawn = torch.zeros_like(first.changed)
    doubts = [(screen, pivot) for screen, pivot in enumerate(pivots) if pivot]
    if doubts:
        which = [screen for screen, _ in doubts]
        happens = [screen for screen, pivot in doubts if pivot.changes]
        first.placed[happens] = _placed(model, first, action, inputs)[happens]
        known = _reveal(first, doubts, scene, inputs)
        drawn[which] = known.drawn > 0
        seen = inputs.of(which)
        seen.revealed = known
        second = look(seen, (encoded[0][which], encoded[1][which], encoded[2][which]), action[which])
        for place, (screen, pivot) in enumerate(doubts):
            changed = settle(first.changed[screen], second.probability[place], pivot)
            if changed is not None:
                first.changed[screen], first.features[screen] = changed, second.features[place]
                first.decisions.choice[screen] = second.decisions.choice[place]
                first.decisions.cursor[screen] = second.decisions.cursor[place]
    first.decisions.choice[..., Choice.SPRITE].masked_fill_(~drawn, -torch.inf)
    return first


def _placed(model: NCGUIWorld, first: Decided, action: Tensor, inputs: TickInputs) -> Tensor:
    """Return (B, 3) what opens where, by the voices of the likeliest cells that would come from a sprite, if any would."""
    placed = torch.full((len(action), 3), NO_SPRITE, device=action.device)
    of_sprite = first.decisions.choice.argmax(-1) == Choice.SPRITE
    chance = first.probability * of_sprite
    chance = chance * (chance > first.probability.amax((1, 2), keepdim=True) / 2)
    weights, cells = chance.flatten(1).topk(min(_VOICES, chance[0].numel()))
    which, voice = torch.nonzero(weights, as_tuple=True)
    if len(which):
        features = first.features.flatten(1, 2)[which, cells[which, voice]]
        situation = Situation(action, inputs.points, inputs.placed)
        events = model.placer.event(features, which, weights[which, voice], situation)
        opens = which.unique()
        placed[opens] = model.placer(events, situation)[opens]
        sure = model.placer.names_of(events).softmax(1).amax(1) > _SURE
        placed[~sure] = NO_SPRITE
    return placed


def _reveal(first: Decided, doubts: list[tuple[int, Pivot]], scene: Scene, inputs: TickInputs) -> Revealed:
    """Return what the pivots tell, a screen each; what one becomes, unless it has to be painted, and its moments; and what
    the sprites that open would change."""
    _, rows, columns, _ = first.features.shape
    known = nothing_revealed(len(doubts), rows, columns, inputs.embedded.shape[-1], inputs.embedded.device)
    if (first.placed[:, 0] != NO_SPRITE).any():
        which = [screen for screen, _ in doubts]
        drawn, sprite = scene.sprites(first.placed)
        known.drawn, known.sprite = drawn[which].float(), sprite[which]
    for place, (screen, pivot) in enumerate(doubts):
        at = screen, pivot.row, pivot.column
        here = place, pivot.row, pivot.column
        known.cells[(*here, 0)] = 1
        known.cells[(*here, 1)] = float(pivot.changes)
        if not pivot.changes:
            continue
        choice = first.decisions.choice[at].argmax(-1)
        known.choices[(*here, choice)] = 1
        if choice == Choice.SPRITE:
            known.contents[here] = known.sprite[here]
        elif choice != Choice.GENERATE:
            cell = torch.tensor([at], device=choice.device).unbind(1)
            known.contents[here] = scene.contents(cell, choice[None], first.features[cell])[0]
        known.changed[place] = same_moments(inputs.age[screen], inputs.age[at])
        if Choice.EARLIER <= choice < Choice.GENERATE:
            left = inputs.left[screen]
            known.left[place] = same_moments(left, left[(*at[1:], choice - Choice.EARLIER)])
    return known
