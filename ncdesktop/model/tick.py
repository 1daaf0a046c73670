"""One tick of one dream or several: which cells change, what each becomes, written into the screens' states."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ncdesktop.model.carry import carry_, put_down_
from ncdesktop.model.choices import CHOICES, Choice
from ncdesktop.model.crew import Painter, share_of
from ncdesktop.model.decide import Cells, Decided, decide
from ncdesktop.model.drag import goal
from ncdesktop.model.generator import MARGIN, REFERENCES
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.inputs import AGE_LIMIT, TickInputs
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import Noise, numbers, paint, worth_a_look
from ncdesktop.model.screen import cells_of, pixels_in, windows
from ncdesktop.model.state import ScreenState
from ncdesktop.model.turn import Turn, stacked, tick_inputs
from ncdesktop.model.uncoverer import Returning
from ncdesktop.model.writing import write_
from ncdesktop.world import CELL, Insight

__all__ = ["MANY_PAINTED", "TickResult", "dream_ticks_"]

MANY_PAINTED = 16
"""More painted cells than these are painted in one step."""


@dataclass(frozen=True)
class TickResult:
    """cursor: index of the shape shown; insight: what was decided where, and how long it took all who shared the tick"""

    cursor: int
    insight: Insight


@torch.inference_mode()
def dream_ticks_(
    model: NCGUIWorld,
    turns: Sequence[Turn],
    *,
    steps: int = 2,
    painter: Painter | None = None,
    exact: bool = False,
) -> list[TickResult]:
    """Let dreams of one model go on by a tick in one pass, in place; their views are of one size.

    A dream goes on as it would alone, but for the rounding of sums, which depends on how many share the tick.

    steps:   of the generator, 1 to 4; one where it paints many cells
    painter: a crew that calls the generator; by default this thread does
    exact:   look, whatever a glance would say, see `Glance`
    """
    clock = [time.perf_counter()]
    inputs = tick_inputs(turns)
    glimpse = _glimpse(turns, inputs)
    expected = model.glance(glimpse)
    drawn = torch.stack([numbers(turn.generator) for turn in turns])
    worthy = worth_a_look(expected.change, drawn, inputs.features, inputs.keys) | exact
    worth = torch.nonzero(worthy).flatten().tolist()
    clock.append(time.perf_counter())

    found = [_nothing(turn.state.grid) for turn in turns]
    looked = [turns[place] for place in worth]
    if looked:
        seen = inputs.of(worth)
        action = model.action_encoder(seen)
        clock.append(time.perf_counter())
        scene = _Scene(model, looked, seen, (action, seen.typed()), steps, painter or model.generator)
        likely = expected.change[worth]
        decided = decide(
            model,
            seen,
            action,
            glimpse.at(worth),
            likely,
            scene,
            drawn[worth],
            share=share_of(scene.painter),
        )
        for place, changes in zip(
            worth, _carry_out_(model, looked, seen, likely, decided, scene, clock), strict=True
        ):
            found[place] = changes
    stages = ("glance", "actions", "looks", "pixels", "state")
    spent = dict.fromkeys(stages, 0.0) | {
        name: 1000 * (after - before)
        for name, before, after in zip(stages, clock[:-1], clock[1:], strict=False)
    }
    return [
        TickResult(cursor, Insight(probability.numpy(), chosen.numpy(), CHOICES, spent))
        for cursor, (probability, chosen) in zip(expected.shape(inputs.cursor).tolist(), found, strict=True)
    ]


def _nothing(grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return probability and choices of a tick in which nothing changes."""
    return torch.zeros(grid), torch.full(grid, -1, dtype=torch.int8)


def _glimpse(turns: Sequence[Turn], inputs: TickInputs) -> Glimpse:
    """Return what small networks see of the turns."""
    shown = stacked([turn.state.embedded[:, :, 0] for turn in turns])
    age = stacked([turn.tick - turn.state.changed_at for turn in turns])
    return Glimpse.of(inputs, shown, age)


def _carry_out_(
    model: NCGUIWorld,
    turns: Sequence[Turn],
    inputs: TickInputs,
    likely: Tensor,
    decided: Decided,
    scene: "_Scene",
    clock: list[float],
) -> list[tuple[Tensor, Tensor]]:
    """Make the pixels of what changes and write them into the states, in place; note in `clock` when each was done.

    returns: of each, probability (rows, cols) of a change, and choices (rows, cols) int8, see `_write_`
    """
    goals = goal(inputs.points, inputs.ages, inputs.features[:, -1])
    carried = [
        carry_(model, turn.state, decided, place, inputs.lead[place], goals[place])
        for place, turn in enumerate(turns)
    ]
    whole = [
        carry or write_(model, turn.state, decided, place, inputs, float(likely[place].sigmoid()))
        for place, (turn, carry) in enumerate(zip(turns, carried, strict=True))
    ]
    cells = torch.nonzero(decided.changed, as_tuple=True)
    clock.append(time.perf_counter())

    supplied, pixels = _supplied(turns, whole, scene.on_screen(cells), cells)
    alone = ~supplied
    choice = decided.decisions.choice[cells].argmax(-1)
    one_by_one = tuple(axis[alone] for axis in cells)
    pixels[alone] = scene.pixels(
        one_by_one, choice[alone], decided.features[one_by_one], decided.words[one_by_one]
    )
    clock.append(time.perf_counter())

    chosen = _write_(model, turns, scene.on_screen(cells), choice, pixels)
    for carry, turn, own, lead_ in zip(carried, turns, chosen, inputs.lead, strict=True):
        if carry is not None and (own == Choice.SHIFT).any():
            put_down_(model, turn.state, (own == Choice.SHIFT).to(lead_.device), lead_)
    for turn, own, placed, followed in zip(turns, chosen, decided.placed, goals, strict=True):
        if (own == Choice.SPRITE).any():
            turn.state.placed = placed.clone()
        if (own == Choice.SHIFT).any():
            turn.state.followed = followed.clone()
    probabilities = torch.zeros(len(turns), *turns[0].state.grid)
    for probability, turn, seen in zip(probabilities, turns, decided.probability.cpu(), strict=True):
        probability[turn.seen] = seen
    clock.append(time.perf_counter())
    return list(zip(probabilities, chosen, strict=True))


def _supplied(
    turns: Sequence[Turn], whole: Sequence[tuple[Tensor, Tensor] | None], on_screen: Cells, cells: Cells
) -> tuple[Tensor, Tensor]:
    """Return which of the cells (N,) are supplied by screens that `whole` has for some turns, and pixels (N, 16, 16, 3) uint8, of
    these what those show."""
    supplied = torch.zeros_like(cells[0], dtype=torch.bool)
    pixels = torch.empty(len(supplied), CELL, CELL, 3, dtype=torch.uint8, device=supplied.device)
    for place, supply in enumerate(whole):
        if supply is not None:
            shown, which = supply
            own = torch.nonzero(cells[0] == place).flatten()
            own = own[which[cells[1][own], cells[2][own]]]
            supplied[own] = True
            pixels[own] = cells_of(shown)[on_screen[1][own], on_screen[2][own]]
    return supplied, pixels


def _of_each(turns: Sequence[Turn], which: Tensor, *of_cells: Tensor) -> list[tuple[int, list[Tensor]]]:
    """Split what is given of cells, sorted by turns, by `which` turn they belong to; turns without any are left out."""
    counts = which.bincount(minlength=len(turns)).tolist()
    parts = zip(*(what.split(counts) for what in of_cells), strict=True)
    return [(place, list(part)) for place, part in enumerate(parts) if counts[place]]


def _write_(model: NCGUIWorld, turns: Sequence[Turn], cells: Cells, choice: Tensor, pixels: Tensor) -> Tensor:
    """Write what the cells become into the states, in place, where it differs from what they show.

    returns: (B, rows, columns) int8 on the CPU: the choice behind each cell that differs, else -1
    """
    chosen = torch.full((len(turns), *turns[0].state.grid), -1, dtype=torch.int8)
    shown = [
        turns[place].state.contents[rows, columns, 0] for place, (rows, columns) in _of_each(turns, *cells)
    ]
    differs = (pixels != torch.cat([pixels[:0], *shown])).flatten(1).any(1)
    cells, choice, pixels = tuple(axis[differs] for axis in cells), choice[differs], pixels[differs]
    if len(choice):
        written = (*cells, choice, pixels, model.embed(pixels))
        for place, (rows, columns, own, new, embedded) in _of_each(turns, *written):
            turns[place].state.write_(rows, columns, new, embedded, turns[place].tick)
            chosen[place, rows.cpu(), columns.cpu()] = own.to("cpu", torch.int8)
    return chosen


class _Scene:
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
        parts = _of_each(self._turns, *self.on_screen(cells), *of_cells)
        return torch.cat([of(self._turns[place].state, self._lead[place], *own) for place, own in parts])

    def _named(self, features: Tensor, words: Tensor) -> Tensor:
        unasked = torch.nonzero(words < 0).flatten()
        if len(unasked):
            words[unasked], _ = self._model.selector.likeliest_words(
                features[unasked], share_of(self.painter)
            )
        return self._model.vocabulary[words]

    def _painted(self, cells: Cells, features: Tensor) -> Tensor:
        turns, pixels = self._turns, torch.empty(len(features), CELL, CELL, 3, dtype=torch.uint8)
        pixels = pixels.to(features.device)
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
