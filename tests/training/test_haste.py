"""Hands that are quicker than recorded ones."""

from types import SimpleNamespace
from typing import cast

import torch
from torch import Tensor

from ncdesktop.actions import FEATURES, HISTORY
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.training.haste import hasten_

MANY = 400


def recorded(*, clicked: bool, held: bool = False) -> Tensor:
    """Moments in which the pointer went from the seventh tick to the eleventh, perhaps after a click or in a drag."""
    features = torch.zeros(MANY, HISTORY, FEATURES)
    features[:, 6:11, :2] = torch.tensor([0.5, -0.25])
    features[:, 3, 5] = features[:, 4, 8] = float(clicked)
    features[:, 3:11, 2] = float(held)
    return features


def hastened(features: Tensor, *, share: float = 1.0) -> Tensor:
    seen = cast(Glimpse, SimpleNamespace(features=features))
    hasten_(seen, torch.Generator().manual_seed(0), share=share)
    return seen.features


def test_pointers_jump_and_come_to_rest_when_they_did() -> None:
    features = recorded(clicked=False)
    seen = hastened(features)
    moves = (seen[..., :2] != 0).any(-1)
    assert moves[:, 10].all() and not moves[:, 11:].any() and not moves[:, :6].any()
    assert (moves.sum(1) == 1).sum() > MANY / 4 and (moves.sum(1) == 5).any()
    faster = seen[:, 10, 0] / 0.5
    assert faster.min() < 0.6 and faster.max() > 2 and seen[..., :2].abs().max() <= 4
    assert torch.equal(seen[..., 2:], features[..., 2:])


def test_after_a_click_they_may_have_been_there_sooner() -> None:
    moves = (hastened(recorded(clicked=True))[..., :2] != 0).any(-1)
    sooner = moves[:, 6] & ~moves[:, 7:].any(1)
    assert MANY / 10 < sooner.sum() < MANY / 2
    assert (moves[:, 10] & ~moves[:, :10].any(1)).sum() > MANY / 10


def test_drags_and_the_other_moments_stay_as_they_were() -> None:
    drags = recorded(clicked=True, held=True)
    assert torch.equal(hastened(drags.clone()), drags)
    moments = recorded(clicked=True)
    same = (hastened(moments.clone(), share=0.5) == moments).flatten(1).all(1).sum()
    assert 0.4 * MANY < same < 0.7 * MANY


def test_what_the_pointer_does_now_is_told_as_it_is() -> None:
    features = recorded(clicked=True)
    features[:, -3:, :2] = 1.0
    assert torch.equal(hastened(features)[:, -1], features[:, -1])
