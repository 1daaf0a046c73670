"""The dream as a World: NCGUIWorld's state, stepped by actions."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor

from ncdesktop.actions import Action, ActionMemory, advance, new_memory
from ncdesktop.errors import InputError, StateError
from ncdesktop.model.attention import choose_attention, use_attention_
from ncdesktop.model.crew import Crew, Painter, spare_cores
from ncdesktop.model.cuda import check_cuda
from ncdesktop.model.drag import follows, goal, lead
from ncdesktop.model.int8 import in_int8_, int8_pays
from ncdesktop.model.perceive import perceive_
from ncdesktop.model.pipeline import NCGUIWorld, weights_hash
from ncdesktop.model.screen import cells_of, windows
from ncdesktop.model.state import ScreenState, new_screen_state
from ncdesktop.model.state_check import check_state
from ncdesktop.model.things import carried_on_
from ncdesktop.model.tick import dream_ticks_
from ncdesktop.model.turn import Turn
from ncdesktop.model.view import choose_view, whole
from ncdesktop.world import CELL, Cursor, Frame, Insight, Start, State

__all__ = ["NeuralWorld", "step_together"]

_REARRANGED_CELLS = 8
"""So many change at least where windows do."""
_SCREEN = tuple(field.name for field in fields(ScreenState))
_MEMORY = tuple(field.name for field in fields(ActionMemory))


class NeuralWorld:
    """A desktop that a network dreams. The same weights, seed, actions, device and thread count give the same frames."""

    def __init__(
        self,
        model: NCGUIWorld,
        *,
        model_hash: str,
        device: str = "cpu",
        steps: int = 2,
        exact: bool = False,
        bf16: bool = False,
        dense: bool = False,
        helpers: int | None = None,
    ) -> None:
        """steps: of the generator, 1 to 4; exact: look at the whole screen in every tick, see `choose_view` and `Glance`.

        bf16:    multiply matrices in bfloat16; the state stays as it is
        dense:   paint every cell anew in every tick, as a model of whole frames would
        helpers: threads that help to paint on a CPU, by default one for each other core, see `Crew`
        """
        self.model, self.model_hash, self.device = model.to(device).eval(), model_hash, device
        self.steps, self.exact, self.bf16, self.dense = steps, exact, bf16, dense
        self.painter: Painter = model.generator
        if device == "cpu":
            self.painter = Crew(model.generator, spare_cores() if helpers is None else helpers)
        self.size = model.size
        self.cursors: tuple[Cursor, ...] = model.cursors
        self._generator = torch.Generator()
        self.reset()

    @classmethod
    def from_pretrained(
        cls,
        folder: Path,
        *,
        device: str = "cpu",
        steps: int = 2,
        exact: bool = False,
        attention: str = "auto",
        bf16: bool = False,
        dense: bool = False,
    ) -> Self:
        """Load the model in `folder`, its looks in eight-bit integers where that pays, unless `exact` or `bf16`; attention: see
        `choose_attention`.

        Raises WeightsError if the model is not whole, or if `device` cannot be had or is too small; InputError if the
        kind of attention cannot be had there.
        """
        model = NCGUIWorld.from_pretrained(folder)
        if device == "cuda":
            check_cuda(sum(weight.nbytes for weight in model.parameters()))
        use_attention_(model, choose_attention(attention, device))
        if device == "cpu" and not (exact or bf16) and int8_pays():
            in_int8_(model.backbone)
        return cls(
            model,
            model_hash=weights_hash(folder),
            device=device,
            steps=steps,
            exact=exact,
            bf16=bf16,
            dense=dense,
        )

    def another(self) -> Self:
        """Return a new dream of the same model, which takes no more memory than its state."""
        other = type(self)(
            self.model,
            model_hash=self.model_hash,
            device=self.device,
            steps=self.steps,
            exact=self.exact,
            bf16=self.bf16,
            dense=self.dense,
        )
        other.painter = self.painter
        return other

    def reset(self, seed: int | None = None, start: Start = None) -> Frame:
        """Begin from the model's start screen, a screen (H, W, 3) uint8, or a state."""
        if isinstance(start, State):
            return self.set_state(start)
        screen = self.model.start if start is None else start
        width, height = self.size
        if screen.shape != (height, width, 3) or screen.dtype != np.uint8:
            raise InputError(
                f"start screen is {screen.dtype} {screen.shape}, this model dreams uint8 {(height, width, 3)}"
            )
        self._generator.manual_seed(seed or 0)
        self._tick, self._cursor = 0, 0
        self._memory = new_memory((width // 2, height // 2))
        pixels = torch.from_numpy(screen.copy()).to(self.device)
        with torch.inference_mode():
            cells = cells_of(pixels)
            embedded = self.model.embed(cells.flatten(0, 1)).unflatten(0, cells.shape[:2])
            self._screen = new_screen_state(pixels, embedded, self.model.cell_encoder.nothing)
            perceive_(self.model, self._screen, self._tick)
        return self._frame(None)

    def step(self, action: Action) -> Frame:
        """Dream one tick in which the user did `action`."""
        return step_together([self], [action])[0]

    def follow(self, action: Action, ui: np.ndarray, *, cursor: Cursor | None = None) -> Frame:
        """Take a tick as it really went: `action`, after which the screen was `ui` and the pointer's shape `cursor`.

        The state remembers it as its own; with None, or a shape that the model does not know, the shape stays.
        """
        for index, known in enumerate(self.cursors):
            if cursor and known.hotspot == cursor.hotspot and np.array_equal(known.image, cursor.image):
                self._cursor = index
        self._advance(action)
        cells = cells_of(torch.from_numpy(ui).to(self.device))
        with torch.inference_mode():
            rows, columns = torch.nonzero(
                (cells != self._screen.contents[:, :, 0]).flatten(2).any(-1), as_tuple=True
            )
            if len(rows):
                pixels = cells[rows, columns]
                self._follow_drag_(rows, columns, pixels)
                self._screen.let_go_()
                self._screen.write_(
                    rows, columns, pixels, self.model.embed(pixels), self._tick,
                    nothing=self.model.cell_encoder.nothing, since=self._memory.held_since(self._tick),
                )  # fmt: skip
            if len(rows) >= _REARRANGED_CELLS:
                perceive_(self.model, self._screen, self._tick)
        return self._frame(None)

    def get_state(self) -> State:
        arrays = {name: array.copy() for name, array in self._arrays().items()}
        return State("neural", self.model_hash, self._tick, self.size, arrays)

    def set_state(self, state: State) -> Frame:
        """Go on from `state`; raises StateError if other weights or another kind of world made it, or it is damaged."""
        if state.world != "neural":
            raise StateError(f"this state was saved by a {state.world} world, expected a neural one")
        if state.model != self.model_hash:
            raise StateError(
                f"this state was saved with weights {state.model}, these are {self.model_hash}; see --weights"
            )
        check_state(state, self.model, self._arrays())
        try:
            self._generator.set_state(torch.from_numpy(state.arrays["random"].copy()))
        except RuntimeError as error:
            raise StateError(f"this state is damaged: random: {error}") from error
        self._screen = ScreenState(
            **{
                name: torch.from_numpy(state.arrays[f"screen/{name}"].copy()).to(self.device)
                for name in _SCREEN
            }
        )
        self._memory = ActionMemory(**{name: state.arrays[f"memory/{name}"].copy() for name in _MEMORY})
        self._cursor, self._tick = int(state.arrays["cursor"]), state.tick
        return self._frame(None)

    def close(self) -> None:
        """Nothing to release: memory goes with the object."""

    def _arrays(self) -> dict[str, np.ndarray]:
        """Return what a state consists of, which the next step may change."""
        arrays = {f"screen/{name}": getattr(self._screen, name).cpu().numpy() for name in _SCREEN}
        arrays |= {f"memory/{name}": getattr(self._memory, name) for name in _MEMORY}
        return {**arrays, "random": self._generator.get_state().numpy(), "cursor": np.array(self._cursor)}

    def _turn(self, action: Action) -> Turn:
        """Let the tick of `action` begin; return what it needs."""
        self._advance(action)
        view = (
            whole(self._screen)
            if self.exact or self.dense
            else choose_view(self._screen, self._memory, self._tick)
        )
        return Turn(self._screen, self._memory, view, self._tick, self._cursor, self._generator)

    def _advance(self, action: Action) -> None:
        self._tick += 1
        self._memory = advance(self._memory, action)
        if self._memory.ages[0] == 0:
            x, y = self._memory.points[2]
            self._screen.press_(float(x), float(y))

    def _follow_drag_(self, rows: Tensor, columns: Tensor, pixels: Tensor) -> None:
        """Find out whether cells that become `pixels` (N, 16, 16, 3) follow a drag."""
        screen, memory = self._screen, self._memory
        seen = (memory.points, memory.ages, memory.features[-1])
        points, ages, newest = (torch.as_tensor(what, device=self.device)[None] for what in seen)
        ahead = lead(points, ages, newest, screen.followed[None])
        if ahead.any():
            corners = torch.stack([rows, columns], 1) * CELL - ahead.flip(-1)
            moved = windows(screen.screen[None], torch.zeros_like(rows), corners, CELL)
            if follows((moved == pixels).flatten(1).all(1)):
                carried_on_(screen, screen.followed, ahead[0], self._tick)
                screen.followed = goal(points, ages, newest)[0]

    def _frame(self, insight: Insight | None) -> Frame:
        x, y = self._memory.points[0]
        cursor = self.cursors[self._cursor] if self.cursors else None
        return Frame(self._tick, self._screen.screen.cpu().numpy().copy(), (int(x), int(y)), cursor, insight)


def step_together(worlds: Sequence[NeuralWorld], actions: Sequence[Action]) -> list[Frame]:
    """Dream a tick in each of several dreams of one model (see `NeuralWorld.another`), together, see `dream_ticks_`."""
    if not worlds:
        return []
    turns = [world._turn(action) for world, action in zip(worlds, actions, strict=True)]
    first = worlds[0]

    with torch.autocast(first.device, torch.bfloat16, enabled=first.bf16):
        results = dream_ticks_(
            first.model,
            turns,
            steps=first.steps,
            painter=first.painter,
            exact=first.exact,
            dense=first.dense,
        )
    frames = []
    for world, result in zip(worlds, results, strict=True):
        world._cursor = result.cursor
        frames.append(world._frame(result.insight))
    return frames
