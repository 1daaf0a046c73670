"""What the cells of a screen remember, in groups: contents that came in one tick and were covered in one are of one window or menu."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.model.choices import STACK
from ncdesktop.model.glimpse import near
from ncdesktop.model.inputs import AGE_LIMIT
from ncdesktop.world import CELL

__all__ = ["FACTS", "MOST_GROUPS", "Groups", "groups_of"]

MOST_GROUPS = 64
"""Of each screen, the largest; smaller ones are left to themselves."""
_FEWEST = 4
"""Cells of a group."""
FACTS = 37
"""Numbers that tell a group from others, see `groups_of`."""
_LOG = 7.6
"""Logarithm of AGE_LIMIT."""


@dataclass
class Groups:
    """Of B screens, G = MOST_GROUPS each.

    of:      (B, rows, columns, STACK) int64: which group each content of the stacks belongs to, -1 if to none
    size:    (B, G) int64, of each, in cells; 0 where there are fewer groups
    facts:   (B, G, FACTS)
    members: (N,) int64, contents in flat order (B, rows, columns, STACK), sorted by group; first (B * G,) where each group's begin
    """

    of: Tensor
    size: Tensor
    facts: Tensor
    members: Tensor
    first: Tensor

    @property
    def known(self) -> Tensor:
        """(B, G) bool: which groups there are."""
        return self.size > 0

    def share(self, which: Tensor) -> Tensor:
        """which (B, rows, columns, STACK) bool -> (B, G): of each group's contents, the share that is among these"""
        return self._means(which.flatten()[:, None].float(), self.members)[..., 0]

    def means(self, embedded: Tensor, ids: Tensor) -> Tensor:
        """Return (B, G, 2 D): the means of what the groups hold, and of what their cells show.

        embedded: (M, D); ids (B, rows, columns, 1 + STACK) into it, of what is shown and of the stacks
        """
        held, shown = ids[..., 1:].flatten()[self.members], ids[..., 0].flatten()[self.members // STACK]
        return torch.cat([self._means(embedded, held), self._means(embedded, shown)], -1)

    def _means(self, table: Tensor, which: Tensor) -> Tensor:
        means = F.embedding_bag(which, table, self.first, mode="mean")
        return means.unflatten(0, self.size.shape)


def groups_of(left: Tensor, empty: Tensor, age: Tensor, points: Tensor, ages: Tensor) -> Groups:
    """Return the groups of B whole screens; see `TickInputs` for what is given.

    A content came when the one below it in its stack was covered. Facts: size; how full its box is; the box on the screen, and from
    pointer and last press; whether these lie on it, and how many cells around them changed, or were covered, when it came and when it was
    covered; how deep it lies; how old what covers it is, and whether it came then; when it was covered and when it came, also beside
    press and release.
    """
    screens = len(left)
    gone = torch.where(empty, AGE_LIMIT, left.long().clamp(0, AGE_LIMIT))
    came = torch.cat([gone[..., 1:], torch.full_like(gone[..., :1], AGE_LIMIT)], -1)
    number = torch.arange(screens, device=left.device)[:, None, None, None]
    span = AGE_LIMIT + 1
    key = (number * span + gone) * span + came
    valid = ~empty & (gone < AGE_LIMIT)
    unique, inverse, count = key[valid].unique(return_inverse=True, return_counts=True)
    own = unique // span**2
    order = (own * span - count.clamp(max=span - 1)).argsort(stable=True)
    begin = torch.searchsorted(own[order].contiguous(), torch.arange(screens, device=left.device))
    rank = torch.arange(len(order), device=left.device) - begin[own[order]]
    slot = torch.empty_like(order)
    slot[order] = torch.where((rank < MOST_GROUPS) & (count[order] >= _FEWEST), rank, -1)
    of = torch.full_like(gone, -1)
    of[valid] = slot[inverse]

    flat = (of + number * MOST_GROUPS).flatten()
    members = torch.nonzero(of.flatten() >= 0).flatten()
    members = members[flat[members].argsort(stable=True)]
    group = flat[members]
    every = torch.arange(screens * MOST_GROUPS, device=left.device)
    size = group.bincount(minlength=len(every)).view(screens, MOST_GROUPS)
    groups = Groups(of, size, left.new_zeros(0), members, torch.searchsorted(group, every))
    groups.facts = _facts(groups, group, age.clamp(max=AGE_LIMIT).float(), gone, came, points, ages)
    return groups


def _facts(
    groups: Groups,
    group: Tensor,
    age: Tensor,
    gone: Tensor,
    came: Tensor,
    points: Tensor,
    ages: Tensor,
) -> Tensor:
    screens, rows, columns, _ = gone.shape
    size, cell = groups.size, groups.members // STACK
    row, column = cell // columns % rows, cell % columns
    place = (groups.members % STACK).float()

    def least(values: Tensor) -> Tensor:
        out = values.new_full((screens * MOST_GROUPS,), 10_000)
        return out.scatter_reduce(0, group, values, "amin").view(screens, MOST_GROUPS).float()

    def mean(values: Tensor) -> Tensor:
        total = torch.zeros(screens * MOST_GROUPS, device=age.device).index_add(0, group, values)
        return total.view(screens, MOST_GROUPS) / size.clamp(min=1)

    top, left, bottom, right = least(row), least(column), 1 - least(-row), 1 - least(-column)
    shown = age.flatten()[cell]
    covered, came_at = (what.flatten()[groups.members].float() for what in (gone, came))
    covered_at, began_at = mean(covered), mean(came_at)
    facts = [
        torch.log1p(size) / 6,
        size / ((bottom - top) * (right - left)).clamp(min=1),
        top / rows,
        left / columns,
        bottom / rows,
        right / columns,
        mean(place) / STACK,
        mean((place == 0).float()),
        mean(torch.log1p(shown)) / _LOG,
        mean(((shown - covered).abs() <= 1).float()),
        torch.log1p(covered_at) / _LOG,
        torch.log1p(began_at) / _LOG,
        torch.arange(MOST_GROUPS, device=age.device).expand(screens, -1) / MOST_GROUPS,
    ]
    for point in (points[:, 0], points[:, 2]):
        x, y = (point / CELL).T[..., None]
        edges = (top - y, bottom - y, left - x, right - x)
        facts += [(edge / 8).clamp(-2, 2) for edge in edges]
        facts.append(_holds(groups, point))
        around = near(torch.cat([age[..., None], gone], -1), point).flatten(1, 2)[
            :, None
        ]  # (B, 1, 9, 1 + STACK)
        for then in (covered_at, began_at):
            alike = (around - then[..., None, None]).abs() <= 1
            facts += [alike[..., 0].float().mean(-1), alike.any(-1).float().mean(-1)]
    for since in ages.T[..., None]:
        apart = (covered_at - since).abs()
        facts += [torch.exp(-apart / 2), torch.exp(-apart / 20), (covered_at <= since + 1).float()]
    return torch.stack(facts, -1) * (size > 0)[..., None]


def _holds(groups: Groups, points: Tensor) -> Tensor:
    """Return (B, G) float: 1 where a point (B, 2) lies on a cell of the group."""
    screens, rows, columns, _ = groups.of.shape
    column, row = (points.long() // CELL).T
    each = torch.arange(screens, device=points.device)
    there = groups.of[each, row.clamp(0, rows - 1), column.clamp(0, columns - 1)]
    holds = torch.zeros(screens, MOST_GROUPS + 1, device=points.device)
    return holds.scatter(1, there % (MOST_GROUPS + 1), 1.0)[:, :MOST_GROUPS]
