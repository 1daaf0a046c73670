"""What the cells of recorded screens, or of dreams in training, can become: as in a dream's tick, by ids of the bank."""

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.decide import Cells
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import paint
from ncdesktop.model.screen import windows
from ncdesktop.model.uncoverer import Returning
from ncdesktop.training.batches import Batch, CellBank
from ncdesktop.world import CELL

__all__ = ["BatchScene"]


class BatchScene:
    """The screens of a batch of whole screens, whose cells can become what the model supplies."""

    def __init__(
        self, model: NCGUIWorld, bank: CellBank, batch: Batch, action: Tensor, generator: torch.Generator
    ) -> None:
        self._model, self._bank, self._batch, self._action = model, bank, batch, action
        self._generator = generator
        self._sprites: Tensor | None = None

    def contents(self, cells: Cells, choice: Tensor, features: Tensor) -> Tensor:
        return self._model.embed(self._bank.take(self.ids(cells, choice, features)))

    def agreement(self, screen: int, placed: Tensor) -> Tensor:
        return self._model.sprites.agreement(self._batch.screens[screen], placed)

    def returning(self, screen: int, glimpse: Glimpse) -> Returning:
        inputs = self._batch.inputs.of([screen])
        past = inputs.embedded, inputs.empty, inputs.left
        return self._model.uncoverer.returning(glimpse.at([screen]), *past)[0]

    def sprites(self, placed: Tensor) -> tuple[Tensor, Tensor]:
        """As `Scene.sprites`; from now on, `ids` knows what the sprites show."""
        self._sprites, drawn = self._model.sprites.cells(self._batch.screens, placed)
        embedded = self._model.embed(self._sprites[drawn])
        return drawn, embedded.new_zeros(*drawn.shape, embedded.shape[1]).index_put((drawn,), embedded)

    def ids(self, cells: Cells, choice: Tensor, features: Tensor) -> Tensor:
        """Return the ids (N,) of what the cells become by choice (N,) and features (N, C)."""
        batch, bank = self._batch, self._bank
        which, row, column = cells
        new = batch.before[which, row, column, torch.where(choice < Choice.GENERATE, choice, 0)]
        shifted = torch.nonzero(choice == Choice.SHIFT).flatten()
        if len(shifted):
            corners = (
                batch.corners(which[shifted], row[shifted], column[shifted]) - batch.shift[which[shifted]]
            )
            new[shifted] = bank.identify(windows(batch.screens, which[shifted], corners, CELL))
        named = torch.nonzero(choice == Choice.DICTIONARY).flatten()
        if len(named):
            words = bank.vocabulary[self._model.selector.words(features[named]).argmax(1)]
            new[named] = torch.where(words >= 0, words, new[named])
        opens = torch.nonzero(choice == Choice.SPRITE).flatten()
        if len(opens) and self._sprites is not None:
            new[opens] = bank.identify(self._sprites[tuple(axis[opens] for axis in cells)])
        painted = torch.nonzero(choice == Choice.GENERATE).flatten()
        if len(painted):
            at = which[painted], row[painted], column[painted]
            references, around = batch.references(bank, *at)
            clean = paint(
                self._model.generator,
                references,
                around,
                features[painted],
                self._action[at[0]],
                batch.inputs.typed()[at[0]],
                steps=2,
                noise=lambda: torch.randn(len(painted), 3, CELL, CELL, generator=self._generator).to(
                    around.device
                ),
            )
            pixels = ((clean + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).movedim(1, -1)
            new[painted] = bank.identify(pixels)
        return torch.where(new >= 0, new, batch.before[which, row, column, 0])
