"""Demo mode: scripted tours with captions that give way to a visitor at the first input and return after idling."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ncdesktop.actions import Action
from ncdesktop.emulator.extension import Extension
from ncdesktop.script import Script, read_script
from ncdesktop.world import FPS, Frame

if TYPE_CHECKING:
    from ncdesktop.emulator.emulator import Emulator

__all__ = ["Demo"]

_REST_TICKS = 3 * FPS
_INVITATION = "It is yours: move, click, type"


class Demo(Extension):
    """Leads through one tour after the other, each from a fresh start.

    touring: a tour leads, not the visitor; begins: the world should be started anew before the next tick
    """

    def __init__(self, tours: Sequence[Path], *, size: tuple[int, int], idle_s: float = 20) -> None:
        """tours: action scripts; size: of the screen; idle_s: how long a visitor rests before the tours return.

        Raises InputError if any of them cannot be read or leaves the screen.
        """
        self._scripts = [read_script(tour, size=size, seed=number) for number, tour in enumerate(tours)]
        self._idle_ticks = round(idle_s * FPS)
        self._round = 0
        self._place = 0
        self._rest = 0
        self.touring = True
        self.begins = False

    @property
    def caption(self) -> str:
        """Words to show now."""
        if self.touring:
            return self._script.caption_at(self._place)
        return _INVITATION if self._rest < 4 * FPS else ""

    @property
    def round(self) -> int:
        """How many tours have begun before this one: each gets another seed."""
        return self._round

    def jumped(self, emulator: Emulator, frame: Frame) -> None:
        if self.begins:
            self._round += 1
            self._place = self._rest = 0
            self.touring, self.begins = True, False

    def before_tick(self, emulator: Emulator, action: Action) -> Action:
        if action.edges and not (
            self.touring and self._place == 0
        ):  # a first move may come from the window's start
            self.touring = False
            self._rest = 0
            return action
        if self.touring and self._place < len(self._script.actions):
            self._place += 1
            return self._script.actions[self._place - 1]
        self._rest += 1
        self.begins = self._rest >= (_REST_TICKS if self.touring else self._idle_ticks)
        return action

    @property
    def _script(self) -> Script:
        return self._scripts[self._round % len(self._scripts)]
