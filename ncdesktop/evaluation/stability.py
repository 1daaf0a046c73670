"""Whether a long dream decays: how many of its cells look as real screens do in their place, minute by minute."""

import random
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ncdesktop.actions import Action
from ncdesktop.emulator.capture import VideoWriter
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.session import Session
from ncdesktop.world import CELL, FPS, changed_cells

__all__ = ["long_dream"]


def long_dream(
    world: NeuralWorld,
    sessions: list[Session],
    known: list[Session],
    *,
    minutes: int,
    seed: int = 0,
    film: Path | None = None,
) -> list[float]:
    """Dream for so many minutes with the input of sessions, one after the other in random order, over and over; return for each minute
    the share of cells that look, to the byte, as there in some screen of the `known` sessions. The dream is looked at once a second.

    film: where to write the dream as a video
    """
    looks = _looks(known)
    order = random.Random(seed).sample(sessions, len(sessions))
    screen = next(order[0].frames(stop=1))
    world.reset(seed, screen)
    video = VideoWriter(film, size=world.size) if film else None
    total, shares = minutes * 60 * FPS, list[float]()
    try:
        ticks = tqdm(islice(_input(order), total), desc="dreaming on", total=total, unit="tick", disable=None)
        for tick, action in enumerate(ticks):
            frame = world.step(action)
            if video:
                video.write(frame.pixels)
            if tick % FPS == FPS - 1:
                keys = _keys(frame.ui)
                nearest = looks[np.searchsorted(looks, keys).clip(max=len(looks) - 1)]
                shares.append(float((nearest == keys).mean()))
    finally:
        if video:
            video.close()
    return [round(float(np.mean(shares[at : at + 60])), 4) for at in range(0, len(shares), 60)]


def _input(sessions: list[Session]) -> Iterator[Action]:
    """Yield the actions of sessions, over and over; where one ends in the middle of a drag, that is left out."""
    while True:
        for session in sessions:
            released = [tick for tick, action in enumerate(session.actions) if not action.buttons]
            yield from session.actions[: released[-1] + 1 if released else None]


def _looks(sessions: list[Session]) -> np.ndarray:
    """Return the sorted keys of all cells that the sessions show."""
    found = []
    for session in tqdm(sessions, desc="reading sessions", unit="session", disable=None):
        before, keys = None, []
        for ui in session.frames():
            keys.append(_keys(ui, None if before is None else changed_cells(before, ui)))
            before = ui
        found.append(np.unique(np.concatenate(keys)))
    return np.unique(np.concatenate(found))


def _keys(ui: np.ndarray, which: np.ndarray | None = None) -> np.ndarray:
    """Return a number for each of the cells `which` (rows, cols) bool of a screen, by default all: its place and a checksum of what it
    shows."""
    rows, columns = ui.shape[0] // CELL, ui.shape[1] // CELL
    grid = ui.reshape(rows, CELL, columns, CELL * 3)
    places = range(rows * columns) if which is None else np.flatnonzero(which).tolist()
    keys = [
        place << 32 | zlib.crc32(grid[place // columns, :, place % columns].tobytes()) for place in places
    ]
    return np.array(keys, np.uint64)
