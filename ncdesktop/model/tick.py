"""One tick of the dream: which cells change, what each becomes, written into the screen's state."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ncdesktop.actions import ActionMemory
from ncdesktop.model.crew import Painter
from ncdesktop.model.decide import Cells, decide
from ncdesktop.model.generator import MARGIN, REFERENCES
from ncdesktop.model.inputs import AGE_LIMIT, TickInputs, fovea, nothing_revealed
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import paint
from ncdesktop.model.screen import pixels_in, windows
from ncdesktop.model.selector import CHOICES, Choice
from ncdesktop.model.state import ScreenState
from ncdesktop.model.view import View
from ncdesktop.world import CELL, Insight

__all__ = ["MANY_PAINTED", "TickResult", "dream_tick_", "tick_inputs"]

MANY_PAINTED = 16
"""More painted cells than these are painted in one step."""


@dataclass(frozen=True)
class TickResult:
    """cursor: index of the shape shown; insight: what was decided where, and how long it took"""

    cursor: int
    insight: Insight


def tick_inputs(
    state: ScreenState, memory: ActionMemory, view: View, *, tick: int, cursor: int
) -> TickInputs:
    """Return what the network sees in `view` at tick `tick`, which follows the state.

    memory: the user's actions, that of the tick included
    cursor: index of the pointer shape before the tick
    """
    device = state.screen.device
    seen = (slice(view.row, view.row + view.rows), slice(view.column, view.column + view.columns))

    def batched(array: np.ndarray) -> Tensor:
        return torch.from_numpy(array)[None].to(device)

    points = batched(memory.points)
    return TickInputs(
        embedded=state.embedded[seen][None],
        empty=state.empty[seen][None],
        age=(tick - state.changed_at[seen]).clamp(max=AGE_LIMIT)[None].float(),
        origin=torch.tensor([[view.row, view.column]], dtype=torch.float32, device=device),
        grid=state.grid,
        features=batched(memory.features),
        keys=batched(memory.keys),
        points=points,
        ages=batched(memory.ages),
        fovea=fovea(state.screen[None], points, state.pressed[None]),
        cursor=torch.tensor([cursor], device=device),
        revealed=nothing_revealed(1, view.rows, view.columns, state.embedded.shape[-1], device),
    )


@torch.inference_mode()
def dream_tick_(
    model: NCGUIWorld,
    state: ScreenState,
    memory: ActionMemory,
    view: View,
    *,
    tick: int,
    cursor: int,
    generator: torch.Generator,
    painter: Painter,
    steps: int = 2,
) -> TickResult:
    """Let the part of the state that `view` shows go on to `tick`, in place.

    memory:    the user's actions, that of this tick included
    cursor:    index of the pointer shape before the tick
    generator: on the CPU; the same numbers are drawn whatever the device
    painter:   the model's generator, or a crew that calls it
    steps:     of the generator, 1 to 4; one if it paints many cells
    """
    clock = [time.perf_counter()]
    inputs = tick_inputs(state, memory, view, tick=tick, cursor=cursor)
    action = model.action_encoder(inputs)
    clock.append(time.perf_counter())

    def pixels_of(cells: Cells, choice: Tensor, features: Tensor) -> Tensor:
        at = cells[1] + view.row, cells[2] + view.column
        return _pixels(model, state, memory.shift, *at, choice, features, action, steps, generator, painter)

    decided = decide(model, inputs, action, lambda *which: model.embed(pixels_of(*which)), [generator])
    cells = torch.nonzero(decided.changed, as_tuple=True)
    clock.append(time.perf_counter())

    choice = decided.decisions.choice[cells].argmax(-1)
    pixels = pixels_of(cells, choice, decided.features[cells])
    rows, columns = cells[1] + view.row, cells[2] + view.column
    clock.append(time.perf_counter())

    differs = (pixels != state.contents[rows, columns, 0]).flatten(1).any(1)
    rows, columns, choice = rows[differs], columns[differs], choice[differs]
    if len(rows):
        state.write_(rows, columns, pixels[differs], model.embed(pixels[differs]), tick)
    probability, chosen = torch.zeros(state.grid), torch.full(state.grid, -1, dtype=torch.int8)
    probability[view.row : view.row + view.rows, view.column : view.column + view.columns] = (
        decided.probability[0].cpu()
    )
    chosen[rows.cpu(), columns.cpu()] = choice.to("cpu", torch.int8)
    cursor = int(decided.decisions.cursor[0].argmax())
    clock.append(time.perf_counter())
    stages = ("actions", "looks", "pixels", "state")
    spent = {
        name: 1000 * (after - before)
        for name, before, after in zip(stages, clock[:-1], clock[1:], strict=True)
    }
    return TickResult(cursor, Insight(probability.numpy(), chosen.numpy(), CHOICES, spent))


def _pixels(
    model: NCGUIWorld,
    state: ScreenState,
    shift: tuple[int, int],
    rows: Tensor,
    columns: Tensor,
    choice: Tensor,
    features: Tensor,
    action: Tensor,
    steps: int,
    generator: torch.Generator,
    painter: Painter,
) -> Tensor:
    """Return (N, 16, 16, 3) uint8: what the cells (rows[i], columns[i]) become by choice[i]; shift is (dx, dy) pixels."""
    stack = state.contents[rows, columns]  # (N, 1 + K, 16, 16, 3)
    pixels = stack[
        torch.arange(len(rows), device=rows.device), torch.where(choice < Choice.GENERATE, choice, 0)
    ]
    corners = torch.stack([rows, columns], 1) * CELL
    first = torch.zeros_like(rows)
    shifted = windows(
        state.screen[None], first, corners - torch.tensor(shift[::-1], device=rows.device), CELL
    )
    pixels = torch.where((choice == Choice.SHIFT)[:, None, None, None], shifted, pixels)

    named = torch.nonzero(choice == Choice.DICTIONARY).flatten()
    if len(named):
        pixels[named] = model.vocabulary[model.selector.words(features[named]).argmax(1)]
    painted = torch.nonzero(choice == Choice.GENERATE).flatten()
    if len(painted):
        own = stack[painted, : REFERENCES - 1]
        known = torch.arange(REFERENCES - 1, device=rows.device) < state.count[rows, columns][painted, None]
        own = torch.where(known[:, :, None, None, None], own, own[:, :1])
        references = pixels_in(torch.cat([own[:, :1], shifted[painted, None], own[:, 1:]], 1))
        around = pixels_in(
            windows(state.screen[None], first[painted], corners[painted] - MARGIN, CELL + 2 * MARGIN)
        )
        clean = paint(
            painter, references, around, features[painted], action.expand(len(painted), -1),
            steps=steps if len(painted) <= MANY_PAINTED else 1, generator=generator,
        )  # fmt: skip
        pixels[painted] = ((clean + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).movedim(1, -1)
    return pixels
