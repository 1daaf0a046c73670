"""One tick of one dream or several: which cells change, what each becomes, written into the screens' states."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ncdesktop.model.carry import carry_, put_down_
from ncdesktop.model.choices import CHOICES, Choice
from ncdesktop.model.crew import Crew, Painter, share_of
from ncdesktop.model.decide import Cells, decide
from ncdesktop.model.decided import Decided
from ncdesktop.model.drag import dragging, goal
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.inputs import TickInputs
from ncdesktop.model.live_scene import LiveScene, of_each
from ncdesktop.model.perceive import look_closely_
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.rearrange import open_, rearrange_
from ncdesktop.model.sampler import numbers, worth_a_look
from ncdesktop.model.screen import cells_of
from ncdesktop.model.taskbar import with_whole_buttons
from ncdesktop.model.turn import Turn, glimpse_of, tick_inputs
from ncdesktop.model.writing import write_
from ncdesktop.world import CELL, Insight

__all__ = ["TickResult", "dream_ticks_"]

_Whole = tuple[Tensor, Tensor]
"""A screen (H, W, 3) and cells (rows, columns) bool of it."""
_STAGES = ("actions", "looks", "pixels", "state")
_SHARE = 2
"""Dreams that share a pass on a CPU: a pass for each core is worth more than larger ones."""


@dataclass(frozen=True)
class TickResult:
    """cursor: index of the shape shown; insight: what was decided where, and how long it took all who shared a pass"""

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
    dense: bool = False,
) -> list[TickResult]:
    """Let dreams of one model go on by a tick, in place: with one glance at all, and looks, where they are due, in one pass for each
    size of view, or in one for each few of these that a crew shares.

    A dream goes on as it would alone, but for the rounding of sums, which depends on how many share a pass.

    steps:   of the generator, 1 to 4; one where it paints many cells
    painter: a crew that calls the generator; by default this thread does
    exact:   look, whatever a glance would say, see `Glance`
    dense:   look, and paint every cell
    """
    began_s = time.perf_counter()
    glimpse = glimpse_of(turns)
    expected = model.glance(glimpse)
    drawn = torch.stack([numbers(turn.generator) for turn in turns])
    worthy = worth_a_look(expected.change, drawn, glimpse.features, glimpse.keys) | exact | dense
    worth = torch.nonzero(worthy).flatten().tolist()
    glanced = {"glance": 1000 * (time.perf_counter() - began_s)}

    found = [
        Insight(*_nothing(turn.state.grid), CHOICES, dict.fromkeys(_STAGES, 0.0) | glanced) for turn in turns
    ]
    painter = painter or model.generator

    def look(part: list[int]) -> list[Insight]:
        own = glimpse if len(part) == len(turns) else glimpse.at(part)
        likely = expected.change[part]
        return _look_(
            model, [turns[place] for place in part], own, likely, drawn[part], steps, painter, dense
        )

    parts = _parts(turns, worth, most=_SHARE if isinstance(painter, Crew) else len(turns))
    for place in set(range(len(turns))) - set(worth):  # there is time
        look_closely_(model, turns[place].state)
    for part, insights in zip(parts, share_of(painter)([partial(look, part) for part in parts]), strict=True):
        for place, insight in zip(part, insights, strict=True):
            found[place] = replace(insight, stage_ms=insight.stage_ms | glanced)
    return [
        TickResult(cursor, insight)
        for cursor, insight in zip(expected.shape(glimpse.cursor).tolist(), found, strict=True)
    ]


def _parts(turns: Sequence[Turn], worth: list[int], *, most: int) -> list[list[int]]:
    """Return the turns that are worth a look in parts of one size of view, `most` at most in each."""
    sizes: dict[tuple[int, int], list[int]] = {}
    for place in worth:
        sizes.setdefault((turns[place].view.rows, turns[place].view.columns), []).append(place)
    return [group[begin : begin + most] for group in sizes.values() for begin in range(0, len(group), most)]


def _look_(
    model: NCGUIWorld,
    turns: Sequence[Turn],
    glimpse: Glimpse,
    likely: Tensor,
    drawn: Tensor,
    steps: int,
    painter: Painter,
    dense: bool,
) -> list[Insight]:
    """Look at dreams of one size of view, and let happen what does, in place.

    likely: (B,) log odds of any change, by the glance; drawn: (B, 2), see `numbers` of the sampler
    """
    clock = [time.perf_counter()]
    inputs = tick_inputs(turns, glimpse)
    action = model.action_encoder(inputs)
    clock.append(time.perf_counter())
    scene = LiveScene(model, turns, inputs, (action, inputs.typed()), steps, painter)
    decided = decide(model, inputs, action, glimpse, likely, scene, drawn, share=share_of(painter))
    goals = goal(inputs.points, inputs.ages, inputs.features[:, -1])
    if dense:
        decided.paint_all_()
        whole: list[_Whole | None] = [None] * len(turns)
        carried = whole
    else:
        carried, whole = _known_(model, turns, inputs, goals, glimpse, likely, decided)
    found = _carry_out_(model, turns, inputs, goals, decided, scene, carried, whole, clock)
    spent = {
        name: 1000 * (after - before)
        for name, before, after in zip(_STAGES, clock[:-1], clock[1:], strict=True)
    }
    return [Insight(probability, chosen, CHOICES, spent) for probability, chosen in found]


def _nothing(grid: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return probability and choices of a tick in which nothing changes."""
    return np.zeros(grid, np.float32), np.full(grid, -1, np.int8)


def _known_(
    model: NCGUIWorld,
    turns: Sequence[Turn],
    inputs: TickInputs,
    goals: Tensor,
    glimpse: Glimpse,
    likely: Tensor,
    decided: Decided,
) -> tuple[list[_Whole | None], list[_Whole | None]]:
    """Return, of each turn, the screen after what happens if that is known to the pixel, and the cells that differ: where something is carried;
    and where anything is known, this too. goals: (B, 2), see `goal`"""
    carried = [
        carry_(model, turn.state, decided, place, lead_, own, _shape(model, turn), turn.tick)
        for place, (turn, lead_, own) in enumerate(zip(turns, inputs.lead, goals, strict=True))
    ]
    drags = dragging(inputs.features).tolist()
    whole = [
        carry
        or rearrange_(model, turn.state, decided, place, glimpse.at([place]), turn.tick, dragged=dragged)
        or write_(model, turn.state, decided, place, inputs, float(likely[place].sigmoid()))
        for place, (turn, carry, dragged) in enumerate(zip(turns, carried, drags, strict=True))
    ]
    return carried, whole


def _carry_out_(
    model: NCGUIWorld,
    turns: Sequence[Turn],
    inputs: TickInputs,
    goals: Tensor,
    decided: Decided,
    scene: LiveScene,
    carried: list[_Whole | None],
    whole: list[_Whole | None],
    clock: list[float],
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Make the pixels of what changes and write them into the states, in place; note in `clock` when each was done.

    goals, carried, whole: see `_known_`
    returns: of each, probability (rows, cols) of a change, and choices (rows, cols) int8, see `_write_`
    """
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

    chosen = _write_(
        model, turns, *_with_whole_buttons(model, turns, carried, scene.on_screen(cells), choice, pixels)
    )
    for carry, turn, own, lead_ in zip(carried, turns, chosen, inputs.lead, strict=True):
        if carry is not None and (own == Choice.SHIFT).any():
            put_down_(turn.state, lead_, turn.tick)
    for turn, own, placed, followed in zip(turns, chosen, decided.placed, goals, strict=True):
        if (own == Choice.SPRITE).any():
            turn.state.placed = placed.clone()
            open_(model, turn.state, placed, turn.tick)
        if (own == Choice.SHIFT).any():
            turn.state.followed = followed.clone()
    probabilities = np.zeros((len(turns), *turns[0].state.grid), np.float32)
    for probability, turn, seen in zip(probabilities, turns, decided.probability.cpu(), strict=True):
        probability[turn.seen] = seen
    clock.append(time.perf_counter())
    return list(zip(probabilities, chosen.numpy(), strict=True))


def _shape(model: NCGUIWorld, turn: Turn) -> str:
    """Return the name of the pointer's shape before a turn."""
    return model.cursors[turn.cursor].name if turn.cursor < len(model.cursors) else ""


def _supplied(
    turns: Sequence[Turn], whole: Sequence[_Whole | None], on_screen: Cells, cells: Cells
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


def _with_whole_buttons(
    model: NCGUIWorld,
    turns: Sequence[Turn],
    carried: Sequence[_Whole | None],
    cells: Cells,
    choice: Tensor,
    pixels: Tensor,
) -> tuple[Cells, Tensor, Tensor]:
    """Return what changes with whole buttons in the panels, but where something is carried; cells (which turn, row, column), choice and
    pixels of each."""
    parts = []
    for place, (rows, columns, own, of) in of_each(turns, *cells, choice, pixels):
        part = (rows, columns), own, of
        if carried[place] is None:
            part = with_whole_buttons(model.taskbar, turns[place].state, *part, turns[place].tick)
        parts.append((torch.full_like(part[0][0], place), part))
    if not parts:
        return cells, choice, pixels
    which, found = zip(*parts, strict=True)
    where, choices, looks = zip(*found, strict=True)
    rows, columns = (torch.cat(axis) for axis in zip(*where, strict=True))
    return (torch.cat(which), rows, columns), torch.cat(choices), torch.cat(looks)


def _write_(model: NCGUIWorld, turns: Sequence[Turn], cells: Cells, choice: Tensor, pixels: Tensor) -> Tensor:
    """Write what the cells become into the states, in place, where it differs from what they show.

    returns: (B, rows, columns) int8 on the CPU: the choice behind each cell that differs, else -1
    """
    chosen = torch.full((len(turns), *turns[0].state.grid), -1, dtype=torch.int8)
    shown = [
        turns[place].state.contents[rows, columns, 0] for place, (rows, columns) in of_each(turns, *cells)
    ]
    differs = (pixels != torch.cat([pixels[:0], *shown])).flatten(1).any(1)
    cells, choice, pixels = tuple(axis[differs] for axis in cells), choice[differs], pixels[differs]
    if len(choice):
        written = (*cells, choice, pixels, model.embed(pixels))
        for place, (rows, columns, own, new, embedded) in of_each(turns, *written):
            turn, nothing = turns[place], model.cell_encoder.nothing
            turn.state.write_(
                rows,
                columns,
                new,
                embedded,
                turn.tick,
                nothing=nothing,
                since=turn.memory.held_since(turn.tick),
            )
            chosen[place, rows.cpu(), columns.cpu()] = own.to("cpu", torch.int8)
    return chosen
