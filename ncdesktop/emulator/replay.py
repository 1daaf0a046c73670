"""Replaying recorded or scripted input in the world, watching where it departs from a recording, and handing over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ncdesktop.actions import Action
from ncdesktop.emulator.extension import Extension
from ncdesktop.events import Move
from ncdesktop.script import Script
from ncdesktop.session import frame_crc32
from ncdesktop.world import Frame

if TYPE_CHECKING:
    from ncdesktop.emulator.emulator import Emulator

__all__ = ["Replay"]


class Replay(Extension):
    """Leads the world with given actions until they end or the user presses anything; goes on from where time is turned back to.

    done: ticks of it that have passed; total: all of them
    """

    def __init__(self, say: Callable[[str], None], handed_over: Callable[[], None]) -> None:
        """say: takes a line for the user; handed_over: called when the user leads again."""
        self._say = say
        self._handed_over = handed_over
        self._actions: Sequence[Action] = ()
        self._checksums: Sequence[int] | None = None
        self._script: Script | None = None
        self._differing: set[int] = set()
        self._began = 0
        self.done = 0

    @property
    def active(self) -> bool:
        return self.done < len(self._actions)

    @property
    def total(self) -> int:
        return len(self._actions)

    def play(self, actions: Sequence[Action], checksums: Sequence[int]) -> None:
        """Lead from the next tick on. checksums: of the recorded screens without pointer, one an action."""
        self._begin(actions, checksums, None)

    def guide(self, script: Script) -> None:
        """Lead through a script from the next tick on; nothing was recorded to compare with."""
        self._begin(script.actions, None, script)

    def before_tick(self, emulator: Emulator, action: Action) -> Action:
        if not self.active:
            return action
        following = self._actions[self.done]
        self._began = emulator.frame.tick - self.done
        if action is following:  # lived again after time was turned back
            return action
        if any(not isinstance(event, Move) for event in action.edges):
            self._stop(f"you lead from tick {self.done} of {self.total} on")
            return action
        return following

    def after_tick(self, emulator: Emulator, action: Action, frame: Frame) -> None:
        if not self.active:
            return
        if self._checksums is not None and frame_crc32(frame.ui) != self._checksums[self.done]:
            if not self._differing:
                self._say(f"tick {self.done} differs from the recording")
            self._differing.add(self.done)
        self.done += 1
        if not self.active:
            self._stop("the tour has ended" if self._checksums is None else f"replay ended, {self.verdict}")

    def jumped(self, emulator: Emulator, frame: Frame) -> None:
        if self.active:
            self._stop("replay stopped")

    def turned_back(self, emulator: Emulator, frame: Frame) -> None:
        if self.active:
            self.done = frame.tick - self._began

    @property
    def caption(self) -> str:
        """Words of the script to show now, "" for none."""
        return self._script.caption_at(self.done) if self._script and self.active else ""

    @property
    def verdict(self) -> str:
        """How the replay compares with the recording so far, in words."""
        if not self._differing:
            return f"all {self.done} ticks as recorded"
        return f"{len(self._differing)} of {self.done} ticks differ, the first is {min(self._differing)}"

    def _begin(
        self, actions: Sequence[Action], checksums: Sequence[int] | None, script: Script | None
    ) -> None:
        self._actions, self._checksums, self._script = actions, checksums, script
        self._differing = set()
        self.done = 0

    def _stop(self, words: str) -> None:
        self._say(words)
        self._actions = ()
        self._handed_over()
