"""Moments on disk: nine slots, the autosave and named files, each with a thumbnail, its tick and its time."""

import base64
import io
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from ncdesktop.actions import action_from_json, action_to_json
from ncdesktop.emulator.capture import png
from ncdesktop.emulator.emulator import Moment
from ncdesktop.errors import StateError
from ncdesktop.images import read_image
from ncdesktop.keysyms import keysym_known
from ncdesktop.state_file import is_whole, load_state, read_header, save_state
from ncdesktop.world import Frame

__all__ = [
    "AUTOSAVE",
    "SLOTS",
    "Snapshot",
    "find_slot",
    "load_moment",
    "read_slot",
    "read_snapshot",
    "save_moment",
    "slot_file",
    "states_folder",
]

SLOTS = range(1, 10)
AUTOSAVE = 0
"""The slot that quitting writes and --resume reads."""

_THUMBNAIL = (128, 96)


def states_folder(home: Path, model: str) -> Path:
    """Return where the states of one model are kept: no other can go on from them."""
    return home / "states" / model


def slot_file(home: Path, slot: int, *, model: str) -> Path:
    """Return where a slot is written."""
    return states_folder(home, model) / f"slot-{slot}.state"


def find_slot(home: Path, slot: int, *, model: str) -> Path:
    """Return where a slot is read, which may not exist: models used to share one folder."""
    path = slot_file(home, slot, model=model)
    shared = home / "states" / path.name
    return shared if shared.exists() and not path.exists() else path


def save_moment(path: Path, moment: Moment, frame: Frame, *, time: datetime) -> None:
    """Write a moment and the picture of it, atomically; raises StateError if it cannot be written."""
    picture = np.asarray(Image.fromarray(frame.pixels).resize(_THUMBNAIL, Image.Resampling.BILINEAR))
    extra = {
        "time": time.isoformat(timespec="seconds"),
        "thumbnail": base64.b64encode(png(picture)).decode(),
        "keys": json.dumps(sorted(moment.keys)),
    }
    if moment.action is not None:
        extra["action"] = json.dumps(action_to_json(moment.action))
    save_state(path, moment.state, extra=extra)


def load_moment(path: Path) -> Moment:
    """Read a moment, or a bare state; raises StateError for anything else."""
    state, header = load_state(path), read_header(path)
    try:
        action = action_from_json(json.loads(header["action"])) if "action" in header else None
        keys = frozenset(str(name) for name in json.loads(header.get("keys", "[]")))
        if unknown := sorted(name for name in keys if not keysym_known(name)):
            raise ValueError(f"unknown keysym {unknown[0]!r}")
        return Moment(state, action, keys)
    except (ValueError, TypeError) as error:
        raise StateError(f"{path} is damaged: {error}") from error


@dataclass(frozen=True)
class Snapshot:
    """What can be told of a state file without loading it.

    picture: (96, 128, 3), None if it has none; whole: the file is as long as it should be
    """

    tick: int
    time: str
    model: str
    picture: np.ndarray | None
    whole: bool

    def fault(self, model: str) -> str:
        """Return why `model` cannot go on from it, in words, "" if it can."""
        if not self.whole:
            return "damaged"
        return "" if self.model == model else "other weights"


def read_snapshot(path: Path) -> Snapshot:
    """Read a state file's header alone; raises StateError if it is none or damaged."""
    header = read_header(path)
    try:
        picture = None
        if "thumbnail" in header:
            picture = read_image(io.BytesIO(base64.b64decode(header["thumbnail"])), "RGB")
        return Snapshot(int(header["tick"]), header.get("time", ""), header["model"], picture, is_whole(path))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise StateError(f"{path} is damaged: {error}") from error


def read_slot(path: Path) -> Snapshot | None:
    """Read what can be told of a slot, None if it is empty; of a damaged one that it is not whole."""
    if not path.exists():
        return None
    try:
        return read_snapshot(path)
    except StateError:
        return Snapshot(0, "", "", None, whole=False)
