"""What a feature of the emulator is: one class in one file on six hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ncdesktop.actions import Action
from ncdesktop.world import Frame

if TYPE_CHECKING:
    from ncdesktop.emulator.emulator import Emulator

__all__ = ["Extension"]


class Extension:
    """A feature that is told of everything that happens; override the hooks it needs. All run in the world's thread."""

    def started(self, emulator: Emulator, frame: Frame) -> None:
        """The first frame is there; called once, before any other hook."""

    def before_tick(self, emulator: Emulator, action: Action) -> Action:
        """Return the action that this tick gets: the user's, or another in its place."""
        return action

    def after_tick(self, emulator: Emulator, action: Action, frame: Frame) -> None:
        """A tick has passed."""

    def jumped(self, emulator: Emulator, frame: Frame) -> None:
        """Time did not go on from the frame before: a state was restored or the world was reset."""

    def turned_back(self, emulator: Emulator, frame: Frame) -> None:
        """Time was turned back along the way that it came; a jump, unless that makes a difference."""
        self.jumped(emulator, frame)

    def close(self) -> None:
        """The emulator ends; finish files and threads."""
