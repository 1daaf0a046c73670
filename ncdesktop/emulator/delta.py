"""The difference between two states of one world, small enough to keep one for every half second of an hour."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from ncdesktop.world import State

__all__ = ["StateDelta", "difference", "patch"]

_BLOCK_BYTES = 64
_BLOCK_WORDS = _BLOCK_BYTES // 8


@dataclass(frozen=True)
class StateDelta:
    """What turns one state into another: for each array its blocks that differ, packed; whole arrays of new shape."""

    tick: int
    blocks: dict[str, bytes]
    whole: dict[str, np.ndarray]

    @property
    def size_bytes(self) -> int:
        return sum(len(data) for data in self.blocks.values()) + sum(
            array.nbytes for array in self.whole.values()
        )


def difference(source: State, target: State) -> StateDelta:
    """Return the delta that turns `source` into `target`."""
    blocks: dict[str, bytes] = {}
    whole: dict[str, np.ndarray] = {}
    for name, array in target.arrays.items():
        old = source.arrays.get(name)
        if old is None or old.shape != array.shape or old.dtype != array.dtype:
            whole[name] = array
            continue
        (old_words, old_tail), (new_words, new_tail) = _split(old), _split(array)
        changed = np.unique(np.flatnonzero(old_words != new_words) // _BLOCK_WORDS)
        if len(changed) or (old_tail != new_tail).any():
            blocks[name] = zlib.compress(
                b"".join(
                    (
                        np.int64(len(changed)).tobytes(),
                        changed.astype(np.int64).tobytes(),
                        new_words.reshape(-1, _BLOCK_WORDS)[changed].tobytes(),
                        new_tail.tobytes(),
                    )
                ),
                1,
            )
    return StateDelta(target.tick, blocks, whole)


def patch(source: State, delta: StateDelta) -> State:
    """Return the state that `delta` turns `source` into; `source` stays as it is."""
    arrays = {**source.arrays, **delta.whole}
    for name, packed in delta.blocks.items():
        data = zlib.decompress(packed)
        array = np.array(source.arrays[name])
        count = int(np.frombuffer(data, np.int64, 1)[0])
        changed = np.frombuffer(data, np.int64, count, 8)
        start = 8 + 8 * count
        flat = array.reshape(-1).view(np.uint8)
        whole = flat.size // _BLOCK_BYTES * _BLOCK_BYTES
        flat[:whole].reshape(-1, _BLOCK_BYTES)[changed] = np.frombuffer(
            data, np.uint8, count * _BLOCK_BYTES, start
        ).reshape(count, _BLOCK_BYTES)
        flat[whole:] = np.frombuffer(data, np.uint8, offset=start + count * _BLOCK_BYTES)
        arrays[name] = array
    return replace(source, tick=delta.tick, arrays=arrays)


def _split(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the bytes of an array's whole blocks as uint64 and those left over as uint8."""
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = flat.size // _BLOCK_BYTES * _BLOCK_BYTES
    return flat[:whole].view(np.uint64), flat[whole:]
