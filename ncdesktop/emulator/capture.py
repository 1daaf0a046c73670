"""What is seen as files: PNG pictures, a sheet of many, and MP4 video encoded off the frame thread."""

import io
import os
import queue
import threading
from pathlib import Path

import av
import numpy as np
from PIL import Image

from ncdesktop.emulator.text import caption
from ncdesktop.errors import InputError
from ncdesktop.images import read_image
from ncdesktop.paths import write_atomically
from ncdesktop.world import FPS

__all__ = ["Film", "Sheet", "VideoWriter", "png", "read_picture", "save_png"]

_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov", "frag_duration": "1000000", "flush_packets": "1"}
"""A second each, at once on disk: 2 % more bytes, and a film whose writer is killed plays up to its last two seconds."""
QUEUE_FRAMES = 150
"""Frames that may wait for the encoder (10 s, 90 MB at 512x384); a longer wait slows the writer, not the memory."""


def png(pixels: np.ndarray) -> bytes:
    """Return a picture (H, W, 3 or 4) as PNG."""
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


def save_png(path: Path, pixels: np.ndarray) -> None:
    """Write a picture (H, W, 3) as PNG, atomically; raises InputError if it cannot be written."""
    try:
        write_atomically(path, png(pixels))
    except OSError as error:
        raise InputError(f"cannot write picture {path}: {error.strerror}; choose another place") from error


def read_picture(path: Path, *, size: tuple[int, int]) -> np.ndarray:
    """Return the picture in a file as (H, W, 3) uint8; raises InputError unless it is one of `size` (width, height)."""
    try:
        pixels = read_image(path, "RGB")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a picture: {error}") from error
    height, width = pixels.shape[:2]
    if (width, height) != size:
        raise InputError(f"{path} is {width}x{height}, expected {size[0]}x{size[1]}; scale it first")
    return pixels


class Film:
    """Writes an MP4 frame by frame, in the thread that calls; the file gets its name when it is complete.

    Until then it is hidden beside it, and can be played up to the last two seconds.
    """

    def __init__(self, path: Path, *, size: tuple[int, int]) -> None:
        """size: (width, height), even. Raises InputError if the file cannot be made."""
        self.path = path
        self._part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
        self._error: OSError | None = None
        self._count = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(self._part, "w", options=_FRAGMENTS)
        except OSError as error:
            raise InputError(f"cannot write video {path}: {error.strerror}; choose another place") from error
        options = {"crf": "14", "preset": "veryfast", "tune": "animation"}
        self._stream = self._container.add_stream("libx264", rate=FPS, options=options)
        self._stream.width, self._stream.height, self._stream.pix_fmt = *size, "yuv420p"
        self._stream.thread_count = 1

    def write(self, pixels: np.ndarray) -> None:
        """Append a frame (H, W, 3) uint8; after an error, which `close` tells, nothing more is written."""
        if self._error is None:
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            picture.pts = self._count
            self._count += 1
            self._try(picture)

    def close(self) -> None:
        """Finish the file and give it its name, if it has a frame; raises InputError if the disk was full."""
        if not self._count:
            self._container.close()
            return
        self._try(None)
        try:
            self._container.close()
        except OSError as error:
            self._error = self._error or error
        if self._error is not None:
            self._part.unlink(missing_ok=True)
            raise InputError(f"cannot write video {self.path}: {self._error.strerror}") from self._error
        os.replace(self._part, self.path)

    def _try(self, picture: av.VideoFrame | None) -> None:
        try:
            self._container.mux(self._stream.encode(picture))
        except OSError as error:
            self._error = error


class VideoWriter:
    """Writes a Film in a thread of its own: `write` returns at once, unless QUEUE_FRAMES frames are not encoded yet."""

    def __init__(self, path: Path, *, size: tuple[int, int]) -> None:
        """See Film."""
        self.path = path
        self._film = Film(path, size=size)
        self._queue: queue.Queue[np.ndarray | None] = queue.Queue(QUEUE_FRAMES)
        self._thread = threading.Thread(target=self._encode, name="video", daemon=True)
        self._thread.start()

    def write(self, pixels: np.ndarray) -> None:
        """Append a frame (H, W, 3) uint8, which must not change after."""
        self._queue.put(pixels)

    def close(self) -> None:
        """Encode what waits and finish the file; raises InputError if the disk was full."""
        self._queue.put(None)
        self._thread.join()
        self._film.close()

    def _encode(self) -> None:
        while (pixels := self._queue.get()) is not None:
            self._film.write(pixels)


class Sheet:
    """Collects frames evenly over a run of known length into one picture."""

    def __init__(self, ticks: int, *, columns: int = 4, rows: int = 6) -> None:
        """ticks: how many frames will come; at most columns * rows of them are kept."""
        count = min(ticks, columns * rows)
        self.columns = min(columns, count)
        self._ticks = {round((place + 1) * ticks / count) - 1 for place in range(count)}
        self._pictures: list[np.ndarray] = []
        self._seen = 0

    def add(self, pixels: np.ndarray) -> None:
        """Look at the next frame (H, W, 3)."""
        if self._seen in self._ticks:
            self._pictures.append(caption(pixels, f"{(self._seen + 1) / FPS:.1f} s", size_px=12))
        self._seen += 1

    def picture(self) -> np.ndarray:
        """Return the frames kept, side by side, as one (H, W, 3)."""
        gap = 4
        height, width = self._pictures[0].shape[:2]
        rows = -(-len(self._pictures) // self.columns)
        sheet = np.full((rows * (height + gap) + gap, self.columns * (width + gap) + gap, 3), 32, np.uint8)
        for place, pixels in enumerate(self._pictures):
            top = gap + place // self.columns * (height + gap)
            left = gap + place % self.columns * (width + gap)
            sheet[top : top + height, left : left + width] = pixels
        return sheet
