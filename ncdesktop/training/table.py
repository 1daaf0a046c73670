"""All training sessions as one table of single ticks, on disk and mapped into every process that trains."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from ncdesktop.actions import FEATURES, HISTORY
from ncdesktop.errors import SessionError
from ncdesktop.model.choices import STACK
from ncdesktop.model.drag import held
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.paths import write_atomically
from ncdesktop.session import Session
from ncdesktop.training.cells import VERSION, SessionCells, session_cells
from ncdesktop.training.drags import leads
from ncdesktop.training.labels import Layout, windows_of
from ncdesktop.world import CELL, Cursor

__all__ = ["PROMPT_TICKS", "Table", "build_table", "history", "recurring_cells"]

PROMPT_TICKS = 3
"""A tick is prompt if an edge lies at most so many ticks back (or the pointer moved in it or the one before)."""
_AFTER_EDGE_TICKS = 12
_LEADS = "lead.npy"
_ARRAYS = (
    "cells", "entry", "entry_tick", "entry_left", "place", "features", "keys", "points", "ages", "edge", "cursor", "session", "since_start", "lead", "sprite",
)  # fmt: skip

_STORED = tuple(name for name in _ARRAYS if name not in ("lead", "sprite"))


@dataclass
class Table:
    """N ticks of all sessions, one after the other; U distinct cells, E changes of a place.

    cells:       (U, 16, 16, 3) uint8
    entry:       (E, 1 + STACK) int32 indices into `cells`, new content first, -1 none
    entry_tick:  (E,) int32, tick within its session; entry_left (E, STACK) likewise, when the contents before were
                 last replaced, -1 none
    place:       (N, rows * cols) int32 indices into `entry`: the screen with its history at the end of each tick
    features:    (N, FEATURES) float32, keys (N, KEYS_A_TICK), points (N, 4, 2), ages (N, 2): see ActionMemory
    edge:        (N,) bool; cursor (N,) index into `cursors`
    lead:        (N, 2) int16, (dx, dy) pixels: how far the pointer is ahead of what it drags
    sprite:      (N, 3) int32: the sprite that opens in the tick, or NO_SPRITE, and y and x of its corner; none until
                 `place_sprites_`
    session:     (N,) int16; since_start (N,) int32: ticks since the session's start
    windows:     of each tick what its labels tell, see `windows_of`; none of a table that was not built from sessions
    """

    grid: tuple[int, int]
    names: list[str]
    fingerprints: list[str]
    cursors: list[Cursor]
    cells: Tensor
    entry: Tensor
    entry_tick: Tensor
    entry_left: Tensor
    place: Tensor
    features: Tensor
    keys: Tensor
    points: Tensor
    ages: Tensor
    edge: Tensor
    cursor: Tensor
    session: Tensor
    since_start: Tensor
    lead: Tensor
    sprite: Tensor
    windows: list[Layout | None] = field(init=False, default_factory=list)

    def __len__(self) -> int:
        return len(self.place)

    def to(self, device: torch.device | str) -> "Table":
        """Return the table with all its arrays on `device`."""
        arrays = {name: getattr(self, name).to(device) for name in _ARRAYS}
        moved = Table(self.grid, self.names, self.fingerprints, self.cursors, **arrays)
        moved.windows = self.windows
        return moved

    def name_cursors_(self, cursors: Sequence[Cursor]) -> None:
        """Renumber the pointer shapes as a model's `cursors`, in place; -1 for shapes that it does not know."""
        known = {(cursor.image.tobytes(), cursor.hotspot): index for index, cursor in enumerate(cursors)}
        numbers = [known.get((cursor.image.tobytes(), cursor.hotspot), -1) for cursor in self.cursors]
        self.cursor = torch.tensor(numbers, dtype=torch.int32)[self.cursor.long()]

    def place_sprites_(self, placed: Tensor) -> None:
        """Take what `placements` found as `sprite`, in place."""
        self.sprite = placed.to(self.place.device)

    @cached_property
    def last_sprite(self) -> Tensor:
        """(N, 3) int32: the last sprite that opened in the tick or before it in its session, as `sprite`."""
        index = torch.arange(len(self), device=self.sprite.device)
        last = torch.where(self.sprite[:, 0] != NO_SPRITE, index, -1).cummax(0).values
        known = (last >= index - self.since_start) & (last >= 0)
        return torch.where(known[:, None], self.sprite[last.clamp(min=0)], NO_SPRITE)

    @cached_property
    def changes(self) -> Tensor:
        """(N,) int16: cells that differ from the tick before; 0 at each session's start."""
        count = torch.zeros(len(self), dtype=torch.int16)
        for start in range(1, len(self), 4096):
            stop = min(start + 4096, len(self))
            count[start:stop] = (
                (self.place[start:stop] != self.place[start - 1 : stop - 1]).sum(1, dtype=torch.int16).cpu()
            )
        count[self.since_start.cpu() == 0] = 0
        return count

    @cached_property
    def since_edge(self) -> Tensor:
        """(N,) int32: ticks since the last button, key or wheel event."""
        index = torch.arange(len(self), dtype=torch.int32)
        last = torch.where(self.edge.cpu(), index, -10_000)
        last = torch.maximum(torch.cummax(last, 0).values, index - self.since_start.cpu() - 5_000)
        return index - last

    @cached_property
    def moving(self) -> Tensor:
        """(N,) bool: the pointer moved in the tick or the one before."""
        moved = (self.features[:, :2] != 0).any(1).cpu()
        return moved | torch.cat([moved[:1], moved[:-1]])

    @cached_property
    def dragging(self) -> Tensor:
        """(N,) bool: the left button is held while the pointer moves."""
        return held(self.features).cpu() & self.moving

    @cached_property
    def prompt(self) -> Tensor:
        """(N,) bool: what happens in the tick answers the user at once; the rest are launches and timers."""
        return self.moving | (self.since_edge <= PROMPT_TICKS)

    @cached_property
    def kinds(self) -> dict[str, Tensor]:
        """Ticks of each kind: changing in a drag, at an edge, while hovering, late; still after an edge, idle."""
        changes, later = self.changes > 0, self.since_start.cpu() > 0
        edge, after = self.since_edge <= PROMPT_TICKS, self.since_edge <= _AFTER_EDGE_TICKS
        split = {
            "drag": changes & self.dragging,
            "edge": changes & ~self.dragging & edge,
            "hover": changes & ~self.dragging & ~edge & self.moving,
            "late": changes & ~self.dragging & ~edge & ~self.moving,
            "still": ~changes & later & after,
            "idle": ~changes & later & ~after,
        }
        return {kind: torch.nonzero(ticks).flatten() for kind, ticks in split.items()}


def build_table(sessions: list[Session], *, cache: Path, progress: bool = True) -> Table:
    """Return the table of `sessions`, from `cache` if it is there, else built there.

    Decoding an hour of sessions takes about a minute and a half on one core. Raises SessionError if sizes differ.
    """
    if not sessions:
        raise SessionError("no sessions to train on were found; record some with `ncdesktop record`")
    sizes = {session.size for session in sessions}
    if len(sizes) > 1:
        raise SessionError(f"sessions of several sizes {sorted(sizes)}; give sessions of one size")
    prints = [session.fingerprint for session in sessions]
    folder = cache / f"table-{zlib.crc32(','.join(prints).encode()):08x}-v{VERSION}"
    if not (folder / "table.json").exists():
        bar = tqdm(sessions, desc="reading sessions", unit="session", disable=None if progress else True)
        _merge([session_cells(session, cache) for session in bar], sessions, folder)
    table = _load(folder)
    if not (folder / _LEADS).exists():
        buffer = BytesIO()
        np.save(buffer, leads(table))
        write_atomically(folder / _LEADS, buffer.getvalue())
    table.lead = torch.from_numpy(np.load(folder / _LEADS))
    table.windows = windows_of(sessions)
    return table


def _merge(parts: list[SessionCells], sessions: list[Session], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ids: dict[bytes, int] = {}
    shapes: dict[tuple[bytes, tuple[int, int]], int] = {}
    cursors: list[Cursor] = []
    columns, rows = sessions[0].size[0] // CELL, sessions[0].size[1] // CELL
    arrays: dict[str, list[np.ndarray]] = {name: [] for name in _STORED if name != "cells"}
    entries = 0
    for number, (part, session) in enumerate(zip(parts, sessions, strict=True)):
        ticks = len(part.features)
        own = np.array([ids.setdefault(cell.tobytes(), len(ids)) for cell in part.cells], np.int32)
        place = np.zeros((ticks, rows * columns), np.int32)
        place[part.entry_tick, part.entry_cell] = np.arange(len(part.entry), dtype=np.int32)
        shape_ids = []
        for cursor in session.cursors:
            key = (cursor.image.tobytes(), cursor.hotspot)
            if key not in shapes:
                shapes[key] = len(cursors)
                cursors.append(cursor)
            shape_ids.append(shapes[key])
        for name, array in {
            "entry": np.where(part.entry >= 0, own[part.entry], -1).astype(np.int32),
            "entry_tick": part.entry_tick,
            "entry_left": part.entry_left,
            "place": np.maximum.accumulate(place, 0) + np.int32(entries),
            "features": part.features,
            "keys": part.keys,
            "points": part.points,
            "ages": part.ages,
            "edge": part.edge,
            "cursor": np.array(shape_ids, np.int32)[part.cursor],
            "session": np.full(ticks, number, np.int16),
            "since_start": np.arange(ticks, dtype=np.int32),
        }.items():
            arrays[name].append(array)
        entries += len(part.entry)
    np.save(folder / "cells.npy", np.frombuffer(b"".join(ids), np.uint8).reshape(-1, CELL, CELL, 3))
    for name, list_ in arrays.items():
        np.save(folder / f"{name}.npy", np.concatenate(list_))
    for index, cursor in enumerate(cursors):
        np.save(folder / f"cursor-{index}.npy", cursor.image)
    facts = {
        "grid": [rows, columns],
        "names": [session.name for session in sessions],
        "fingerprints": [session.fingerprint for session in sessions],
        "cursors": [{"hotspot": list(cursor.hotspot), "name": cursor.name} for cursor in cursors],
    }
    write_atomically(folder / "table.json", json.dumps(facts).encode())


def _load(folder: Path) -> Table:
    facts = json.loads((folder / "table.json").read_text())
    arrays = {name: torch.from_numpy(np.load(folder / f"{name}.npy", mmap_mode="c")) for name in _STORED}
    arrays["lead"] = torch.zeros(len(arrays["place"]), 2, dtype=torch.int16)
    arrays["sprite"] = torch.full((len(arrays["place"]), 3), NO_SPRITE, dtype=torch.int32)
    assert arrays["features"].shape[1] == FEATURES and arrays["entry"].shape[1] == 1 + STACK
    cursors = [
        Cursor(
            np.load(folder / f"cursor-{index}.npy"), (item["hotspot"][0], item["hotspot"][1]), item["name"]
        )
        for index, item in enumerate(facts["cursors"])
    ]
    return Table(
        (facts["grid"][0], facts["grid"][1]), facts["names"], facts["fingerprints"], cursors, **arrays
    )


def history(table: Table, ticks: Tensor) -> tuple[Tensor, Tensor]:
    """Return features and keys (B, HISTORY, ...) of the actions up to `ticks` (B,); nothing before a session's start."""
    back = torch.arange(HISTORY - 1, -1, -1, device=ticks.device)
    past, known = (ticks[:, None] - back).clamp(min=0), table.since_start[ticks][:, None] >= back
    return table.features[past] * known[..., None], table.keys[past].long() * known[..., None]


def recurring_cells(table: Table, ticks: Iterable[int], count: int) -> np.ndarray:
    """Return indices into `table.cells` of the `count` contents that came from nowhere in most sessions: the vocabulary.

    Only changes that neither the cell's stack nor a drag explains are counted (drags are mostly shifts).
    """
    pairs = []
    dragging = table.dragging
    for tick in ticks:
        if dragging[tick]:
            continue
        differs = torch.nonzero(table.place[tick] != table.place[tick - 1]).flatten()
        new = table.entry[table.place[tick, differs]][:, 0]
        before = table.entry[table.place[tick - 1, differs]]
        fresh = new[(before != new[:, None]).all(1)].numpy()
        pairs.append(np.stack([fresh, np.full_like(fresh, int(table.session[tick]))], 1))
    found, sessions = np.unique(np.unique(np.concatenate(pairs), axis=0)[:, 0], return_counts=True)
    return found[np.argsort(-sessions, kind="stable")[:count]]
