"""A session read back as a World: it shows what was recorded, whatever the user does."""

from collections.abc import Iterator

import numpy as np

from ncdesktop.actions import Action
from ncdesktop.errors import InputError, StateError
from ncdesktop.session import Session
from ncdesktop.world import Frame, Start, State

__all__ = ["RecordedWorld"]


class RecordedWorld:
    """Shows one recorded tick a step; after the last it stays there, and `ended` is true."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.size = session.size
        self._tick = -1
        self._frames: Iterator[np.ndarray] = iter(())
        self._ui = np.zeros((session.size[1], session.size[0], 3), np.uint8)

    @property
    def ended(self) -> bool:
        return self._tick >= len(self.session.ticks) - 1

    def reset(self, seed: int | None = None, start: Start = None) -> Frame:
        """Go to the first recorded frame. Nothing is random here, so `seed` changes nothing."""
        if isinstance(start, State):
            return self.set_state(start)
        if start is not None:
            raise InputError(
                "a recorded session cannot start from a screen, only from its beginning or a state of it"
            )
        return self._seek(0)

    def step(self, action: Action) -> Frame:
        """Show the next recorded frame; `action` changes nothing."""
        if not self.ended:
            self._ui = next(self._frames)
            self._tick += 1
        return self.session.frame(self._tick, self._ui)

    def get_state(self) -> State:
        return State(
            "recorded", self.session.fingerprint, self._tick, self.size, {"tick": np.array(self._tick)}
        )

    def set_state(self, state: State) -> Frame:
        if state.world != "recorded" or state.model != self.session.fingerprint:
            raise StateError(
                f"this state belongs to {state.world} {state.model}, not to session {self.session.name}"
            )
        if not 0 <= state.tick < len(self.session.ticks):
            raise StateError(
                f"this state is of tick {state.tick}, session {self.session.name} has {len(self.session.ticks)}"
            )
        return self._seek(state.tick)

    def close(self) -> None:
        self._frames = iter(())

    def _seek(self, tick: int) -> Frame:
        self._frames = self.session.frames(start=tick)
        self._ui, self._tick = next(self._frames), tick
        return self.session.frame(tick, self._ui)
