"""Sprites found in recordings: what opens again and again, wherever on the screen; and where each tick shows which.

A menu or a window is the same pixels at any place. Sixteen by sixteen pixels of it are found by a hash at whatever place
they are now, they vote for the sprite and its place, and whole cells that come out right decide.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from ncdesktop.model.placer import BEYOND
from ncdesktop.model.screen import screen_of
from ncdesktop.model.sprites import NO_SPRITE, Sprites, overlap
from ncdesktop.paths import write_atomically
from ncdesktop.training.table import Table
from ncdesktop.world import CELL

__all__ = ["find_sprites", "placements"]

_FRESH_CELLS, _NEW_CELLS = 4, 8
"""Cells that come from nowhere: fewer are not looked at; so many that no sprite explains become one."""
_ANCHORS = 24
"""Patches of a sprite that it is known by."""
_CANDIDATES = 6
_WRONG = 0.5
"""What a cell costs that a sprite would get wrong; one that it gets right counts one."""
_EXPLAINED = 0.6
_FORGET_TICKS = 2500
_UINT, _MET_BITS = np.uint64, 20
_BIAS = 1 << 13


def _hashes(image: np.ndarray) -> np.ndarray:
    """Return (h - 15, w - 15) uint64: a hash of the 16x16 pixels at each place of an image (h, w, 3) uint8."""
    red, green, blue = (image[..., channel].astype(_UINT) for channel in range(3))
    mixed = (red << _UINT(16) | green << _UINT(8) | blue) * _UINT(0x9E3779B97F4A7C15)
    mixed ^= mixed >> _UINT(29)
    for factor in (0x100000001B3, 0x9E3779B97F4A7C55):
        mixed = mixed.T
        sums = np.zeros((len(mixed) - CELL + 1, mixed.shape[1]), _UINT)
        for offset in range(CELL):
            sums = sums * _UINT(factor) + mixed[offset : offset + len(sums)]
        mixed = (sums ^ (sums >> _UINT(31))) * _UINT(0xBF58476D1CE4E5B9)
    return mixed


def _code(number: int, y: int, x: int) -> int:
    """Return a sprite and its corner as one number, so that votes are counted fast; corners add up."""
    return (number << 28) + ((y + _BIAS) << 14) + x + _BIAS


def _decode(place: int) -> tuple[int, int, int]:
    return place >> 28, (place >> 14 & 0x3FFF) - _BIAS, (place & 0x3FFF) - _BIAS


def _upper(hashes: np.ndarray) -> np.ndarray:
    """Return the bits of hashes by which most that are no anchors are told."""
    return hashes >> _UINT(64 - _MET_BITS)


@dataclass
class _Event:
    """A tick: screens (H, W, 3) uint8 before and after; cells (rows, cols) bool that change, and that come from nowhere."""

    before: np.ndarray
    after: np.ndarray
    changed: np.ndarray
    fresh: np.ndarray


@dataclass(frozen=True)
class _Placed:
    """A sprite at a place: `right` (rows, cols) bool, changed cells that it makes exactly."""

    number: int
    y: int
    x: int
    score: float
    right: np.ndarray


class _Finder:
    """Sprites by number, and where they would explain what changes."""

    def __init__(self) -> None:
        self.images: dict[int, np.ndarray] = {}
        # hash -> coded sprites, with their corners as seen from there
        self._anchors: dict[int, list[int]] = defaultdict(list)
        self._met = np.zeros(1 << _MET_BITS, bool)  # upper bits of the anchors: most places are none

    def add(self, number: int, image: np.ndarray) -> None:
        """image: (h, w, 4) uint8, transparent where alpha is 0"""
        self.images[number] = image
        height, width, _ = image.shape
        places = [
            (y, x)
            for y in range(0, height - CELL + 1, CELL // 2)
            for x in range(0, width - CELL + 1, CELL // 2)
            if image[y : y + CELL, x : x + CELL, 3].all()
        ]
        if not places:
            return
        busy = [
            len(np.unique(image[y : y + CELL, x : x + CELL, :3].reshape(-1, 3) @ (65536, 256, 1)))
            for y, x in places
        ]
        hashes = _hashes(image[..., :3])
        for index in np.argsort(busy, kind="stable")[::-1][:_ANCHORS]:
            y, x = places[index]
            if busy[index] > 1:
                self._anchors[int(hashes[y, x])].append(_code(number, -y, -x))
                self._met[_upper(hashes[y, x])] = True

    def remove(self, numbers: set[int]) -> None:
        for number in numbers:
            del self.images[number]
        for anchor, places in list(self._anchors.items()):
            kept = [place for place in places if _decode(place)[0] not in numbers]
            if kept:
                self._anchors[anchor] = kept
            else:
                del self._anchors[anchor]

    def place(self, event: _Event) -> _Placed | None:
        """Return the sprite and place that explain most of an event, if any does."""
        rows, columns = np.nonzero(event.changed)
        top, left = rows.min() * CELL, columns.min() * CELL
        hashes = _hashes(event.after[top : (rows.max() + 1) * CELL, left : (columns.max() + 1) * CELL])
        votes: Counter[int] = Counter()
        for y, x in np.argwhere(self._met[_upper(hashes)]).tolist():
            here = _code(0, int(top) + y, int(left) + x) - _code(0, 0, 0)
            votes.update([place + here for place in self._anchors.get(int(hashes[y, x]), ())])
        likeliest = (_decode(place) for place, _ in votes.most_common())
        inside = (place for place in likeliest if min(place[1:]) >= -BEYOND)
        placed = [self._try(event, *place) for place in islice(inside, _CANDIDATES)]
        best = max(placed, key=lambda each: each.score, default=None)
        return best if best and best.score >= _FRESH_CELLS else None

    def _try(self, event: _Event, number: int, y: int, x: int) -> _Placed:
        image = self.images[number]
        inside, _ = overlap(event.after.shape, image.shape, y, x)
        (top, bottom), (left, right) = ((side.start // CELL, -(-side.stop // CELL)) for side in inside)
        cells, pixels = (
            np.s_[top:bottom, left:right],
            np.s_[top * CELL : bottom * CELL, left * CELL : right * CELL],
        )
        before, after = event.before[pixels], event.after[pixels]
        shown = _drawn(before, image, y - top * CELL, x - left * CELL)
        same, differs = _alike(shown, after), ~_alike(shown, before)
        explained = np.zeros_like(event.changed)
        explained[cells] = same & differs
        score = float((explained & event.fresh).sum()) + 0.25 * float(explained.sum())
        return _Placed(number, y, x, score - _WRONG * float((differs & ~same).sum()), explained)


def find_sprites(table: Table, *, most: int, seed: int = 0, progress: bool = True) -> Sprites:
    """Return at most `most` sprites that explain most of what opens in the table's sessions, those that recur.

    Looks at each tick that shows much from nowhere, in random order: what no sprite explains becomes one, and those that
    are not met again are forgotten.
    """
    finder = _Finder()
    ticks = _ticks(table)
    order = np.random.default_rng(seed).permutation(len(ticks))
    gained: Counter[int] = Counter()
    met: dict[int, set[int]] = defaultdict(set)
    disagree: dict[int, np.ndarray] = {}
    agree: dict[int, np.ndarray] = {}
    bar = tqdm([ticks[index] for index in order], desc="finding sprites", disable=None if progress else True)
    for now, tick in enumerate(bar):
        event = _event(table, tick)
        if event is None:
            continue
        placed, left = finder.place(event), event.fresh
        if placed:
            left = event.fresh & ~placed.right
            gained[placed.number] += int((placed.right & event.fresh).sum())
            met[placed.number].add(int(table.session[tick]))
            _compare_(
                agree[placed.number], disagree[placed.number], event, finder.images[placed.number], placed
            )
        if left.sum() >= max(_NEW_CELLS, (1 - _EXPLAINED) * event.fresh.sum()):
            image = _cut(event, left)
            if image is not None:
                met[now] = {int(table.session[tick])}
                finder.add(now, image)
                agree[now], disagree[now] = (np.zeros(image.shape[:2], np.int32) for _ in range(2))
        if now % 500 == 499:
            finder.remove(
                {number for number in finder.images if now - number > _FORGET_TICKS and not gained[number]}
            )
    kept = [number for number, _ in gained.most_common() if len(met[number]) > 1 and number in finder.images][
        :most
    ]
    images = []
    for number in kept:
        image = finder.images[number].copy()
        image[..., 3] = np.where(disagree[number] > 0.2 * agree[number], 0, 255)
        images.append(torch.from_numpy(image))
    return Sprites(images)


def placements(table: Table, sprites: Sprites, cache: Path, *, progress: bool = True) -> Tensor:
    """Return (N, 3) int32: the sprite that opens in each tick of the table, NO_SPRITE if none does, and y, x of its corner.

    Session by session, from `cache` if it is there, else found and left there.
    """
    finder = _Finder()
    for number, image in enumerate(sprites.images):
        finder.add(number, image.cpu().numpy())
    found = np.full((len(table), 3), NO_SPRITE, np.int32)
    ticks, sessions = np.array(_ticks(table), np.int64), table.session.numpy()
    bar = tqdm(table.fingerprints, desc="placing sprites", unit="session", disable=None if progress else True)
    for number, fingerprint in enumerate(bar):
        path = cache / f"sprites-{sprites.fingerprint:08x}-{fingerprint}.npy"
        own = np.flatnonzero(sessions == number)
        if not path.exists():
            for tick in ticks[sessions[ticks] == number].tolist():
                event = _event(table, tick)
                placed = event and finder.place(event)
                if placed:
                    found[tick] = placed.number, placed.y, placed.x
            buffer = BytesIO()
            np.save(buffer, found[own])
            write_atomically(path, buffer.getvalue())
        found[own] = np.load(path)
    return torch.from_numpy(found)


def _ticks(table: Table) -> list[int]:
    return torch.nonzero((table.changes >= _FRESH_CELLS) & ~table.dragging).flatten().tolist()


def _event(table: Table, tick: int) -> _Event | None:
    """Return what happens in a tick; None if little of it comes from nowhere."""
    now, then = table.entry[table.place[tick].long()], table.entry[table.place[tick - 1].long()]
    changed = now[:, 0] != then[:, 0]
    fresh = changed & (then != now[:, :1]).all(1)
    if int(fresh.sum()) < _FRESH_CELLS:
        return None
    before, after = (
        screen_of(table.cells[ids[:, 0].long()].unflatten(0, table.grid)).numpy() for ids in (then, now)
    )
    return _Event(before, after, *(cells.unflatten(0, table.grid).numpy() for cells in (changed, fresh)))


def _cut(event: _Event, cells: np.ndarray) -> np.ndarray | None:
    """Return (h, w, 4) uint8: the box around all that changes together with most of `cells` (rows, cols)."""
    group = _largest_group(event.changed, cells)
    pixels = (event.before != event.after).any(2) & np.kron(group, np.ones((CELL, CELL), bool))
    rows, columns = np.nonzero(pixels)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    if bottom - top < CELL or right - left < CELL:
        return None
    image = event.after[top:bottom, left:right]
    return np.concatenate([image, np.full((*image.shape[:2], 1), 255, np.uint8)], 2)


def _largest_group(changed: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return (rows, cols) bool: of the groups of touching cells in `changed`, the one with most cells in `wanted`."""
    rows, columns = changed.shape
    group = np.zeros(changed.shape, np.int32)
    count = 0
    for start in np.argwhere(changed).tolist():
        if group[start[0], start[1]]:
            continue
        count += 1
        waiting = [start]
        group[start[0], start[1]] = count
        while waiting:
            row, column = waiting.pop()
            for y in range(max(row - 1, 0), min(row + 2, rows)):
                for x in range(max(column - 1, 0), min(column + 2, columns)):
                    if changed[y, x] and not group[y, x]:
                        group[y, x] = count
                        waiting.append([y, x])
    return group == np.bincount(group[wanted & (group > 0)], minlength=2).argmax()


def _compare_(
    agree: np.ndarray, disagree: np.ndarray, event: _Event, image: np.ndarray, placed: _Placed
) -> None:
    """Count pixels of a sprite that a tick shows, and those in whose place it left what was there; in place."""
    inside, own = overlap(event.after.shape, image.shape, placed.y, placed.x)
    after, before = event.after[inside], event.before[inside]
    same = (after == image[own][..., :3]).all(2)
    agree[own] += same
    disagree[own] += ~same & (after == before).all(2)


def _drawn(screen: np.ndarray, image: np.ndarray, y: int, x: int) -> np.ndarray:
    """Return the screen with an image (h, w, 4) at (y, x)."""
    inside, own = overlap(screen.shape, image.shape, y, x)
    shown = screen.copy()
    np.copyto(shown[inside], image[own][..., :3], where=image[own][..., 3:] > 0)
    return shown


def _alike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return (rows, cols) bool: cells of two screens (H, W, 3) that are the same."""
    red, green, blue = np.moveaxis(one == other, 2, 0)
    height, width = red.shape
    return (red & green & blue).reshape(height // CELL, CELL, width // CELL, CELL).all((1, 3))
