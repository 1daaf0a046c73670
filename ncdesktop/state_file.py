"""States on disk: one safetensors file with the arrays, and who it belongs to in its header."""

import json
import struct
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ncdesktop.errors import StateError
from ncdesktop.paths import write_atomically
from ncdesktop.world import State

__all__ = ["load_state", "save_state"]

FORMAT = "ncdesktop-state"
VERSION = 1


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
    try:
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > 1 << 24:
                raise ValueError
            header = json.loads(file.read(length))["__metadata__"]
        if header["format"] != FORMAT:
            raise ValueError
    except OSError as error:
        raise StateError(f"cannot read state {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise StateError(f"{path} is not a state saved by ncdesktop (or it is truncated)") from error
    if not header["version"].isdecimal() or int(header["version"]) > VERSION:
        raise StateError(
            f"{path} has state version {header['version']}, this program reads up to {VERSION}: update it"
        )
    return header


def load_state(path: Path) -> State:
    """Read a state; raises StateError for anything that is not a whole state file of a known version."""
    header = read_header(path)
    try:
        arrays = load(path.read_bytes())
        width, height = json.loads(header["size"])
        return State(header["world"], header["model"], int(header["tick"]), (width, height), arrays)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise StateError(f"{path} is not a whole state file (truncated or damaged): {error}") from error
