"""One session measured: a world follows it, is asked at sampled ticks what it would do, and dreams on alone."""

import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from ncdesktop.actions import Action, advance, new_memory
from ncdesktop.evaluation.judges import crop, edits, read_text
from ncdesktop.evaluation.metrics import Source, log_loss, right_cells, sources
from ncdesktop.evaluation.rollout import Rollout
from ncdesktop.evaluation.ticks import HORIZONS, KINDS, LONGEST, Plan
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.world import CELL, Cursor, Frame, State, changed_cells

__all__ = ["Counts", "Example", "Film", "Measured", "measure"]

Counts = defaultdict[tuple[str, ...], float]
"""Weighted sums by (who, kind or source, what); who is "dream" or "nothing", the guess that nothing ever changes."""
_WORST_KEPT = 4
_READ_CELLS = 200
"""Text is read in changes that fit into so many cells: Tesseract takes a second for more."""


@dataclass
class Example:
    """A tick to look at: what was recorded before and after it, what was dreamt, and how many cells are wrong."""

    session: str
    tick: int
    kind: str
    wrong: int
    before: np.ndarray
    recorded: np.ndarray
    dreamt: np.ndarray


@dataclass
class Film:
    """A free dream beside the recording, as a video. right: share of cells right at the last horizon reached."""

    name: str
    right: float


@dataclass
class Measured:
    """What one or several sessions gave.

    likeness: who -> SSIM+15 of each free dream that had actions
    worst:    of each kind of tick, those with most wrong cells; films: all free dreams; both only if pictures are made
    """

    counts: Counts = field(default_factory=lambda: defaultdict(float))
    likeness: dict[str, list[float]] = field(default_factory=lambda: {"dream": [], "nothing": []})
    rollouts: int = 0
    worst: list[Example] = field(default_factory=list)
    films: list[Film] = field(default_factory=list)

    def add_(self, other: "Measured") -> None:
        """Take in what another session gave, in place."""
        for key, value in other.counts.items():
            self.counts[key] += value
        for who, values in other.likeness.items():
            self.likeness[who] += values
        self.rollouts += other.rollouts
        self.keep_worst_(other.worst)
        self.films += other.films

    def keep_worst_(self, examples: list[Example]) -> None:
        """Keep the worst of each kind, these included, in place."""
        examples, kept = [*self.worst, *examples], []
        for kind in KINDS:
            of_kind = [example for example in examples if example.kind == kind]
            kept += sorted(of_kind, key=lambda example: -example.wrong)[:_WORST_KEPT]
        self.worst = kept


def measure(
    world: NeuralWorld,
    plan: Plan,
    *,
    seed: int = 0,
    pictures: Path | None = None,
    progress: Callable[[], object],
) -> Measured:
    """Measure `world` over the session of `plan`; `progress` is called after each asked or dreamt tick.

    pictures: folder for videos of the free dreams beside the recording; then the worst ticks are kept, too

    What the dream draws at random depends on the seed, the session and the tick alone.
    """
    session, result = plan.session, Measured()
    vocabulary = frozenset(cell.tobytes() for cell in world.model.vocabulary.cpu().numpy())
    asked = _twin(world)
    memory = new_memory(session.ticks[0].action.pointer)
    running: list[tuple[str, Rollout]] = []
    before: Frame | None = None
    for tick, ui in enumerate(session.frames(stop=plan.last + 1)):
        action, recorded = session.ticks[tick].action, session.frame(tick, ui)
        memory = advance(memory, action)
        if before is None:
            world.reset(seed, ui)
        elif tick in plan.ask:
            state = _reseeded(world.get_state(), f"{seed} {session.fingerprint} {tick}")
            asked.set_state(state)
            dreamt = asked.step(action)
            kind, weight = plan.ask[tick]
            changed = changed_cells(before.ui, ui)
            source = sources(state, memory, ui, changed, vocabulary)
            _count_(result.counts, kind, weight, source, before, recorded, dreamt)
            if tick in plan.read:
                _read_(result.counts, changed, before.ui, ui, dreamt.ui)
            if pictures:
                wrong = int((~right_cells(dreamt.ui, ui)).sum())
                seen = (before.pixels, recorded.pixels, dreamt.pixels)
                result.keep_worst_([Example(session.name, tick, kind, wrong, *seen)])
            progress()
        for who, rollout in running:
            if not rollout.ended:
                rollout.add(action, recorded)
                if who == "dream":
                    progress()
        world.follow(action, ui, cursor=recorded.cursor)
        if tick in plan.starts:
            state = _reseeded(world.get_state(), f"{seed} {session.fingerprint} {tick} free")
            ticks = plan.starts[tick]
            film = pictures / f"{session.name}-{tick}.mp4" if pictures and ticks == LONGEST else None
            running += _let_go(world, state, recorded, ticks, film)
        before = recorded
    for who, rollout in running:
        for name, count in rollout.counts().items():
            horizon, what = name.split("/")
            result.counts[who, horizon, what] += count
        if rollout.likeness:
            result.likeness[who].append(float(np.mean(rollout.likeness)))
        result.rollouts += who == "dream"
        if film := rollout.close():
            counts = rollout.counts()
            touched = [counts[f"{name}/touched"] for name in HORIZONS]
            right = [counts[f"{name}/right"] for name in HORIZONS]
            shares = [part / whole for part, whole in zip(right, touched, strict=True) if whole]
            result.films.append(Film(film.name, shares[-1] if shares else 1.0))
    return result


def _twin(world: NeuralWorld) -> NeuralWorld:
    """Return a second world of the same model, whose state and random numbers are its own."""
    return NeuralWorld(
        world.model, model_hash=world.model_hash, device=world.device, steps=world.steps, exact=world.exact
    )


def _reseeded(state: State, text: str) -> State:
    generator = torch.Generator().manual_seed(zlib.crc32(text.encode()))
    return replace(state, arrays=state.arrays | {"random": generator.get_state().numpy()})


def _let_go(
    world: NeuralWorld, state: State, start: Frame, ticks: int, film: Path | None
) -> list[tuple[str, Rollout]]:
    """Return free dreams of the world, and of one in which nothing ever changes, from a recorded frame on, for `ticks`."""
    free = _twin(world)
    free.set_state(state)

    def nothing(action: Action) -> Frame:
        return replace(start, pointer=action.pointer)

    still = Rollout(nothing, start.ui, ticks=ticks)
    return [("dream", Rollout(free.step, start.ui, ticks=ticks, film=film)), ("nothing", still)]


def _count_(
    counts: Counts,
    kind: str,
    weight: float,
    source: np.ndarray,
    before: Frame,
    recorded: Frame,
    dreamt: Frame,
) -> None:
    """Add one asked tick to the counts, in place; source: (rows, cols), see `sources`."""
    changed = source >= 0
    assert dreamt.insight is not None
    chance = dreamt.insight.change
    never = np.zeros_like(chance)
    for who, frame, probability in (("dream", dreamt, chance), ("nothing", before, never)):
        said = probability > 0.5
        drawn = changed_cells(before.ui, frame.ui)
        right = right_cells(frame.ui, recorded.ui)
        exact = ~changed_cells(frame.ui, recorded.ui)
        numbers = {
            "ticks": 1,
            "cells": changed.size,
            "changed": changed.sum(),
            "said": said.sum(),
            "hits": (said & changed).sum(),
            "drawn": drawn.sum(),
            "drawn hits": (drawn & changed).sum(),
            "right": (right & changed).sum(),
            "wrong": (~right).sum(),
            "cursor": _same_shape(frame.cursor, recorded.cursor),
            "loss": log_loss(probability, changed),
        }
        for what, number in numbers.items():
            counts[who, kind, what] += weight * float(number)
        counts[who, kind, "asked"] += 1
        for which in Source:
            of_source = source == which
            for what, cells in {
                "changed": of_source,
                "drawn": of_source & drawn,
                "right": of_source & right,
                "exact": of_source & exact,
                "drawn exact": of_source & exact & drawn,
            }.items():
                counts[who, kind, f"{which.name.lower()} {what}"] += weight * float(cells.sum())


def _read_(
    counts: Counts, changed: np.ndarray, before: np.ndarray, recorded: np.ndarray, dreamt: np.ndarray
) -> None:
    """Count, in place, the edits between the text read where the recording changed and that of the dream there."""
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    height, width = int(rows[-1] - rows[0] + 1), int(columns[-1] - columns[0] + 1)
    if height * width > _READ_CELLS:
        return
    box = (int(columns[0]) * CELL, int(rows[0]) * CELL, width * CELL, height * CELL)
    expected, *read = ("".join(read_text(crop(ui, box)).split()) for ui in (recorded, dreamt, before))
    for who, text in zip(("dream", "nothing"), read, strict=True):
        counts[who, "text", "characters"] += len(expected)
        counts[who, "text", "edits"] += min(edits(text, expected), len(expected))


def _same_shape(a: Cursor | None, b: Cursor | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.hotspot == b.hotspot and np.array_equal(a.image, b.image)
