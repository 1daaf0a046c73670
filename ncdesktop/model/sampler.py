"""Drawing from the model's probabilities: which cells change, together, and the painted pixels in a few steps."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ncdesktop.model.crew import Painter
from ncdesktop.model.glance import OVERLOOKED

__all__ = [
    "NOISE",
    "Noise",
    "Pivot",
    "awaited",
    "noised",
    "numbers",
    "paint",
    "pick",
    "rests",
    "settle",
    "sharpness",
    "worth_a_look",
]

Noise = Callable[[], Tensor]
"""Draws (N, 3, 16, 16) of unit variance, for so many cells; anew at each call."""
NOISE = 1.0
"""Standard deviation of the noise at t = 1; pixels lie in [-1, 1]."""
_AT_ONCE, _IN_TIME = 3.0, 1.0
_AWAITED = 2.2
"""Log odds by which what comes in its own time comes sooner: what has not come while it was likely is not expected any more."""
_LAUNCHES, _WAITED = 4, 13
"""Ticks before which what comes is an answer, not what was launched; and after which what moves is no longer that."""
_LAUNCHED = 26
"""Ticks after which what a click launched is there, or does not come."""
_LIKELIER = 0.5
"""Log odds that a look may add to those of a glance."""
_NEVER, _SURE = 0.05, 0.97
_UNLIKELY, _FOLLOWS = 0.3, 0.5
_SNAP = 10


@dataclass(frozen=True)
class Pivot:
    """The cell that a tick turns on: its place, whether it changes, and how likely that was."""

    row: int
    column: int
    changes: bool
    chance: float


def noised(clean: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """Return clean pixels (N, 3, 16, 16) mixed with noise at levels t (N,): linear from clean (0) to noise (1)."""
    level = t.view(-1, 1, 1, 1)
    return (1 - level) * clean + level * noise


def sharpness(features: Tensor, keys: Tensor) -> Tensor:
    """Return (B,) by how much the odds are sharpened with which what may happen does.

    What answers a click, a key or a motion does so at once: at fifteen ticks a second a small mistaken probability is an
    event every few seconds, so the odds are sharpened. A window that a click has launched comes in its own time, at a small
    probability in each of many ticks: sharpened, it would never come.

    features, keys: (B, HISTORY, ...) of the actions, see ActionMemory
    """
    return torch.where(_waits(features, keys), _IN_TIME, _AT_ONCE)


def awaited(features: Tensor, keys: Tensor) -> Tensor:
    """Return (B,) log odds to add to those with which what may happen does: where a button was touched a while ago, and what that launched
    may come in its own time. For `features` and `keys` see `sharpness`."""
    clicked = (features[:, -_WAITED:, 5:11] != 0).any(-1)
    waits = clicked.any(1) & ~clicked[:, -_LAUNCHES:].any(1)
    return torch.where(_waits(features, keys) & waits, _AWAITED, 0.0)


def rests(features: Tensor, keys: Tensor, ages: Tensor) -> Tensor:
    """Return (B,) bool: in all that is known of the user nothing is touched or moves, and nothing that a click launched is still to come.

    ages: (B, 2) ticks since the last press and release; for `features` and `keys` see `sharpness`
    """
    still = ~_edges(features, keys).any(1) & ~(features[..., :2] != 0).flatten(1).any(1)
    return still & (ages >= _LAUNCHED).all(1)


def _edges(features: Tensor, keys: Tensor) -> Tensor:
    """Return (B, HISTORY) bool: in which ticks buttons, wheel or keys were touched."""
    return (features[..., 5:14] != 0).any(-1) | (keys != 0).any(-1)


def _waits(features: Tensor, keys: Tensor) -> Tensor:
    """Return (B,) bool: nothing is touched, so that what happens comes in its own time."""
    edges = _edges(features, keys)
    held = (features[:, -1, 2:5] != 0).any(-1)
    moves = (features[:, -2:, :2] != 0).flatten(1).any(1)
    return ~edges[:, -1] & ~held & (edges[:, -_WAITED:].any(1) | ~moves)


def pick(
    probability: Tensor,
    numbers: Tensor,
    *,
    sharpness: float = 1.0,
    awaited: float = 0.0,
    happens: bool = False,
) -> Pivot | None:
    """Draw whether what may happen does happen, and a cell of it, so that the cells of one event can agree with it.

    Among the cells that are not sure the likeliest tells how likely it is. To draw any one of them instead, by its
    variance, left most events out: their cells are many, and unlikely one by one. Where all is sure but something
    changes, that is told: the second look knows better what it becomes.

    probability: (h, w) of a first look with nothing revealed
    numbers:     (2,) of the tick, see `numbers`
    sharpness:   of the odds, see `sharpness`
    awaited:     log odds that are added to them before, see `awaited`
    happens:     what may happen does, however unlikely
    returns:     None if nothing happens and that was likely: the first look stands
    """
    flat = (probability.flatten().double().cpu().logit() + awaited).sigmoid()
    doubtful = (flat > (0 if happens else _NEVER)) & (flat < _SURE)
    if not doubtful.any():
        return _pivot(flat.argmax(), probability, True, 1.0) if flat.max() >= _SURE else None
    top = flat[doubtful].max()
    chance = float((top.logit() * sharpness).sigmoid())
    changes = happens or bool(numbers[1] < chance)
    if not changes and chance < 0.5:
        return None
    weight = flat.square() * doubtful * (flat >= top / 2)
    cell = torch.searchsorted(weight.cumsum(0), numbers[0].double() * weight.sum()).clamp(max=len(flat) - 1)
    return _pivot(cell, probability, changes, chance)


def numbers(generator: torch.Generator) -> Tensor:
    """Return the two numbers (2,) in 0..1 that are drawn for each tick, whatever happens in it, so that ticks stay in step."""
    return torch.rand(2, generator=generator)


def worth_a_look(expected: Tensor, numbers: Tensor, features: Tensor, keys: Tensor) -> Tensor:
    """Return (B,) bool, the ticks to look at: those in which something happens, and where what happens comes in its own time those whose
    number lets it happen, should a look find it somewhat likelier than the glance.

    expected: (B,) log odds of any change, by the glance
    numbers:  (B, 2), see `numbers`
    """
    soon = expected + awaited(features, keys)
    lets = (numbers[:, 1].to(expected.device) < (soon + _LIKELIER).sigmoid()) | (expected > 0)
    return (soon.sigmoid() > OVERLOOKED) & (lets | ~_waits(features, keys))


def _pivot(cell: Tensor, probability: Tensor, changes: bool, chance: float) -> Pivot:
    row, column = divmod(int(cell), probability.shape[1])
    return Pivot(row, column, changes, chance)


def settle(first: Tensor, probability: Tensor, pivot: Pivot) -> Tensor | None:
    """Return which cells change (h, w), or None if the first look stands.

    An unlikely change that nothing follows does not happen: events that touch a single cell (a typed letter, say) are
    likely ones.

    first:       (h, w) bool, what the first look would change
    probability: (h, w) of the second look, to which the pivot was revealed
    """
    follows = probability > _FOLLOWS
    follows[pivot.row, pivot.column] = pivot.changes
    others = follows & ~first
    others[pivot.row, pivot.column] = False
    if pivot.changes and pivot.chance < _UNLIKELY and not others.any():
        return None
    return follows


def paint(
    network: Painter,
    references: Tensor,
    around: Tensor,
    features: Tensor,
    action: Tensor,
    typed: Tensor,
    *,
    steps: int,
    noise: Noise,
) -> Tensor:
    """Paint cells from noise in `steps` steps of flow matching; shapes as in `Generator.forward`.

    A pixel within 10/255 of a reference becomes that reference's, so that what stays the same stays so exactly.

    returns: (N, 3, 16, 16) in [-1, 1]
    """
    noisy = NOISE * noise()
    for step in range(steps, 0, -1):
        t = torch.full((len(features),), step / steps, device=features.device)
        clean = network(noisy, t, references, around, features, action, typed)
        if step > 1:
            noisy = noised(clean, NOISE * noise(), torch.full_like(t, (step - 1) / steps))
    clean = clean.clamp(-1, 1)
    distance = (clean[:, None] - references).abs().amax(2)  # (N, REFERENCES, 16, 16)
    nearest = distance.argmin(1, keepdim=True)
    snapped = references.gather(1, nearest[:, :, None].expand(-1, -1, 3, -1, -1))[:, 0]
    return torch.where(distance.gather(1, nearest) < 2 * _SNAP / 255, snapped, clean)
