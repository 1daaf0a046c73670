"""Recorded moments as small networks glimpse them, looked up in the table when they are needed."""

import torch
from torch import Tensor
from tqdm import tqdm

from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.inputs import AGE_LIMIT
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.training.alone import Examples
from ncdesktop.training.batches import recorded_before
from ncdesktop.training.beginnings import forget_input_
from ncdesktop.training.haste import hasten_
from ncdesktop.training.table import Table, history
from ncdesktop.training.windows import recorded_around, recorded_fovea
from ncdesktop.world import CELL

__all__ = ["Moments"]

_CELLS_AT_ONCE = 2048
_LATELY, _LAST = 0.3, 512.0
"""Share of the moments that are of dreams that began lately, and how many ticks ago at most."""


class Moments(Examples):
    """Ticks of a table, a column of them.

    embedded: (U, D) of all distinct cells
    cursors:  how many shapes of the pointer the model knows
    """

    def __init__(self, tensors: list[Tensor], table: Table, embedded: Tensor, cursors: int) -> None:
        super().__init__(tensors)
        self.table, self.embedded, self.cursors = table, embedded, cursors

    @classmethod
    def of(cls, ticks: Tensor, table: Table, model: NCGUIWorld) -> "Moments":
        """Return the moments at `ticks` (N,), with what `model` makes of all cells."""
        cells = tqdm(table.cells.split(_CELLS_AT_ONCE), desc="embedding cells")
        with torch.no_grad():
            embedded = torch.cat([model.embed(some) for some in cells])
        return cls([ticks.to(table.place.device)], table, embedded, len(model.cursors))

    def __getitem__(self, which: Tensor | slice) -> "Moments":
        return Moments([tensor[which] for tensor in self.tensors], self.table, self.embedded, self.cursors)

    @property
    def ticks(self) -> Tensor:
        return self.tensors[0]

    def seen(self) -> Glimpse:
        """Return what is seen of them."""
        table, ticks = self.table, self.ticks
        before = recorded_before(table, ticks)
        cursor = table.cursor[ticks - 1].long()
        return Glimpse(
            *history(table, ticks),
            points=table.points[ticks],
            ages=table.ages[ticks],
            fovea=recorded_fovea(table, ticks),
            cursor=torch.where(cursor < 0, self.cursors, cursor),
            placed=before.placed,
            shown=self.embedded[before.ids[..., 0]].unflatten(1, table.grid),
            age=before.age.unflatten(1, table.grid),
        )

    def vary_(self, seen: Glimpse, generator: torch.Generator) -> Tensor:
        """Let some of the moments be of quicker hands, and some of dreams that began lately, in place; return what `begin_lately_` does."""
        hasten_(seen, generator)
        return self.begin_lately_(seen, generator)

    def begin_lately_(self, seen: Glimpse, generator: torch.Generator) -> Tensor:
        """Let a share of the moments be of dreams that began from a picture some ticks ago, in place, as `forget_` does; return (B,) how
        many ticks ago they began, inf for the others."""
        table, device = self.table, seen.age.device

        def uniform() -> Tensor:
            return torch.rand(len(self), generator=generator).to(device)

        held = (seen.features[:, -1, 2:5] != 0).any(1)
        lately = (uniform() < _LATELY) & ~held
        began = torch.where(lately, (_LAST ** uniform()).floor(), torch.inf)
        seen.age = torch.where(seen.age > began[:, None, None], AGE_LIMIT, seen.age)
        seen.placed = torch.where(lately[:, None], NO_SPRITE, seen.placed)
        rows, columns = table.grid
        centre = seen.points.new_tensor([columns * CELL / 2, rows * CELL / 2])
        unpressed = forget_input_(seen, began, centre)
        seen.fovea[unpressed, 1] = recorded_around(table, self.ticks[unpressed], seen.points[unpressed, 2])
        return began
