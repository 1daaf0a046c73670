"""A small whole world for tests: a sheet of paper that the user paints on, with all the traps of a dream.

It draws with a random generator, remembers keys and a drag, and is slow if told so. Its State must hold every bit
of that, or replays differ.
"""

import time

import numpy as np

from ncdesktop.actions import Action
from ncdesktop.errors import InputError, StateError
from ncdesktop.events import Button, Key, Move, Wheel
from ncdesktop.world import CELL, Cursor, Frame, Insight, Start, State, changed_cells

ARROW = Cursor(np.full((6, 4, 4), 255, np.uint8), (0, 0), "left_ptr")
CROSS = Cursor(np.full((5, 5, 4), (255, 0, 0, 160), np.uint8), (2, 2), "cross")


class PaintWorld:
    """The pointer leaves a trail of random colours while button 1 is down; keys stamp bars; the wheel scrolls."""

    def __init__(
        self, size: tuple[int, int] = (128, 96), *, tick_s: float = 0.0, model: str = "paint-1"
    ) -> None:
        self.size, self.tick_s, self.model = size, tick_s, model
        self.seen: list[Action] = []

    def reset(self, seed: int | None = None, start: Start = None) -> Frame:
        if isinstance(start, State):
            return self.set_state(start)
        width, height = self.size
        self._paper = np.full((height, width, 3), 40, np.uint8)
        if start is not None:
            if start.shape != self._paper.shape:
                raise InputError(f"a screen of {start.shape}, expected {self._paper.shape}")
            self._paper = start.copy()
        self._random = np.random.Generator(np.random.PCG64(seed or 0))
        self._pointer, self._down, self._tick = (width // 2, height // 2), False, 0
        return self._frame(None)

    def step(self, action: Action) -> Frame:
        time.sleep(self.tick_s)
        self.seen.append(action)
        before = self._paper.copy()
        for event in action.edges:
            match event:
                case Move(x, y):
                    self._pointer = (x, y)
                    if self._down:
                        self._dab(x, y, 3)
                case Button(1, down):
                    self._down = down
                    self._dab(*self._pointer, 8)
                case Key(name, True):
                    left = sum(name.encode()) * 7 % (self.size[0] - 8)
                    self._paper[:8, left : left + 8] = self._random.integers(0, 256, 3, np.uint8)
                case Wheel(_, dy):
                    self._paper = np.roll(self._paper, dy * 4, 0)
        self._pointer = action.pointer
        if self._random.random() < 0.2:
            x, y = self._random.integers(0, self.size)
            self._dab(int(x), int(y), 2)
        self._tick += 1
        return self._frame(before)

    def get_state(self) -> State:
        bits = self._random.bit_generator.state
        words = [
            bits["state"][name] >> shift & (1 << 64) - 1 for name in ("state", "inc") for shift in (0, 64)
        ]
        arrays = {
            "paper": self._paper.copy(),
            "random": np.array([*words, bits["has_uint32"], bits["uinteger"]], np.uint64),
            "hand": np.array([*self._pointer, self._down], np.int64),
        }
        return State("paint", self.model, self._tick, self.size, arrays)

    def set_state(self, state: State) -> Frame:
        if (state.world, state.model) != ("paint", self.model):
            raise StateError(f"this state belongs to {state.world} {state.model}, not to paint {self.model}")
        for name, array in self.get_state().arrays.items():
            found = state.arrays.get(name)
            if found is None or (found.shape, found.dtype) != (array.shape, array.dtype):
                raise StateError(f"this state is damaged: {name}")
        words = [int(word) for word in state.arrays["random"]]
        if max(words[4:]) >= 1 << 32:
            raise StateError("this state is damaged: random")
        self._paper = state.arrays["paper"].copy()
        bits = np.random.PCG64()
        bits.state = {
            "bit_generator": "PCG64",
            "state": {"state": words[0] | words[1] << 64, "inc": words[2] | words[3] << 64},
            "has_uint32": words[4],
            "uinteger": words[5],
        }
        self._random = np.random.Generator(bits)
        x, y, down = state.arrays["hand"]
        self._pointer, self._down, self._tick = (int(x), int(y)), bool(down), state.tick
        return self._frame(None)

    def close(self) -> None:
        self._paper = np.zeros((0, 0, 3), np.uint8)

    def _dab(self, x: int, y: int, radius: int) -> None:
        part = self._paper[max(y - radius, 0) : y + radius, max(x - radius, 0) : x + radius]
        part[:] = self._random.integers(0, 256, 3, np.uint8)

    def _frame(self, before: np.ndarray | None) -> Frame:
        rows, cols = self.size[1] // CELL, self.size[0] // CELL
        changed = np.zeros((rows, cols), bool) if before is None else changed_cells(before, self._paper)
        insight = Insight(
            change=np.where(changed, 0.9, 0.02).astype(np.float32),
            choice=np.where(changed, (np.arange(rows * cols) % 4).reshape(rows, cols), -1).astype(np.int8),
            choices=("shift", "stack", "dictionary", "generate"),
            stage_ms={"paint": 0.1},
        )
        cursor = CROSS if self._down else ARROW
        return Frame(self._tick, self._paper.copy(), self._pointer, cursor, insight)
