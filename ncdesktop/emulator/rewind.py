"""Going back in time, exactly: keyframes of the whole state, and the actions between them to replay."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ncdesktop.actions import Action
from ncdesktop.emulator.delta import StateDelta, difference, patch
from ncdesktop.emulator.extension import Extension
from ncdesktop.world import FPS, Frame

if TYPE_CHECKING:
    from ncdesktop.emulator.emulator import Emulator, Moment

__all__ = ["KEYFRAME_TICKS", "Rewind"]

KEYFRAME_TICKS = 8
"""Ticks between keyframes: one step back replays at most as many less one."""


@dataclass(frozen=True)
class _Older:
    """A keyframe as what it differs in from the next younger one, once that is packed."""

    position: int
    delta: Future[StateDelta]
    action: Action | None
    keys: frozenset[str]


class Rewind(Extension):
    """Remembers the way since the last jump: `position` ticks of it are behind, the actions after it can be redone.

    size_bytes: what the differences packed so far take; a whole state comes on top

    Only the youngest keyframe is kept whole, each older one as its difference from the next: forgetting the oldest
    costs nothing, and going back unpacks one after the other. A thread packs them: that of a screen that changed takes
    longer than there is time in a tick.
    """

    def __init__(self, *, seconds: float, budget_mb: float) -> None:
        """seconds, budget_mb: how far back and how many megabytes are kept, whichever is less; 0: nothing.

        The youngest difference, which may not be packed yet, comes on top of the megabytes.
        """
        self._ticks = round(seconds * FPS)
        self._budget_bytes = round(budget_mb * 1e6)
        self.position = self._first = self._young_position = 0
        self._actions: list[Action] = []
        self._older: deque[_Older] = deque()
        self._counted = 0
        """So many of these, the oldest, are packed and in `size_bytes`."""
        self.size_bytes = 0
        self._packer = ThreadPoolExecutor(1, "rewind")
        self._young: Moment

    def started(self, emulator: Emulator, frame: Frame) -> None:
        self._begin(emulator)

    def jumped(self, emulator: Emulator, frame: Frame) -> None:
        self._begin(emulator)

    def turned_back(self, emulator: Emulator, frame: Frame) -> None:
        """That was this one's own doing."""

    def after_tick(self, emulator: Emulator, action: Action, frame: Frame) -> None:
        if not self._ticks:
            return
        if action is not self.upcoming():
            del self._actions[self.position - self._first :]
            self._actions.append(action)
        self.position += 1
        self._count()
        if self.position - self._young_position >= KEYFRAME_TICKS:
            young = emulator.moment()
            delta = self._packer.submit(difference, young.state, self._young.state)
            self._older.append(_Older(self._young_position, delta, self._young.action, self._young.keys))
            self._young, self._young_position = young, self.position
            self._forget()

    @property
    def oldest(self) -> int:
        """The first position that can be gone back to."""
        return self._older[0].position if self._older else self._young_position

    def upcoming(self) -> Action | None:
        """Return the action that led on from here before time was turned back, None if there is none."""
        place = self.position - self._first
        return self._actions[place] if place < len(self._actions) else None

    def close(self) -> None:
        self._packer.shutdown(cancel_futures=True)

    def back_to(self, emulator: Emulator, position: int) -> Frame | None:
        """Go back to `position` or the oldest after it; return its frame, None if there is nothing to go back to."""
        position = max(position, self.oldest)
        if position >= self.position:
            return None
        while self._young_position > position:
            older = self._older.pop()
            if self._counted > len(self._older):
                self._counted -= 1
                self.size_bytes -= older.delta.result().size_bytes
            state = patch(self._young.state, older.delta.result())
            self._young = replace(self._young, state=state, action=older.action, keys=older.keys)
            self._young_position = older.position
        replayed = self._actions[self._young_position - self._first : position - self._first]
        self.position = position
        return emulator.turn_back(self._young, replayed)

    def back_to_keyframe(self, emulator: Emulator) -> Frame | None:
        """Go back to the keyframe before now, which replays nothing."""
        young = self._young_position
        at_young = young == self.position
        return self.back_to(emulator, self._older[-1].position if at_young and self._older else young)

    def _begin(self, emulator: Emulator) -> None:
        self.position = self._first = self._young_position = 0
        self._actions.clear()
        self._older.clear()
        self._counted = self.size_bytes = 0
        self._young = emulator.moment()

    def _count(self) -> None:
        """Add to `size_bytes` what has been packed since."""
        while self._counted < len(self._older) and self._older[self._counted].delta.done():
            self.size_bytes += self._older[self._counted].delta.result().size_bytes
            self._counted += 1

    def _forget(self) -> None:
        while self._older and (
            self.size_bytes > self._budget_bytes or self.position - self.oldest > self._ticks
        ):
            forgotten = self._older.popleft()
            if self._counted:
                self._counted -= 1
                self.size_bytes -= forgotten.delta.result().size_bytes
        del self._actions[: self.oldest - self._first]
        self._first = self.oldest
