"""What came together goes together: cells that were covered in one moment are uncovered in one, or not at all."""

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.inputs import AGE_LIMIT

__all__ = ["vote_"]

_FEWEST = 4
_WITHIN = 1
"""Ticks between moments that count as one."""


def vote_(
    changed: Tensor,
    choice: Tensor,
    probability: Tensor,
    pivot: tuple[int, int, int],
    age: Tensor,
    left: Tensor,
) -> Tensor:
    """Let the cells that were covered when the pivot was vote whether what they showed before comes back; return which cells
    change (h, w). What they become is made to agree in `choice`, in place.

    A vote is the probability that the cell changes and comes from that moment. The mean decides: a window of which each cell
    takes its own decision leaves patches behind. Cells that changed again since have no part in it.

    changed:     (h, w) bool, as each cell would have it
    choice:      (h, w, choices) logits; probability (h, w) of a change, likewise
    pivot:       row and column of a cell that changes, and its choice
    age, left:   (h, w), (h, w, STACK), see `TickInputs`
    """
    row, column, chosen = pivot
    if not Choice.EARLIER <= chosen < Choice.GENERATE:
        return changed
    moment = left[row, column, chosen - Choice.EARLIER]
    alike = (left - moment).abs() <= _WITHIN
    came = (age - age[row, column]).abs() <= _WITHIN
    back = torch.zeros_like(choice, dtype=torch.bool)
    back[..., Choice.EARLIER : Choice.GENERATE] = alike & came[..., None]
    covered = back.any(-1)
    if moment >= AGE_LIMIT or int(covered.sum()) < _FEWEST:
        return changed
    votes = probability * (choice.float().softmax(-1) * back).sum(-1)
    if float(votes[covered].mean()) > 0.5:
        choice.masked_fill_(covered[..., None] & ~back, -torch.inf)
        return changed | covered
    return changed & ~back.gather(-1, choice.argmax(-1, keepdim=True))[..., 0]
