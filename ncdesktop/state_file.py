"""States on disk: one safetensors file with the arrays, and who it belongs to in its header."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ncdesktop.errors import StateError
from ncdesktop.paths import write_atomically
from ncdesktop.world import State

__all__ = ["is_whole", "load_state", "read_header", "save_state"]

FORMAT = "ncdesktop-state"
VERSION = 1
_MOST_TICKS = 1 << 40
"""Two thousand years."""


def save_state(path: Path, state: State, *, extra: dict[str, str] | None = None) -> None:
    """Write a state to `path`, atomically. `extra` are words for people (time, name), read back by `read_header`."""
    header = {
        "format": FORMAT,
        "version": str(VERSION),
        "world": state.world,
        "model": state.model,
        "tick": str(state.tick),
        "size": json.dumps(list(state.size)),
        **(extra or {}),
    }
    arrays = {name: np.asarray(array, order="C") for name, array in state.arrays.items()}
    try:
        write_atomically(path, save(arrays, metadata=header))
    except OSError as error:
        raise StateError(f"cannot write state {path}: {error.strerror}; choose another place") from error


def read_header(path: Path) -> dict[str, str]:
    """Return the header of a state file without reading its arrays."""
    header: dict[str, str] = _read_table(path)[0]["__metadata__"]
    if int(header["version"]) > VERSION:
        raise StateError(
            f"{path} has state version {header['version']}, this program reads up to {VERSION}: update it"
        )
    return header


def is_whole(path: Path) -> bool:
    """Return whether a state file is as long as its header says; raises StateError if it has none."""
    table, data_at = _read_table(path)
    ends = [entry["data_offsets"][1] for name, entry in table.items() if name != "__metadata__"]
    return path.stat().st_size == data_at + max(ends, default=0)


def load_state(path: Path) -> State:
    """Read a state; raises StateError for anything that is not a whole state file of a known version."""
    header = read_header(path)
    try:
        arrays = load(path.read_bytes())
        width, height = json.loads(header["size"])
        tick = int(header["tick"])
        if not 0 <= tick < _MOST_TICKS:
            raise ValueError(f"tick {tick}")
        return State(header["world"], header["model"], tick, (width, height), arrays)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise StateError(f"{path} is not a whole state file (truncated or damaged): {error}") from error


def _read_table(path: Path) -> tuple[dict[str, Any], int]:
    """Return what a state file says of itself and its arrays, and where these begin."""
    try:
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > 1 << 24:
                raise ValueError
            table = json.loads(file.read(length))
        header = table["__metadata__"]
        if header["format"] != FORMAT or not all(isinstance(word, str) for word in header.values()):
            raise ValueError
        int(header["version"])
    except OSError as error:
        raise StateError(f"cannot read state {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise StateError(f"{path} is not a state saved by ncdesktop (or it is truncated)") from error
    return table, 8 + length
