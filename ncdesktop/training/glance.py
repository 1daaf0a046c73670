"""The glance's lesson: recorded moments as they come, and whether anything happened in them."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from ncdesktop.errors import SessionError
from ncdesktop.keysyms import TYPING
from ncdesktop.model.glance import Glance, Glimpse
from ncdesktop.model.inputs import AGE_LIMIT
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.batches import recorded_before
from ncdesktop.training.beginnings import forget_input_
from ncdesktop.training.table import Table, history
from ncdesktop.training.windows import recorded_around, recorded_fovea
from ncdesktop.world import CELL

__all__ = ["GLANCE"]

_CELLS_AT_ONCE = 2048
_RATE, _DECAY = 1.5e-3, 0.05
_LATELY, _LAST = 0.3, 512.0
"""Share of the moments that are of dreams that began lately, and how many ticks ago at most."""
_WRONG_SHAPES = 0.12
_RARE = 0.75
"""Of n moments of a kind, each is drawn with a weight of n to the power of minus this."""
_SINCE = (0, 3, 12)
"""Ticks since the last input that make moments of different kinds."""


class _Moments(Examples):
    """Ticks of a table: what they show and what happens is looked up when it is needed.

    embedded: (U, D) of all distinct cells
    """

    def __init__(self, tensors: list[Tensor], table: Table, embedded: Tensor, cursors: int) -> None:
        super().__init__(tensors)
        self.table, self.embedded, self.cursors = table, embedded, cursors

    def __getitem__(self, which: Tensor | slice) -> "_Moments":
        return _Moments([tensor[which] for tensor in self.tensors], self.table, self.embedded, self.cursors)

    def seen(self) -> Glimpse:
        (ticks,), table = self.tensors, self.table
        before = recorded_before(table, ticks)
        cursor = table.cursor[ticks - 1].long()
        return Glimpse(
            *history(table, ticks),
            points=table.points[ticks],
            ages=table.ages[ticks],
            fovea=recorded_fovea(table, ticks),
            cursor=torch.where(cursor < 0, self.cursors, cursor),
            shown=self.embedded[before.ids[..., 0]].unflatten(1, table.grid),
            age=before.age.unflatten(1, table.grid),
        )

    def happened(self, seen: Glimpse) -> Tensor:
        """Return (B, 2) float: whether any cell changed, and whether the pointer's shape is another than was seen."""
        (ticks,), table = self.tensors, self.table
        changed = (table.place[ticks] != table.place[ticks - 1]).any(1)
        cursor = table.cursor[ticks].long()
        return torch.stack([changed, torch.where(cursor < 0, self.cursors, cursor) != seen.cursor], 1).float()

    def begin_lately_(self, seen: Glimpse, generator: torch.Generator) -> None:
        """Let a share of the moments be of dreams that began from a picture some ticks ago, in place, as `forget_` does; and let
        the pointer have a wrong shape in some."""
        (ticks,), table, device = self.tensors, self.table, seen.age.device

        def uniform() -> Tensor:
            return torch.rand(len(ticks), generator=generator).to(device)

        held = (seen.features[:, -1, 2:5] != 0).any(1)
        began = torch.where((uniform() < _LATELY) & ~held, (_LAST ** uniform()).floor(), torch.inf)
        seen.age = torch.where(seen.age > began[:, None, None], AGE_LIMIT, seen.age)
        rows, columns = table.grid
        centre = seen.points.new_tensor([columns * CELL / 2, rows * CELL / 2])
        unpressed = forget_input_(seen, began, centre)
        seen.fovea[unpressed, 1] = recorded_around(table, ticks[unpressed], seen.points[unpressed, 2])
        wrong, other = uniform() < _WRONG_SHAPES, (uniform() * (self.cursors + 1)).long()
        seen.cursor = torch.where(wrong, other, seen.cursor)


def _groups(network: Glance) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


@torch.no_grad()
def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return `count` moments, rare kinds of input more often than they come: of a right click there is one in a thousand. What
    follows from an input is learned at its natural rate, for it is by the input alone that they are drawn."""
    ticks = torch.nonzero(table.since_start.cpu() > 0).flatten()
    if not len(ticks):
        raise SessionError("these sessions are too short to learn a glance from")
    _, kind, size = _inputs(table)[ticks].unique(dim=0, return_inverse=True, return_counts=True)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.multinomial(size[kind].float() ** -_RARE, count, replacement=True, generator=generator)
    cells = tqdm(table.cells.split(_CELLS_AT_ONCE), desc="embedding cells")
    embedded = torch.cat([model.embed(some) for some in cells])
    return _Moments([ticks[drawn].to(table.place.device)], table, embedded, len(model.cursors))


def _inputs(table: Table) -> Tensor:
    """Return (N, ...) int64: which buttons, wheel and keys were touched or are held in each tick, how long ago any was, and whether
    the pointer moves."""
    touched = (table.features[:, 2:14] != 0).long().cpu()
    ago = torch.stack([table.since_edge > limit for limit in _SINCE], 1)
    keys = table.keys.long().cpu()
    keys = torch.where(torch.isin(keys, torch.tensor(TYPING)), TYPING[0], keys)  # one kind of input
    return torch.cat([touched, keys, ago.long(), table.moving[:, None].long()], 1)


def _loss(network: Glance, moments: Examples, generator: torch.Generator) -> Tensor:
    assert isinstance(moments, _Moments)
    seen = moments.seen()
    if network.training:
        moments.begin_lately_(seen, generator)
    return F.binary_cross_entropy_with_logits(network(seen), moments.happened(seen))


GLANCE = Lesson("glance", _collect, _loss, _groups, examples=500_000, batch=192)
