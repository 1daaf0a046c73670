"""Recording what happens as sessions and films; a jump in time begins the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ncdesktop.actions import Action
from ncdesktop.emulator.extension import Extension
from ncdesktop.emulator.tape import START_FILE, Tape
from ncdesktop.world import Frame

if TYPE_CHECKING:
    from ncdesktop.emulator.emulator import Emulator

__all__ = ["START_FILE", "Recording"]


class Recording(Extension):
    """Writes a session `FOLDER` and a film `FOLDER.mp4`; a jump in time begins the next of both, `FOLDER-2`."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """say: takes a line for the user."""
        self._say = say
        self._folder: Path | None = None
        self._part = 0
        self._tape: Tape | None = None

    @property
    def active(self) -> bool:
        return self._tape is not None

    def begin(self, emulator: Emulator, folder: Path) -> None:
        """Record from the next tick on."""
        self._folder, self._part = folder, 1
        self._tape = Tape(folder, emulator.moment().state)

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
        self._tape = Tape(folder, emulator.moment().state)

    def close(self) -> None:
        self.end()
