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
from ncdesktop.state_file import load_state, read_header, save_state
from ncdesktop.world import Frame

__all__ = ["AUTOSAVE", "SLOTS", "Snapshot", "load_moment", "read_snapshot", "save_moment", "slot_file"]

SLOTS = range(1, 10)
AUTOSAVE = 0
"""The slot that quitting writes and --resume reads."""

_THUMBNAIL = (128, 96)


def slot_file(home: Path, slot: int) -> Path:
    """Return where a slot is kept."""
    return home / "states" / f"slot-{slot}.state"


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
        keys = json.loads(header.get("keys", "[]"))
        return Moment(state, action, frozenset(str(name) for name in keys))
    except (ValueError, TypeError) as error:
        raise StateError(f"{path} is damaged: {error}") from error


@dataclass(frozen=True)
class Snapshot:
    """What can be told of a state file without loading it. picture: (96, 128, 3), None if it has none."""

    tick: int
    time: str
    model: str
    picture: np.ndarray | None


def read_snapshot(path: Path) -> Snapshot:
    """Read a state file's header alone; raises StateError if it is none or damaged."""
    header = read_header(path)
    try:
        picture = None
        if "thumbnail" in header:
            with Image.open(io.BytesIO(base64.b64decode(header["thumbnail"]))) as image:
                picture = np.array(image.convert("RGB"))
        return Snapshot(int(header["tick"]), header.get("time", ""), header["model"], picture)
    except (OSError, ValueError, KeyError) as error:
        raise StateError(f"{path} is damaged: {error}") from error
