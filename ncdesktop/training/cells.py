"""Sessions turned into cells: the distinct 16x16 contents, and what each place of the screen held before and after each tick.

A session becomes a `SessionCells`, cached on disk under its fingerprint, so that adding sessions costs only their own time.
"""

from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path

import numpy as np

from ncdesktop.actions import FEATURES, KEYS_A_TICK, advance, new_memory
from ncdesktop.events import Move
from ncdesktop.model.choices import STACK
from ncdesktop.paths import write_atomically
from ncdesktop.session import Session
from ncdesktop.world import CELL

__all__ = ["VERSION", "SessionCells", "session_cells"]

VERSION = 4


@dataclass(frozen=True)
class SessionCells:
    """One session, T ticks of rows x cols cells.

    cells:      (U, 16, 16, 3) uint8, distinct contents
    entry:      (E, 1 + STACK) int32: for each time that a place changed, its new content and the distinct ones before,
                newest first, as indices into `cells`; -1 none. In order of ticks; the first rows * cols are tick 0.
    entry_tick: (E,) int32
    entry_left: (E, STACK) int32, tick in which each of those before was last replaced; -1 none
    entry_cell: (E,) int32, row * cols + col
    features, keys, points, ages: the last row of `ActionMemory` at each tick
    edge:       (T,) bool: a button, key or wheel event in the tick
    cursor:     (T,) int32, index of the shape among the session's cursors
    """

    cells: np.ndarray
    entry: np.ndarray
    entry_tick: np.ndarray
    entry_left: np.ndarray
    entry_cell: np.ndarray
    features: np.ndarray
    keys: np.ndarray
    points: np.ndarray
    ages: np.ndarray
    edge: np.ndarray
    cursor: np.ndarray


def session_cells(session: Session, cache: Path | None) -> SessionCells:
    """Return the session as cells, from `cache` if it is there, else decoded (and left there)."""
    path = cache / f"{session.fingerprint}-v{VERSION}.npz" if cache else None
    if path and path.exists():
        with np.load(path, allow_pickle=False) as arrays:
            return SessionCells(**{field.name: arrays[field.name] for field in fields(SessionCells)})
    result = _decode(session)
    if path:
        buffer = BytesIO()
        np.savez(buffer, **{field.name: getattr(result, field.name) for field in fields(SessionCells)})
        write_atomically(path, buffer.getvalue())
    return result


def _decode(session: Session) -> SessionCells:
    columns, rows = session.size[0] // CELL, session.size[1] // CELL
    ticks = len(session.ticks)
    features, keys = np.zeros((ticks, FEATURES), np.float32), np.zeros((ticks, KEYS_A_TICK), np.int16)
    points, ages = np.zeros((ticks, 4, 2), np.float32), np.zeros((ticks, 2), np.int16)
    ids: dict[bytes, int] = {}
    stacks: list[tuple[tuple[int, int], ...]] = [()] * (rows * columns)  # (content, tick it was replaced in)
    came = [-1] * (rows * columns)  # tick in which what is shown came for the first time, -1 if it came back
    entry: list[tuple[int, ...]] = []
    entry_tick: list[int] = []
    entry_left: list[tuple[int, ...]] = []
    entry_cell: list[int] = []
    memory = new_memory(session.ticks[0].action.pointer)
    before: np.ndarray | None = None
    for tick, (line, ui) in enumerate(zip(session.ticks, session.frames(), strict=True)):
        memory = advance(memory, line.action)
        features[tick], keys[tick], points[tick], ages[tick] = (
            memory.features[-1], memory.keys[-1], memory.points, memory.ages,
        )  # fmt: skip
        since = memory.held_since(tick)
        covered_at = tick if since is None else max(since, 0)
        grid = ui.reshape(rows, CELL, columns, CELL * 3)
        changed = np.ones((rows, columns), bool) if before is None else (grid != before).any((1, 3))
        for cell in np.flatnonzero(changed).tolist():
            row, column = divmod(cell, columns)
            content = ids.setdefault(grid[row, :, column].tobytes(), len(ids))
            before_it = [
                (old, left if place else covered_at) for place, (old, left) in enumerate(stacks[cell])
            ]
            if since is not None and came[cell] >= since:
                del before_it[:1]  # see ScreenState.write_
            stack = ((content, -1), *[item for item in before_it if item[0] != content][:STACK])
            back = any(item[0] == content for item in before_it)
            stacks[cell], came[cell] = stack, -1 if back or before is None else tick
            padded = stack + ((-1, -1),) * (1 + STACK - len(stack))
            entry.append(tuple(old for old, _ in padded))
            entry_left.append(tuple(left for _, left in padded[1:]))
            entry_tick.append(tick)
            entry_cell.append(cell)
        before = grid
    return SessionCells(
        cells=np.frombuffer(b"".join(ids), np.uint8).reshape(-1, CELL, CELL, 3),
        entry=np.array(entry, np.int32),
        entry_tick=np.array(entry_tick, np.int32),
        entry_left=np.array(entry_left, np.int32),
        entry_cell=np.array(entry_cell, np.int32),
        features=features,
        keys=keys,
        points=points,
        ages=ages,
        edge=np.array(
            [any(not isinstance(event, Move) for event in line.action.edges) for line in session.ticks]
        ),
        cursor=np.array([line.cursor for line in session.ticks], np.int32),
    )
