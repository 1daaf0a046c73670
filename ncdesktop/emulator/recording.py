"""Recording what happens as sessions and films, written in a thread of its own so that no tick waits for it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ncdesktop.actions import Action
from ncdesktop.emulator.capture import VideoWriter
from ncdesktop.emulator.extension import Extension
from ncdesktop.errors import InputError, SessionError, StateError
from ncdesktop.session import SessionWriter
from ncdesktop.state_file import save_state
from ncdesktop.world import Frame, State

if TYPE_CHECKING:
    from ncdesktop.emulator.emulator import Emulator

__all__ = ["START_FILE", "Recording"]

START_FILE = "start.state"
"""In a session of the dream: the state before its first tick, from which it replays bit for bit."""


class Recording(Extension):
    """Writes a session `FOLDER` and a film `FOLDER.mp4`; a jump in time begins the next of both, `FOLDER-2`."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """say: takes a line for the user."""
        self._say = say
        self._folder: Path | None = None
        self._part = 0
        self._tape: _Tape | None = None

    @property
    def active(self) -> bool:
        return self._tape is not None

    def begin(self, emulator: Emulator, folder: Path) -> None:
        """Record from the next tick on."""
        self._folder, self._part = folder, 1
        self._tape = _Tape(folder, emulator.moment().state)

    def end(self) -> None:
        """Finish the files."""
        if self._tape is not None:
            tape, self._tape = self._tape, None
            self._say(tape.close())

    def after_tick(self, emulator: Emulator, action: Action, frame: Frame) -> None:
        if self._tape is not None:
            self._tape.write(action, frame)
            if self._tape.fault:
                self.end()

    def jumped(self, emulator: Emulator, frame: Frame) -> None:
        if self._tape is None or self._folder is None:
            return
        if not self._tape.ticks:  # nothing happened since: the recording begins here instead
            self._tape.state = emulator.moment().state
            return
        self.end()
        self._part += 1
        folder = self._folder.with_name(f"{self._folder.name}-{self._part}")
        self._tape = _Tape(folder, emulator.moment().state)

    def close(self) -> None:
        self.end()


class _Tape:
    """One session and its film, written in one thread from the first tick on."""

    def __init__(self, folder: Path, state: State) -> None:
        self.state = state
        self.ticks = 0
        self.fault = ""
        self._folder = folder
        self._queue: queue.SimpleQueue[tuple[Action, Frame] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)

    def write(self, action: Action, frame: Frame) -> None:
        if not self.ticks:
            self._thread.start()
        self.ticks += 1
        self._queue.put((action, frame))

    def close(self) -> str:
        """Finish; return what became of it, in words."""
        if not self.ticks:
            return "nothing was recorded"
        self._queue.put(None)
        self._thread.join()
        return self.fault or f"recorded {self.ticks} ticks to {self._folder}"

    def _run(self) -> None:
        try:
            self._write_all()
        except (SessionError, InputError, StateError) as error:
            self.fault = f"recording ended: {error}"

    def _write_all(self) -> None:
        session = SessionWriter(self._folder, size=self.state.size, source="dream")
        film = None
        try:
            film = VideoWriter(self._folder.with_name(f"{self._folder.name}.mp4"), size=self.state.size)
            save_state(self._folder / START_FILE, self.state)
            while (tick := self._queue.get()) is not None:
                action, frame = tick
                session.write(action, frame)
                film.write(frame.pixels)
        finally:
            try:
                session.close()
            finally:
                if film is not None:
                    film.close()
