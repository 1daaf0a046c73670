"""Probes as tasks: the same start and the same claims, judged on what somebody else does."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from ncdesktop.evaluation.probes import GROUPS, Probe
from ncdesktop.evaluation.probing import check
from ncdesktop.evaluation.stage import DesktopStage, DreamStage, Stage
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.world import Frame, World

__all__ = ["Task"]


class Task:
    """Asks for what a probe claims, part by part: each part's claims must all be true of one frame.

    A part is what the probe's own person does before the next claims: the menu opens, then the program. How long the
    person waits is not asked for.

    script: the action script with which the probe's own person goes about the present part
    passed: parts that have been seen
    """

    def __init__(self, name: str, world: World) -> None:
        """Raise InputError if there is no such probe, the screen has another size, or Tesseract is missing."""
        check([name], size=world.size)
        self._name, self._world = name, world

    def begin(self, seed: int) -> Frame:
        """Bring the world to where run `seed` of the probe begins, and return the first frame."""
        stage_class = DreamStage if isinstance(self._world, NeuralWorld) else DesktopStage
        stage = stage_class(self._world, seed=seed, video=None)  # type: ignore[arg-type]
        stage.begin(*self._judged(seed, None, ()).names)
        self._seed, self._first = seed, stage.frame
        self._seen: tuple[Frame, ...] = ()
        self._last: Frame | None = None
        self.script = self._judged(seed, stage.frame, ()).script
        return stage.frame

    @property
    def passed(self) -> int:
        return len(self._seen)

    def see(self, frame: Frame) -> bool:
        """Judge what is shown now; return whether the last part is done with it."""
        if self._last is not None and _same(frame, self._last):
            return False
        judged = self._judged(self._seed, self._first, (*self._seen, frame))
        self._last = frame
        if judged.passed > self.passed:
            self._seen, self._last = (*self._seen, frame), None
        self.script = judged.script
        return judged.done

    def get_progress(self) -> tuple[int, Frame, tuple[Frame, ...], str]:
        """Return what `set_progress` goes on from."""
        return self._seed, self._first, self._seen, self.script

    def set_progress(self, progress: tuple[int, Frame, tuple[Frame, ...], str]) -> None:
        """Go on from what `get_progress` returned."""
        self._seed, self._first, self._seen, self.script = progress
        self._last = None

    def _judged(self, seed: int, first: Frame | None, frames: Sequence[Frame]) -> "_JudgedStage":
        stage = _JudgedStage(self._world, seed=seed, first=first, frames=frames)
        stage.play(GROUPS[self._name], seed)
        return stage


class _Stop(Exception):
    """Nothing more can be judged."""


class _JudgedStage(Stage):
    """A stage without a person: each part of the probe is judged on the next of `frames`.

    first: what the world showed when the probe began; None: only learn the names of the screens it begins with
    """

    def __init__(self, world: World, *, seed: int, first: Frame | None, frames: Sequence[Frame]) -> None:
        super().__init__(world, seed=seed, video=None)
        self.names: tuple[str, ...] = ()
        self.script, self.passed, self.done = "", 0, False
        self._first, self._frames = first, iter(frames)

    def play(self, probe: Probe, run: int) -> None:
        """Judge as many parts as there are frames for, up to the first that fails."""
        with suppress(_Stop):
            probe(self, run)
            self._end_part()
            self.done = True

    def begin(self, *names: str) -> None:
        self.names = names
        if self._first is None:
            raise _Stop
        self.frame = self._first
        self._begin_part()

    def do(self, script: str) -> None:
        if self.claims:
            self._end_part()
            self._begin_part()
        self.script += f"{script}\n"

    def claim(self, words: str, true: bool) -> None:
        if not self._judging:
            raise _Stop
        super().claim(words, true)

    def _begin_part(self) -> None:
        self.claims.clear()
        self.script = ""
        frame = next(self._frames, None)
        self._judging = frame is not None
        self.frame = frame or self.frame

    def _end_part(self) -> None:
        if not all(claim.true for claim in self.claims):
            raise _Stop
        self.passed += 1


def _same(one: Frame, other: Frame) -> bool:
    return one.cursor is other.cursor and np.array_equal(one.ui, other.ui)
