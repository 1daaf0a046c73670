"""Sessions on disk: recorded desktop use as a folder of video, actions and cursor shapes (format version 1)."""

import json
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from ncdesktop.actions import Action, action_from_json, action_to_json
from ncdesktop.errors import SessionError
from ncdesktop.images import read_image
from ncdesktop.paths import write_atomically
from ncdesktop.world import CELL, FPS, Cursor, Frame

__all__ = ["Session", "SessionWriter", "Tick", "frame_crc32", "held_out", "open_session", "open_sessions"]

FORMAT = "ncdesktop-session"
VERSION = 1


@dataclass(frozen=True)
class Tick:
    """One line of `actions.jsonl`: the action, what was seen at its end, and labels that are never model input."""

    action: Action
    cursor: int
    crc32: int
    time_s: float
    task: str | None = None
    windows: list[Any] | None = None


@dataclass(frozen=True)
class Session:
    """A session that was opened and whose parts agree. `frames` decodes the video."""

    folder: Path
    size: tuple[int, int]
    fps: int
    source: str
    policy: str
    seed: int
    cursors: tuple[Cursor, ...]
    ticks: tuple[Tick, ...]
    late_ticks: int
    dropped_ticks: int

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def fingerprint(self) -> str:
        """Eight hex digits that tell this session from others whatever its folder is called."""
        return f"{zlib.crc32(','.join(str(tick.crc32) for tick in self.ticks).encode()):08x}"

    @property
    def actions(self) -> list[Action]:
        return [tick.action for tick in self.ticks]

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        """Decode the UI plane of ticks start <= i < stop, each (H, W, 3) uint8 RGB."""
        stop = len(self.ticks) if stop is None else stop
        path, found = self.folder / "video.mkv", start
        try:
            with av.open(path, metadata_errors="replace") as container:
                for index, picture in enumerate(container.decode(video=0)):
                    if index >= stop:
                        break
                    if index >= start:
                        found = index + 1
                        yield picture.to_ndarray(format="rgb24")
        except av.FFmpegError as error:
            raise SessionError(f"{path}: damaged video after frame {found}: {error.strerror}") from error
        if found < stop:
            raise SessionError(f"{path}: ends after {found} frames, expected {stop}; it is truncated")

    def frame(self, tick: int, ui: np.ndarray) -> Frame:
        """Return the whole frame of a tick whose UI plane is `ui`."""
        line = self.ticks[tick]
        return Frame(tick, ui, line.action.pointer, self.cursors[line.cursor] if self.cursors else None)


def frame_crc32(ui: np.ndarray) -> int:
    """Return the checksum of a UI plane as sessions keep it: CRC-32 of its RGB bytes."""
    return zlib.crc32(np.ascontiguousarray(ui).tobytes())


def held_out(session: Session) -> bool:
    """Return whether a session is kept out of training: one in twelve, by the checksum of its name.

    The split is fixed for good: it depends on the folder's name alone, never on how many sessions there are.
    """
    return zlib.crc32(session.name.encode()) % 12 == 0


def open_sessions(paths: list[Path]) -> list[Session]:
    """Open each session among `paths`; a folder that is none stands for all the sessions directly in it."""
    folders: list[Path] = []
    for path in paths:
        inside = (
            []
            if (path / "session.json").exists()
            else sorted(found.parent for found in path.glob("[!.]*/session.json"))
        )
        folders += inside or [path]
    return [open_session(folder) for folder in folders]


def open_session(folder: Path) -> Session:
    """Open a session and check that its parts agree; raises SessionError that names folder, file and fault."""
    facts = _read_facts(folder)
    width, height = facts["size"]
    cursors = tuple(_read_cursor(folder, item) for item in facts["cursors"])
    ticks = _read_ticks(folder, len(cursors))
    frames = _count_frames(folder / "video.mkv", (width, height))
    if facts.get("closed", True):
        for file, count in (("actions.jsonl", len(ticks)), ("video.mkv", frames)):
            if count != facts["ticks"]:
                raise SessionError(f"{folder / file}: has {count} ticks, session.json says {facts['ticks']}")
    else:  # the recorder was killed: what both files hold is good
        ticks = ticks[: min(len(ticks), frames)]
    if not ticks:
        raise SessionError(f"{folder}: holds no ticks")
    return Session(
        folder=folder,
        size=(width, height),
        fps=facts["fps"],
        source=str(facts.get("source", "unknown")),
        policy=str(facts.get("policy", "unknown")),
        seed=int(facts.get("seed") or 0),
        cursors=cursors,
        ticks=tuple(ticks),
        late_ticks=int(facts.get("late_ticks") or 0),
        dropped_ticks=int(facts.get("dropped_ticks") or 0),
    )


def _read_facts(folder: Path) -> dict[str, Any]:
    path = folder / "session.json"
    try:
        facts = json.loads(path.read_text())
    except OSError as error:
        raise SessionError(f"{path}: cannot be read ({error.strerror}); {folder} is not a session") from error
    except ValueError as error:
        raise SessionError(f"{path}: is not JSON: {error}") from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise SessionError(f"{path}: is not an {FORMAT} description")
    version = facts.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise SessionError(f"{path}: version {version!r}, this program reads up to {VERSION}; update it")
    match facts:
        case {"size": [int(width), int(height)], "fps": int(), "ticks": int(), "cursors": list()}:
            if width <= 0 or height <= 0 or width % CELL or height % CELL:
                raise SessionError(f"{path}: size {width}x{height}, expected multiples of {CELL}")
            if facts["fps"] != FPS:
                raise SessionError(f"{path}: {facts['fps']} ticks a second, expected {FPS}")
            for name in ("seed", "late_ticks", "dropped_ticks"):
                if not isinstance(facts.get(name) or 0, int):
                    raise SessionError(f"{path}: {name} is {facts[name]!r}, expected a number")
            return facts
    raise SessionError(f"{path}: expected size [w, h], fps, ticks and a list of cursors")


def _read_cursor(folder: Path, item: Any) -> Cursor:
    try:
        x, y = item["hotspot"]
        name = str(item.get("name", ""))
        return Cursor(read_image(folder / item["file"], "RGBA"), (int(x), int(y)), name)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise SessionError(f"{folder / 'session.json'}: cursor {item!r} cannot be read: {error}") from error


def _read_ticks(folder: Path, cursors: int) -> list[Tick]:
    path = folder / "actions.jsonl"
    ticks: list[Tick] = []
    try:
        text = path.read_text()
    except (OSError, ValueError) as error:
        raise SessionError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(text.splitlines()):
        try:
            item = json.loads(line)
            action = action_from_json(item)
            if item["tick"] != number:
                raise ValueError(f"tick {item['tick']} where {number} was expected")
            if not isinstance(item["cursor"], int) or not 0 <= item["cursor"] < max(cursors, 1):
                raise ValueError(f"cursor {item['cursor']} of {cursors}")
            tick = Tick(
                action, item["cursor"], item["crc32"], item["time_s"], item.get("task"), item.get("windows")
            )
        except (ValueError, KeyError, TypeError) as error:
            reason = f"lacks {error}" if isinstance(error, KeyError) else error
            raise SessionError(f"{path}: line {number + 1}: {reason}") from error
        ticks.append(tick)
    return ticks


def _count_frames(path: Path, size: tuple[int, int]) -> int:
    try:
        with av.open(path, metadata_errors="replace") as container:
            if not container.streams.video:
                raise SessionError(f"{path}: holds no video")
            stream = container.streams.video[0]
            if stream.codec_context is None:
                raise SessionError(f"{path}: holds video of an unknown kind; it is damaged")
            if (stream.width, stream.height) != size:
                found = f"{stream.width}x{stream.height}"
                raise SessionError(f"{path}: is {found}, session.json says {size[0]}x{size[1]}")
            return sum(1 for packet in container.demux(stream) if packet.size)
    except (av.FFmpegError, OSError) as error:
        raise SessionError(f"{path}: cannot be read as video: {error.strerror}") from error


class SessionWriter:
    """Writes a session tick by tick. Killed at any moment it leaves one that opens up to the last second."""

    def __init__(
        self, folder: Path, *, size: tuple[int, int], source: str, policy: str = "live", seed: int = 0
    ) -> None:
        """Make `folder`, which must not exist yet. size: (width, height), multiples of CELL."""
        width, height = size
        if width % CELL or height % CELL:
            raise SessionError(f"{folder}: size {width}x{height}, expected multiples of {CELL}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            raise SessionError(f"{folder} exists already; choose another place") from error
        except OSError as error:
            raise SessionError(f"cannot write session {folder}: {error.strerror}") from error
        self.folder = folder
        self._facts = {
            "format": FORMAT, "version": VERSION, "size": [width, height], "fps": FPS, "ticks": 0, "source": source,
            "policy": policy, "seed": seed, "cursors": [], "late_ticks": 0, "dropped_ticks": 0, "closed": False,
        }  # fmt: skip
        self._cursor_ids: dict[bytes, int] = {}
        self._cursors: list[dict[str, Any]] = []
        self._ticks = self._late = self._dropped = 0
        options = {"qp": "0", "preset": "superfast", "tune": "zerolatency", "x264-params": "sliced-threads=0"}
        try:
            (folder / "cursors").mkdir()
            self._write_facts()
            self._container = av.open(
                folder / "video.mkv", "w", options={"flush_packets": "1", "cluster_time_limit": "1000"}
            )
            self._lines = open(folder / "actions.jsonl", "w")  # noqa: SIM115 (closed in close)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise SessionError(f"cannot write session {folder}: {error.strerror}") from error
        self._stream = self._container.add_stream("libx264rgb", rate=FPS, options=options)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "rgb24"
        self._stream.thread_count = 1

    def write(
        self,
        action: Action,
        frame: Frame,
        *,
        time_s: float | None = None,
        late: bool = False,
        dropped: int = 0,
        task: str | None = None,
        windows: list[Any] | None = None,
    ) -> None:
        """Append one tick: the action and the frame at its end."""
        line = {
            "tick": self._ticks,
            "time_s": round(self._ticks / FPS if time_s is None else time_s, 4),
            **action_to_json(action),
            "crc32": frame_crc32(frame.ui),
        }
        if task is not None:
            line["task"] = task
        if windows is not None:
            line["windows"] = windows
        try:
            line["cursor"] = self._cursor_id(frame.cursor)
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame.ui), format="rgb24")
            picture.pts = self._ticks
            self._container.mux(self._stream.encode(picture))
            self._lines.write(json.dumps(line, separators=(",", ":")) + "\n")
            self._ticks += 1
            self._late += late
            self._dropped += dropped
            if self._ticks % FPS == 0:
                self._lines.flush()
        except OSError as error:
            raise SessionError(f"cannot go on writing session {self.folder}: {error.strerror}") from error

    def close(self) -> None:
        """Finish the files; what was written is then a whole session."""
        try:
            try:
                self._container.mux(self._stream.encode(None))
                self._container.close()
            finally:
                self._lines.close()
            self._write_facts(closed=True)
        except OSError as error:
            raise SessionError(f"cannot finish session {self.folder}: {error.strerror}") from error

    def _cursor_id(self, cursor: Cursor | None) -> int:
        if cursor is None:
            cursor = Cursor(np.zeros((1, 1, 4), np.uint8), (0, 0), "none")
        key = cursor.image.tobytes() + repr((cursor.image.shape, cursor.hotspot)).encode()
        if key not in self._cursor_ids:
            number = self._cursor_ids[key] = len(self._cursors)
            file = f"cursors/{number:02d}.png"
            Image.fromarray(cursor.image).save(self.folder / file)
            self._cursors.append(
                {"id": number, "file": file, "hotspot": list(cursor.hotspot), "name": cursor.name}
            )
            self._write_facts()
        return self._cursor_ids[key]

    def _write_facts(self, *, closed: bool = False) -> None:
        facts = self._facts | {
            "ticks": self._ticks, "cursors": self._cursors, "late_ticks": self._late, "dropped_ticks": self._dropped,
            "closed": closed,
        }  # fmt: skip
        write_atomically(self.folder / "session.json", json.dumps(facts, indent=1).encode())
