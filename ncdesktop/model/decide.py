"""What changes in a tick, decided in two looks: the second knows what one uncertain cell of the first does, and what opens where."""

from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.crew import Share, one_by_one
from ncdesktop.model.decided import LARGE_CELLS, WHOLE, Decided
from ncdesktop.model.drag import dragging
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.inputs import Revealed, TickInputs, nothing_revealed, same_moments
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import Pivot, awaited, pick, rests, settle, sharpness
from ncdesktop.model.selector import Selector
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.model.uncoverer import Returning

__all__ = ["EVENT_CELLS", "Cells", "Scene", "decide"]

Cells = tuple[Tensor, ...]
"""Indices (N,) of cells: which screen, row, column."""
_CANDIDATES, _CONSIDERED = 6, 0.01
"""So many sprites are compared before one of them opens, if they are at least so likely, or the likeliest."""
_OPENS = 0.5
"""Probability that a sprite opens, from which on one does, whatever the cells say."""
EVENT_CELLS = 8
"""An event of so many cells happens only if most of them are expected to become right."""


class Scene(Protocol):
    """Screens, or parts of them, and what their cells could become."""

    def contents(self, cells: Cells, choice: Tensor, features: Tensor) -> Tensor:
        """Return embeddings (N, D) of what cells become by choices (N,) other than a sprite and features (N, C)."""

    def agreement(self, screen: int, placed: Tensor) -> Tensor:
        """Return (N, N) how far placed sprites (N, 3) would do the same to one of the screens, see `Sprites`."""

    def returning(self, screen: int, glimpse: Glimpse) -> Returning:
        """Return what comes back on one of the screens, of which a glimpse is given."""

    def sprites(self, placed: Tensor) -> tuple[Tensor, Tensor]:
        """Return which cells the placed sprites (B, 3) would change (B, h, w), and embeddings (B, h, w, D) of what to."""


def decide(
    model: NCGUIWorld,
    inputs: TickInputs,
    action: Tensor,
    glimpse: Glimpse,
    expected: Tensor,
    scene: Scene,
    numbers: Tensor,
    *,
    happens: bool = False,
    share: Share = one_by_one,
) -> Decided:
    """Look once; where `pick` finds the tick open, draw that cell, tell what it becomes and what opens, and look again.

    An event that the network does not know how to draw does not happen: a click without an answer can be made again, a
    window smeared over others is there to stay.

    action:     (B, A) what the action encoder made of the inputs
    glimpse:    of the screens, see `Placer`
    expected:   (B,) log odds of any change, by the glance
    numbers:    (B, 2), see `numbers` of the sampler
    happens:    let what may happen happen, however unlikely and whether the network knows how to draw it or not
    share:      lets others do what can be done beside a look
    """

    def begin() -> tuple[tuple[Tensor, Tensor, Tensor], Tensor, Decided]:
        encoded, keys = model.backbone.encode(inputs, action), model.selector.keys(inputs)
        return encoded, keys, look(inputs, encoded, keys, action)

    def look(
        seen: TickInputs,
        levels: tuple[Tensor, Tensor, Tensor],
        keys: Tensor,
        action: Tensor,
        offset: Tensor | None = None,
        known: Revealed | None = None,
    ) -> Decided:
        features = model.backbone.decode(levels, known, action)
        decisions = model.selector(features, seen, keys)
        if offset is None:
            offset = model.selector.offset(decisions.change, expected, seen)
        change = model.selector.natural(decisions.change, offset, seen.revealed)
        nowhere, ones = inputs.placed.new_full((len(action), 3), NO_SPRITE), offset.new_ones(len(action))
        return Decided(
            change > 0.5, change, decisions, features, nowhere, ones, offset, torch.zeros_like(change)
        )

    candidates = min(_CANDIDATES, model.placer.config.sprites)
    (encoded, keys, first), found = share([begin, lambda: model.placer(glimpse, candidates)])
    drawn, sprite = _place_(first, found, glimpse, expected, scene)
    sharp, sooner = (of(inputs.features, inputs.keys).tolist() for of in (sharpness, awaited))
    pivots = [
        pick(probability, of_tick, sharpness=own, awaited=added, happens=happens)
        for probability, of_tick, own, added in zip(first.probability, numbers, sharp, sooner, strict=True)
    ]
    opened = torch.zeros_like(first.changed)
    doubts = [(screen, pivot) for screen, pivot in enumerate(pivots) if pivot]
    if doubts:
        which = [screen for screen, _ in doubts]
        changes = [screen for screen, pivot in doubts if pivot.changes]
        opened[changes] = drawn[changes]
        drags = dragging(inputs.features)
        back = [screen for screen in changes if not drags[screen]]
        known = _reveal(first, doubts, scene, inputs, (opened, sprite))
        seen = inputs.of(which)
        seen.revealed = known
        levels = encoded[0][which], encoded[1][which], encoded[2][which]
        second, *returns = share(
            [
                lambda: look(seen, levels, keys[which], action[which], first.offset[which], known),
                *(partial(scene.returning, screen, glimpse) for screen in back),
            ]
        )
        returning = dict(zip(back, returns, strict=True))
        for place, (screen, pivot) in enumerate(doubts):
            changed = settle(first.changed[screen], second.probability[place], pivot)
            if changed is not None:
                first.features[screen] = second.features[place]
                first.decisions.choice[screen] = second.decisions.choice[place]
                if screen in returning:
                    changed = first.bring_back_(screen, changed, second.probability[place], returning[screen])
                first.changed[screen] = first.open_(screen, changed, opened[screen])
    first.decisions.choice[..., Choice.SPRITE].masked_fill_(~opened, -torch.inf)
    _hold_(first, dragging(inputs.features) & (inputs.lead != 0).any(1))
    if not happens:
        _rest_(first, rests(inputs.features, inputs.keys, inputs.ages))
        _drop_the_unknown_(first, model.selector, share)
    return first


def _hold_(decided: Decided, dragged: Tensor) -> None:
    """Take back events, of screens that are `dragged` (B,) about, in which nothing follows the pointer and most cells come back, in
    place: of 500 such recorded ticks of 20 changes and more that was so in 3, and in dreams windows came apart by it."""
    source = decided.decisions.choice.argmax(-1)
    back = decided.changed & (source >= Choice.EARLIER) & (source < Choice.GENERATE)
    cells = decided.changed.sum((1, 2))
    follows = (decided.changed & (source == Choice.SHIFT)).flatten(1).any(1)
    apart = dragged & ~follows & (cells >= EVENT_CELLS) & (back.sum((1, 2)) > cells / 2)
    decided.changed &= ~apart[:, None, None]


def _rest_(decided: Decided, resting: Tensor) -> None:
    """Take back large events, of screens that nobody has touched for long (B,), in place: there were 2 in 2,190 such held-out ticks, and
    dreams opened programs by themselves."""
    large = decided.changed.sum((1, 2)) >= LARGE_CELLS
    decided.changed &= ~(resting & large)[:, None, None]


def _drop_the_unknown_(decided: Decided, selector: Selector, share: Share) -> None:
    """Take back events, of screens, of which less than half is expected to become right, in place; they were meant."""
    decided.meant = decided.changed.clone()
    cells = decided.changed.sum((1, 2))
    if int(cells.max()) < EVENT_CELLS:
        return
    right = (decided.surety(selector, selector.trust, share) * decided.changed).sum((1, 2))
    decided.changed &= ((cells < EVENT_CELLS) | (right > cells / 2))[:, None, None]


def _place_(
    first: Decided, found: tuple[Tensor, Tensor, Tensor], glimpse: Glimpse, expected: Tensor, scene: Scene
) -> tuple[Tensor, Tensor]:
    """Let `first` know what opens where on those of the screens on which the placer, or the likeliest cells, find that anything does;
    how likely it is the right one; and that its cells change as likely as glance and placer have it: those know better.

    found:   by the `Placer`
    returns: as `Scene.sprites`
    """
    candidates, likely, any_ = found
    of_sprite, probability = first.decisions.choice.argmax(-1) == Choice.SPRITE, first.probability
    spoken = (of_sprite & (probability > probability.amax((1, 2), keepdim=True) / 2)).flatten(1).any(1)
    opens = spoken | (any_ > _OPENS)
    for screen in torch.nonzero(opens).flatten().tolist():
        some = likely[screen] >= likely[screen].max().clamp(max=_CONSIDERED)
        agreed = scene.agreement(screen, candidates[screen, some]) @ likely[screen, some]
        first.odds[screen], best = agreed.max(0)
        first.placed[screen] = candidates[screen, some][best]
    if not opens.any():
        return torch.zeros_like(first.changed), first.features.new_zeros(
            *first.changed.shape, glimpse.shown.shape[-1]
        )
    drawn, sprite = scene.sprites(first.placed)
    chance = (expected.sigmoid() * first.odds)[:, None, None]
    first.probability = torch.where(drawn, probability.maximum(chance), probability)
    return drawn, sprite


def _reveal(
    first: Decided,
    doubts: list[tuple[int, Pivot]],
    scene: Scene,
    inputs: TickInputs,
    sprites: tuple[Tensor, Tensor],
) -> Revealed:
    """Return what the pivots tell, a screen each; what one becomes, unless it has to be painted, and its moments; and what the
    `sprites` that open would change, see `Scene.sprites`."""
    _, rows, columns, _ = first.features.shape
    known = nothing_revealed(len(doubts), rows, columns, inputs.embedded.shape[-1], inputs.embedded.device)
    which = [screen for screen, _ in doubts]
    known.drawn = sprites[0][which].float()
    known.sprite = sprites[1][which] * known.drawn[..., None]
    for place, (screen, pivot) in enumerate(doubts):
        at = screen, pivot.row, pivot.column
        here = place, pivot.row, pivot.column
        known.cells[(*here, 0)] = 1
        known.cells[(*here, 1)] = float(pivot.changes)
        if not pivot.changes:
            continue
        choice = first.decisions.choice[at].argmax(-1)
        if float(first.odds[screen]) > WHOLE and bool(known.drawn[here]):
            choice = torch.full_like(choice, Choice.SPRITE)
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
