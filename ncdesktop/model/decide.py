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
from ncdesktop.model.sampler import Pivot, pick, settle, sharpness
from ncdesktop.model.selector import Decisions, Selector
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.model.votes import vote_

__all__ = ["EVENT_CELLS", "Cells", "Decided", "Scene", "decide"]

Cells = tuple[Tensor, ...]
"""Indices (N,) of cells: which screen, row, column."""
_VOICES = 16
"""Cells of a screen that have a say in which sprite opens."""
_CANDIDATES = 6
"""Sprites that are compared before one of them opens."""
EVENT_CELLS = 8
"""An event of so many cells happens only if most of them are expected to become right."""


class Scene(Protocol):
    """Screens, or parts of them, and what their cells could become."""

    def contents(self, cells: Cells, choice: Tensor, features: Tensor) -> Tensor:
        """Return embeddings (N, D) of what cells become by choices (N,) other than a sprite and features (N, C)."""

    def agreement(self, screen: int, placed: Tensor) -> Tensor:
        """Return (N, N) how far placed sprites (N, 3) would do the same to one of the screens, see `Sprites`."""

    def sprites(self, placed: Tensor) -> tuple[Tensor, Tensor]:
        """Return which cells the placed sprites (B, 3) would change (B, h, w), and embeddings (B, h, w, D) of what to."""


@dataclass
class Decided:
    """Of B screens or parts of them.

    changed:     (B, h, w) bool
    probability: (B, h, w) of a change, at natural rates, as the first look saw it
    decisions:   of the last look at each screen; features (B, h, w, C) likewise
    placed:      (B, 3) int64: the sprite that opens, or NO_SPRITE, and y and x of its corner
    odds:        (B,) that it is the right one in the right place
    offset:      (B,) that brought the changes to natural rates
    """

    changed: Tensor
    probability: Tensor
    decisions: Decisions
    features: Tensor
    placed: Tensor
    odds: Tensor
    offset: Tensor

    def surety(self, selector: Selector, trust: Tensor) -> Tensor:
        """Return (B, h, w) how likely each of the cells that change is to become right; trust: see `Selector`."""
        chance, choice = self.decisions.choice.float().softmax(-1).max(-1)
        named = torch.nonzero(self.changed & (choice == Choice.DICTIONARY), as_tuple=True)
        chance[named] *= selector.words(self.features[named]).float().softmax(-1).amax(-1)
        return chance * trust[choice] * torch.where(choice == Choice.SPRITE, self.odds[:, None, None], 1.0)


def decide(
    model: NCGUIWorld,
    inputs: TickInputs,
    action: Tensor,
    expected: Tensor,
    scene: Scene,
    generators: Sequence[torch.Generator],
    *,
    happens: bool = False,
) -> Decided:
    """Look once; where `pick` finds the tick open, draw that cell, tell what it becomes and what opens, and look again.

    An event that the network does not know how to draw does not happen: a click without an answer can be made again, a
    window smeared over others is there to stay.

    action:     (B, A) what the action encoder made of the inputs
    expected:   (B, 2) log odds of any change, and of another shape of the pointer, by the glance
    generators: one a screen, on the CPU; the same numbers are drawn whatever happens, so that ticks stay in step
    happens:    let what may happen happen, however unlikely and whether the network knows how to draw it or not
    """
    encoded = model.backbone.encode(inputs, action)

    def look(
        seen: TickInputs,
        levels: tuple[Tensor, Tensor, Tensor],
        action: Tensor,
        offset: Tensor | None = None,
        known: Revealed | None = None,
    ) -> Decided:
        features = model.backbone.decode(levels, known, action)
        decisions = model.selector(features, action, seen)
        if offset is None:
            offset = model.selector.offset(decisions.change, expected[:, 0], seen)
        change = model.selector.natural(decisions.change, offset, seen.revealed)
        nowhere = torch.full((len(action), 3), NO_SPRITE, device=action.device)
        ones = torch.ones(len(action), device=action.device)
        return Decided(change > 0.5, change, decisions, features, nowhere, ones, offset)

    first = look(inputs, encoded, action)
    sharp = sharpness(inputs.features, inputs.keys).tolist()
    pivots = [
        pick(probability, generator, sharpness=own, happens=happens)
        for probability, generator, own in zip(first.probability, generators, sharp, strict=True)
    ]
    drawn = torch.zeros_like(first.changed)
    doubts = [(screen, pivot) for screen, pivot in enumerate(pivots) if pivot]
    if doubts:
        which = [screen for screen, _ in doubts]
        changes = [screen for screen, pivot in doubts if pivot.changes]
        placed, odds = _placed(model, first, action, inputs, scene)
        first.placed[changes], first.odds[changes] = placed[changes], odds[changes]
        known = _reveal(first, doubts, scene, inputs)
        drawn[which] = known.drawn > 0
        seen = inputs.of(which)
        seen.revealed = known
        levels = encoded[0][which], encoded[1][which], encoded[2][which]
        second = look(seen, levels, action[which], first.offset[which], known)
        for place, (screen, pivot) in enumerate(doubts):
            changed = settle(first.changed[screen], second.probability[place], pivot)
            if changed is not None:
                if pivot.changes:
                    chosen = int(first.decisions.choice[screen, pivot.row, pivot.column].argmax())
                    changed = vote_(
                        changed,
                        second.decisions.choice[place],
                        second.probability[place],
                        (pivot.row, pivot.column, chosen),
                        seen.age[place],
                        seen.left[place],
                    )
                first.changed[screen], first.features[screen] = changed, second.features[place]
                first.decisions.choice[screen] = second.decisions.choice[place]
                first.decisions.cursor[screen] = second.decisions.cursor[place]
    first.decisions.choice[..., Choice.SPRITE].masked_fill_(~drawn, -torch.inf)
    if not happens:
        _drop_the_unknown_(first, model.selector)
    return first


def _drop_the_unknown_(decided: Decided, selector: Selector) -> None:
    """Take back events, of screens, of which less than half is expected to become right, in place."""
    cells = decided.changed.sum((1, 2))
    if int(cells.max()) < EVENT_CELLS:
        return
    right = (decided.surety(selector, selector.trust) * decided.changed).sum((1, 2))
    decided.changed &= ((cells < EVENT_CELLS) | (right > cells / 2))[:, None, None]


def _placed(
    model: NCGUIWorld, first: Decided, action: Tensor, inputs: TickInputs, scene: Scene
) -> tuple[Tensor, Tensor]:
    """Return (B, 3) what opens where, by the voices of the likeliest cells that would come from a sprite, if any would; and
    (B,) how likely that is."""
    placed, odds = first.placed.clone(), first.odds.clone()
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
        candidates, likely = model.placer(events, situation, min(_CANDIDATES, model.placer.config.sprites))
        for screen in opens.tolist():
            expected = scene.agreement(screen, candidates[screen]) @ likely[screen]
            odds[screen], best = expected.max(0)
            placed[screen] = candidates[screen, best]
    return placed, odds


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
