"""Cells that were covered in one moment: they come back together if most of them would, and else none of them does."""

import pytest
import torch
from torch import Tensor

from ncdesktop.model.choices import CHOICES, STACK, Choice
from ncdesktop.model.inputs import AGE_LIMIT
from ncdesktop.model.votes import vote_

OPENED, EARLIER_ON, TYPED = 50.0, 90.0, 5.0
PIVOT = (1, 1, int(Choice.EARLIER))


def _window() -> tuple[Tensor, Tensor]:
    """Ages and moments: a window of 3 x 4 cells opened over the desktop, and one of its cells has changed since."""
    age, left = torch.full((6, 8), float(AGE_LIMIT)), torch.full((6, 8, STACK), float(AGE_LIMIT))
    age[1:4, 1:5], left[1:4, 1:5, 0], left[1:4, 1:5, 1] = OPENED, OPENED, EARLIER_ON
    age[2, 2], left[2, 2, 0], left[2, 2, 1] = TYPED, TYPED, OPENED
    return age, left


def _choices(chosen: int) -> Tensor:
    choice = torch.zeros(6, 8, len(CHOICES))
    choice[..., chosen] = 6.0
    return choice


@pytest.mark.parametrize("likely", [0.9, 0.2])
def test_most_decide_for_all(likely: float) -> None:
    age, left = _window()
    probability = torch.zeros(6, 8)
    probability[1:4, 1:5] = likely
    probability[1, 1], probability[3, 4], probability[2, 2], probability[5, 7] = 0.99, 1 - likely, 0.99, 0.99
    choice = _choices(Choice.EARLIER)
    choice[3, 1, Choice.EARLIER + 1] = 7.0  # what was there before what the window covered
    changed = vote_(probability > 0.5, choice, probability, PIVOT, age, left)
    window = torch.zeros(6, 8, dtype=torch.bool)
    window[1:4, 1:5] = True
    window[2, 2] = False
    assert (
        changed[window].all()
        if likely > 0.5
        else not changed[window & (choice.argmax(-1) == Choice.EARLIER)].any()
    )
    assert changed[2, 2] and changed[5, 7]  # these decide for themselves
    if likely > 0.5:
        assert (choice[window].argmax(-1) == Choice.EARLIER).all()


def test_only_what_comes_back_from_a_known_moment_votes() -> None:
    age, left = _window()
    probability = torch.full((6, 8), 0.4)
    probability[1, 1] = 0.9
    own = probability > 0.5
    painted = (1, 1, int(Choice.GENERATE))
    assert vote_(own, _choices(Choice.GENERATE), probability, painted, age, left).equal(own)
    unknown = torch.full_like(left, float(AGE_LIMIT))
    assert vote_(own, _choices(Choice.EARLIER), probability, PIVOT, age, unknown).equal(own)
    alone = torch.full_like(age, float(AGE_LIMIT))
    alone[1, 1] = OPENED
    assert vote_(own, _choices(Choice.EARLIER), probability, PIVOT, alone, left).equal(own)
