"""Drawing from the model's probabilities: which cells change, together, and the painted pixels in a few steps."""

from collections.abc import Callable

import torch
from torch import Tensor

from ncdesktop.model.generator import Generator

__all__ = ["NOISE", "Look", "draw_changes", "noised", "paint"]

NOISE = 1.0
"""Standard deviation of the noise at t = 1; pixels lie in [-1, 1]."""
_CERTAIN = 0.03
_LIKELY, _UNLIKELY = 0.8, 0.3
_SHARPNESS, _FOLLOWS = 2.5, 0.5
_SNAP = 10

Look = Callable[[Tensor], Tensor]
"""What is revealed (h, w, 2) -> change probabilities (h, w)."""


def noised(clean: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """Return clean pixels (N, 3, 16, 16) mixed with noise at levels t (N,): linear from clean (0) to noise (1)."""
    level = t.view(-1, 1, 1, 1)
    return (1 - level) * clean + level * noise


def draw_changes(probability: Tensor, look: Look, generator: torch.Generator) -> Tensor:
    """Draw which cells change, so that the cells of one event agree.

    One uncertain cell, drawn by its variance, decides by a random number (its odds sharpened: at fifteen ticks a second
    a small mistaken probability is an event every few seconds). If it does what was likely, so do the others.
    If not, or if it was open, it is revealed, and a second look tells what follows for the others. An unlikely change
    that nothing follows does not happen: events that touch a single cell (a typed letter, say) are likely ones.

    probability: (h, w) of a first look with nothing revealed
    returns:     (h, w) bool
    """
    numbers = torch.rand(2, generator=generator).to(
        probability.device
    )  # drawn always, so that ticks stay in step
    change = probability > 0.5
    doubtful = (probability > _CERTAIN) & (probability < 1 - _CERTAIN)
    if not doubtful.any():
        return change
    variance = (probability * (1 - probability) * doubtful).flatten().double()
    pivot = torch.searchsorted(variance.cumsum(0), numbers[0].double() * variance.sum()).clamp(
        max=len(variance) - 1
    )
    chance = (probability.flatten()[pivot].logit() * _SHARPNESS).sigmoid()
    outcome = numbers[1] < chance
    if (outcome and chance > _LIKELY) or (not outcome and chance < 1 - _LIKELY):
        return change
    shown = torch.zeros_like(change)
    shown.view(-1)[pivot] = True
    follows = look(torch.stack([shown, shown & outcome], -1).float()) > _FOLLOWS
    follows.view(-1)[pivot] = outcome
    if outcome and chance < _UNLIKELY and not (follows & ~change & ~shown).any():
        return change
    return follows


def paint(
    network: Generator,
    references: Tensor,
    around: Tensor,
    features: Tensor,
    action: Tensor,
    *,
    steps: int,
    generator: torch.Generator,
) -> Tensor:
    """Paint cells from noise in `steps` steps of flow matching; shapes as in `Generator.forward`.

    A pixel within 10/255 of a reference becomes that reference's, so that what stays the same stays so exactly.

    returns: (N, 3, 16, 16) in [-1, 1]
    """
    count, device = len(features), features.device

    def noise() -> Tensor:
        return torch.randn(count, 3, 16, 16, generator=generator).to(device) * NOISE

    noisy = noise()
    for step in range(steps, 0, -1):
        t = torch.full((count,), step / steps, device=device)
        clean = network(noisy, t, references, around, features, action)
        if step > 1:
            noisy = noised(clean, noise(), torch.full_like(t, (step - 1) / steps))
    clean = clean.clamp(-1, 1)
    distance = (clean[:, None] - references).abs().amax(2)  # (N, REFERENCES, 16, 16)
    nearest = distance.argmin(1, keepdim=True)
    snapped = references.gather(1, nearest[:, :, None].expand(-1, -1, 3, -1, -1))[:, 0]
    return torch.where(distance.gather(1, nearest) < 2 * _SNAP / 255, snapped, clean)
