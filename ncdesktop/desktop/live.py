"""The real desktop as a World that writes down what happens in it, for a person who uses it through a window."""

from pathlib import Path
from typing import Any

from ncdesktop.actions import Action
from ncdesktop.desktop.desktop_world import DesktopWorld
from ncdesktop.desktop.recorder import part_of
from ncdesktop.session import SessionWriter
from ncdesktop.world import Frame, Start, State

__all__ = ["LiveWorld"]


class LiveWorld:
    """A DesktopWorld whose ticks become sessions in a folder: the first free `live-NNNNN`, one for each reset.

    `get_state` returns a state that says where one is and cannot be gone back to.
    """

    def __init__(self, world: DesktopWorld, folder: Path, *, source: str) -> None:
        """The world becomes this one's: closing this closes it."""
        self.size = world.size
        self.unchecked: list[Path] = []
        self._world = world
        self._folder = folder
        self._source = source
        self._writer: SessionWriter | None = None
        self._session = folder
        self._tick = 0
        self._labels: list[list[Any]] | None = None

    def reset(self, seed: int | None = None, start: Start = None) -> Frame:
        """Start a fresh desktop and a session of it; the session before is finished."""
        self._finish()
        frame = self._world.reset(seed, start)
        self._session = self._free()
        self._writer = SessionWriter(
            part_of(self._session), size=self.size, source=self._source, policy="live"
        )
        self._tick, self._labels = 0, None
        return frame

    def step(self, action: Action) -> Frame:
        frame = self._world.step(action)
        timing = self._world.timing
        self._world.windows.refresh()
        labels = [window.label() for window in self._world.windows.windows]
        assert self._writer is not None, "step before reset"
        self._writer.write(
            action, frame, time_s=timing.time_s, late=timing.late, dropped=timing.dropped,
            windows=labels if labels != self._labels else None,
        )  # fmt: skip
        self._labels = labels
        self._tick += 1
        return frame

    def get_state(self) -> State:
        return State("desktop", self._session.name, self._tick, self.size, {})

    def set_state(self, state: State) -> Frame:
        return self._world.set_state(state)

    def close(self) -> None:
        """End the desktop and finish its session; what is `unchecked` then waits for `recorder.salvage`."""
        self._world.close()
        self._finish()

    def _finish(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()
            if self._tick:
                self.unchecked.append(self._session)

    def _free(self) -> Path:
        number = 0
        while (path := self._folder / f"live-{number:05d}").exists() or part_of(path).exists():
            number += 1
        return path
