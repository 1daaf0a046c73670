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
    """Writes a session `FOLDER` and a film `FOLDER.mp4`; a jump in time begins the next of both, `FOLDER-2`.

    The dream does not wait for what has ended: its files are finished beside it.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        """say: takes a line for the user, from any thread."""
        self._say = say
        self._folder: Path | None = None
        self._part = 0
        self._tape: Tape | None = None
        self._ended: list[Tape] = []

    @property
    def active(self) -> bool:
        return self._tape is not None

    def begin(self, emulator: Emulator, folder: Path) -> None:
        """Record from the next tick on."""
        self._folder, self._part = folder, 1
        self._tape = Tape(folder, emulator.moment().state, self._say)

    def end(self) -> None:
        """Write nothing more, and have the files finished; `say` is told when they are."""
        if self._tape is not None:
            self._tape.end()
            self._ended = [tape for tape in (*self._ended, self._tape) if not tape.finished]
            self._tape = None

    def after_tick(self, emulator: Emulator, action: Action, frame: Frame) -> None:
        if self._tape is not None:
            self._tape.write(action, frame)
            if self._tape.over:
                self._tape = None

    def jumped(self, emulator: Emulator, frame: Frame) -> None:
        if self._tape is None or self._folder is None:
            return
        if not self._tape.ticks:  # nothing happened since: the recording begins here instead
            self._tape.state = emulator.moment().state
            return
        self.end()
        self._part += 1
        folder = self._folder.with_name(f"{self._folder.name}-{self._part}")
        self._tape = Tape(folder, emulator.moment().state, self._say)

    def close(self) -> None:
        self.end()
        for tape in self._ended:
            tape.wait()
