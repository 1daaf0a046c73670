"""What the cells of dreams that share a tick can become, and the pixels of what they do."""

from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.crew import Painter, share_of
from ncdesktop.model.decide import Cells
from ncdesktop.model.generator import MARGIN, REFERENCES
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.inputs import AGE_LIMIT, TickInputs
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import Noise, paint
from ncdesktop.model.screen import pixels_in, windows
from ncdesktop.model.state import ScreenState
from ncdesktop.model.turn import Turn
from ncdesktop.model.uncoverer import Returning
from ncdesktop.world import CELL

__all__ = ["MANY_PAINTED", "LiveScene", "of_each"]

MANY_PAINTED = 16
"""More painted cells than these are painted in one step."""


class LiveScene:
    """The views of turns, whose cells can become what the model supplies.

    done:  what the users did: action vectors (B, A), typed keys (B,)
    steps: of the painter
    """

    def __init__(
        self,
        model: NCGUIWorld,
        turns: Sequence[Turn],
        inputs: TickInputs,
        done: tuple[Tensor, Tensor],
        steps: int,
        painter: Painter,
    ) -> None:
        self._model, self._turns, self._done, self._steps, self.painter = model, turns, done, steps, painter
        self._origin, self._lead = inputs.origin.long(), inputs.lead
        self._sprites: Tensor | None = None

    def on_screen(self, cells: Cells) -> Cells:
        """Return cells of the views as cells of the screens."""
        row, column = self._origin[cells[0]].unbind(1)
        return cells[0], cells[1] + row, cells[2] + column

    def contents(self, cells: Cells, choice: Tensor, features: Tensor) -> Tensor:
        unasked = torch.full_like(choice, -1)
        return self._model.embed(self.pixels(cells, choice, features, unasked))

    def agreement(self, screen: int, placed: Tensor) -> Tensor:
        return self._model.sprites.agreement(self._turns[screen].state.screen, placed)

    def returning(self, screen: int, glimpse: Glimpse) -> Returning:
        turn = self._turns[screen]
        state = turn.state
        left = (turn.tick - state.left_at).clamp(max=AGE_LIMIT).float()
        past = (what[None] for what in (state.embedded, state.empty, left))
        (whole,) = self._model.uncoverer.returning(glimpse.at([screen]), *past)
        return Returning(whole.odds, whole.of[turn.seen])

    def sprites(self, placed: Tensor) -> tuple[Tensor, Tensor]:
        """As `Scene.sprites`; from now on, `pixels` knows what the sprites show."""
        screens = torch.stack([turn.state.screen for turn in self._turns])
        cells, drawn = self._model.sprites.cells(screens, placed)
        self._sprites = torch.stack([own[turn.seen] for own, turn in zip(cells, self._turns, strict=True)])
        drawn = torch.stack([own[turn.seen] for own, turn in zip(drawn, self._turns, strict=True)])
        embedded = self._model.embed(self._sprites[drawn])
        return drawn, embedded.new_zeros(*drawn.shape, embedded.shape[1]).index_put((drawn,), embedded)

    def pixels(self, cells: Cells, choice: Tensor, features: Tensor, words: Tensor) -> Tensor:
        """Return (N, 16, 16, 3) uint8: what cells, sorted by turns, become by choices (N,), features (N, C), and the known contents
        (N,) that they become, -1 where nobody has asked yet."""
        pixels = torch.empty(len(choice), CELL, CELL, 3, dtype=torch.uint8, device=choice.device)

        def fill_(some: Tensor, become: Callable[[Tensor, Cells], Tensor]) -> None:
            which = torch.nonzero(some).flatten()
            if len(which):
                pixels[which] = become(which, tuple(axis[which] for axis in cells))

        earlier = (choice >= Choice.EARLIER) & (choice < Choice.GENERATE)
        fill_(earlier, lambda which, here: self._gathered(_earlier, here, choice[which]))
        fill_(choice == Choice.SHIFT, lambda _, here: self._gathered(_shifted, here))
        fill_(choice == Choice.DICTIONARY, lambda which, _: self._named(features[which], words[which]))
        fill_(choice == Choice.SPRITE, lambda _, here: cast(Tensor, self._sprites)[here])
        fill_(choice == Choice.GENERATE, lambda which, here: self._painted(here, features[which]))
        return pixels

    def _gathered(self, of: Callable[..., Tensor], cells: Cells, *of_cells: Tensor) -> Tensor:
        """Return what `of` makes of each turn's state and lead, and of the rows, columns and whatever else is given of its cells."""
        parts = of_each(self._turns, *self.on_screen(cells), *of_cells)
        return torch.cat([of(self._turns[place].state, self._lead[place], *own) for place, own in parts])

    def _named(self, features: Tensor, words: Tensor) -> Tensor:
        unasked = torch.nonzero(words < 0).flatten()
        if len(unasked):
            words[unasked], _ = self._model.selector.likeliest_words(
                features[unasked], share_of(self.painter)
            )
        return self._model.vocabulary[words]

    def _painted(self, cells: Cells, features: Tensor) -> Tensor:
        turns = self._turns
        pixels = torch.empty(len(features), CELL, CELL, 3, dtype=torch.uint8, device=features.device)
        many = cells[0].bincount(minlength=len(turns)) > MANY_PAINTED
        for busy in (False, True):
            part = torch.nonzero(many[cells[0]] == busy).flatten()
            if not len(part):
                continue
            here = tuple(axis[part] for axis in cells)
            references, around = (self._gathered(of, here) for of in (_references, _surroundings))
            clean = paint(
                self.painter, pixels_in(references), pixels_in(around), features[part], *(what[here[0]] for what in self._done),
                steps=1 if busy else self._steps, noise=_noise(turns, here[0]),
            )  # fmt: skip
            pixels[part] = ((clean + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).movedim(1, -1)
        return pixels


def _earlier(state: ScreenState, lead: Tensor, rows: Tensor, columns: Tensor, choice: Tensor) -> Tensor:
    """Return (N, 16, 16, 3) uint8: what cells of a screen showed before, by choices (N,)."""
    return state.contents[rows, columns, choice]


def _shifted(state: ScreenState, lead: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return (N, 16, 16, 3) uint8: what would be moved to the cells if it followed the pointer's drag; lead: see `TickInputs`."""
    corners = torch.stack([rows, columns], 1) * CELL
    return windows(state.screen[None], torch.zeros_like(rows), corners - lead.flip(-1), CELL)


def _references(state: ScreenState, lead: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return (N, REFERENCES, 16, 16, 3) uint8: what painted cells may show as it is: their newest contents, and what follows the drag."""
    own = state.contents[rows, columns, : REFERENCES - 1]
    known = torch.arange(REFERENCES - 1, device=rows.device) < state.count[rows, columns, None]
    own = torch.where(known[..., None, None, None], own, own[:, :1])
    return torch.cat([own[:, :1], _shifted(state, lead, rows, columns)[:, None], own[:, 1:]], 1)


def _surroundings(state: ScreenState, lead: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return (N, 48, 48, 3) uint8: the cells with what is around them."""
    corners = torch.stack([rows, columns], 1) * CELL
    return windows(state.screen[None], torch.zeros_like(rows), corners - MARGIN, CELL + 2 * MARGIN)


def _noise(turns: Sequence[Turn], which: Tensor) -> Noise:
    """Return what draws noise for cells of turns `which` (N,), each turn's by its own generator."""
    counts = which.bincount(minlength=len(turns)).tolist()

    def draw() -> Tensor:
        return torch.cat(
            [
                torch.randn(count, 3, CELL, CELL, generator=turn.generator)
                for turn, count in zip(turns, counts, strict=True)
                if count
            ]
        ).to(which.device)

    return draw


def of_each(turns: Sequence[Turn], which: Tensor, *of_cells: Tensor) -> list[tuple[int, list[Tensor]]]:
    """Split what is given of cells, sorted by turns, by `which` turn they belong to; turns without any are left out."""
    counts = which.bincount(minlength=len(turns)).tolist()
    parts = zip(*(what.split(counts) for what in of_cells), strict=True)
    return [(place, list(part)) for place, part in enumerate(parts) if counts[place]]
