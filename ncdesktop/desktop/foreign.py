"""Recordings of the NeuralComputer data engine: where its files are, and what the user did in each of their frames.

Under one folder the engine leaves `videos/NAME.mp4` and, in `actions/`, either `NAME.csv` with the user's action in
each frame (synthetic use), or `screen_NAME.csv` with the pointer in each frame and `NAME.json` with the actions of an
agent by time. The pointer is part of its pictures.
"""

import ast
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ncdesktop.desktop.foreign_keys import NO_KEYS, chord_of, keysym_of
from ncdesktop.errors import SessionError
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.world import FPS

__all__ = ["Recording", "find_recordings", "read_events"]

_COLUMNS = ("X", "Y", "Left Click", "Right Click")
_KEY_COLUMNS = ("Key Events", "Keys")
_CLICKS = {
    "left_click": (1, 1),
    "right_click": (3, 1),
    "middle_click": (2, 1),
    "double_click": (1, 2),
    "triple_click": (1, 3),
}
_SILENT = ("mouse_move", "screenshot", "cursor_position", "wait")
_SCROLLS = {"up": (0, 1), "down": (0, -1), "left": (-1, 0), "right": (1, 0)}
_TICKS_A_CHARACTER = 3
"""The agent types one character in 0.1 s and rests as long."""


@dataclass(frozen=True)
class Recording:
    """The files of one recording: video, what happened in each frame, and an agent's actions by time if it was one."""

    name: str
    video: Path
    frames: Path
    agent: Path | None


def find_recordings(folder: Path) -> list[Recording]:
    """Return the recordings in a folder of the data engine; raises SessionError if it is none or a log is missing."""
    videos = sorted((folder / "videos").glob("*.mp4"))
    if not videos:
        raise SessionError(
            f"{folder}: holds no videos/*.mp4; give the folder in which the data engine put videos/ and actions/"
        )
    return [_find_logs(folder / "actions", video) for video in videos]


def _find_logs(folder: Path, video: Path) -> Recording:
    agent_frames, agent = folder / f"screen_{video.stem}.csv", folder / f"{video.stem}.json"
    if agent_frames.exists():
        return Recording(video.stem, video, agent_frames, agent if agent.exists() else None)
    frames = folder / f"{video.stem}.csv"
    if not frames.exists():
        raise SessionError(f"{frames}: is missing; without it nobody knows what the user did in {video.name}")
    return Recording(video.stem, video, frames, None)


def read_events(recording: Recording, size: tuple[int, int]) -> list[list[Event]]:
    """Return the events of each frame; raises SessionError that names file, line and fault."""
    events = _read_frames(recording.frames, size)
    if recording.agent:
        _add_agent(events, recording.agent)
    return events


def _read_frames(path: Path, size: tuple[int, int]) -> list[list[Event]]:
    try:
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise SessionError(f"{path}: cannot be read: {error}") from error
    if missing := [name for name in _COLUMNS if not rows or name not in rows[0]]:
        raise SessionError(
            f"{path}: expected the columns {', '.join(_COLUMNS)}; {', '.join(missing)} missing"
        )
    found: list[list[Event]] = []
    before: tuple[int, int] | None = None
    for number, row in enumerate(rows, start=2):
        try:
            x = min(max(int(float(row["X"])), 0), size[0] - 1)
            y = min(max(int(float(row["Y"])), 0), size[1] - 1)
            events: list[Event] = [Move(x, y)] if (x, y) != before else []
            before = (x, y)
            for column, button in (("Left Click", 1), ("Right Click", 3)):
                if _truth(row[column]):
                    events += [Button(button, True), Button(button, False)]
            keys = next((row[name] for name in _KEY_COLUMNS if row.get(name)), "[]")
            events += [
                Key(keysym_of(name), _downwards(kind))
                for kind, name in ast.literal_eval(keys)
                if name not in NO_KEYS
            ]
        except (ValueError, TypeError, SyntaxError, AttributeError) as error:
            raise SessionError(f"{path}: line {number}: {error}") from error
        found.append(events)
    return found


def _truth(text: str) -> bool:
    if text not in ("True", "False", "1", "0"):
        raise ValueError(f"{text!r} where True or False was expected")
    return text in ("True", "1")


def _downwards(kind: str) -> bool:
    if kind not in ("keydown", "keyup"):
        raise ValueError(f"{kind!r} where keydown or keyup was expected")
    return kind == "keydown"


def _add_agent(events: list[list[Event]], path: Path) -> None:
    """Put an agent's actions into the frames in which they happened, in place."""
    try:
        actions = json.loads(path.read_text())["actions"]
        if not isinstance(actions, list):
            raise TypeError(f"actions are of type {type(actions).__name__}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SessionError(f"{path}: is no JSON object with a list of actions: {error}") from error
    for number, action in enumerate(actions):
        try:
            first = round(float(action["timestamp"]) * FPS)
            for later, event in _agent_events(action):
                events[min(max(first + later, 0), len(events) - 1)].append(event)
        except (ValueError, KeyError, TypeError) as error:
            raise SessionError(f"{path}: action {number}: {error}") from error


def _agent_events(action: dict[str, Any]) -> Sequence[tuple[int, Event]]:
    """Return the events of one action, each with the ticks after its beginning."""
    kind, text = action["action"], action.get("text") or action.get("key") or ""
    if kind.endswith(("_success", "_failed")) or kind in _SILENT:
        return []
    x, y = action.get("x"), action.get("y")
    there: list[tuple[int, Event]] = [(0, Move(int(x), int(y)))] if x is not None and y is not None else []
    match kind:
        case "left_mouse_down" | "left_mouse_up":
            return [(0, Button(1, kind.endswith("down")))]
        case "left_click_drag":
            return [(0, Button(1, True)), *there, (0, Button(1, False))]
        case "scroll":
            dx, dy = _SCROLLS[action["scroll_direction"]]
            count = int(action["scroll_amount"])
            return [*there, (0, Wheel(dx * count, dy * count))]
        case "key":
            names = chord_of(text)
            return [(0, Key(name, True)) for name in names] + [
                (0, Key(name, False)) for name in reversed(names)
            ]
        case "hold_key":
            names, held = chord_of(text), max(1, round(float(action.get("duration") or 0) * FPS))
            return [(0, Key(name, True)) for name in names] + [
                (held, Key(name, False)) for name in reversed(names)
            ]
        case "type":
            typed = [
                (place * _TICKS_A_CHARACTER, keysym_of(character)) for place, character in enumerate(text)
            ]
            return [(later, Key(name, down)) for later, name in typed for down in (True, False)]
    if kind not in _CLICKS:
        raise ValueError(f"unknown action {kind!r}")
    button, times = _CLICKS[kind]
    return there + [(0, Button(button, down)) for _ in range(times) for down in (True, False)]
