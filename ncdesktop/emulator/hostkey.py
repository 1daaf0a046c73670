"""The host key as a pure state machine: what goes to the guest, and what is a command to the program."""

from collections.abc import Container
from dataclasses import dataclass
from enum import Enum

__all__ = ["HostKey", "Phase", "Verdict"]


class Phase(Enum):
    """Where the host key is: up; down; down and used; down, but with something that is no command."""

    IDLE = "idle"
    ARMED = "armed"
    FIRED = "fired"
    NOT_IT = "not it"


@dataclass(frozen=True)
class Verdict:
    """What to do about one key going down or up.

    passes: it goes to the guest
    fired:  combination that begins, such as "f" or "Shift+1"
    ended:  combinations that end: they or the host key went up
    tapped: the host key went down and up alone
    """

    passes: bool = False
    fired: str | None = None
    ended: tuple[str, ...] = ()
    tapped: bool = False


class HostKey:
    """Decides over every key and button. Keys are named as without Shift; ups may be lost, repeated or come in any order."""

    def __init__(self, host: str, combinations: Container[str]) -> None:
        """host: keysym name of the host key; combinations: those that are commands."""
        self.host = host
        self.phase = Phase.IDLE
        self._combinations = combinations
        self._swallowed: dict[str, str | None] = {}
        self._shifts: set[str] = set()
        self._buttons: set[int] = set()

    def key(self, name: str, down: bool) -> Verdict:
        """Return what to do about the key `name`."""
        if name == self.host:
            return self._host(down)
        if name in ("Shift_L", "Shift_R"):
            self._shifts = self._shifts | {name} if down else self._shifts - {name}
        return self._press(name) if down else self._release(name)

    def button(self, button: int, down: bool) -> bool:
        """Return whether a mouse button going down or up goes to the guest: it goes up where it went down."""
        self._disturbed()
        ours = self.phase is not Phase.IDLE if down else button in self._buttons
        self._buttons = self._buttons | {button} if down and ours else self._buttons - {button}
        return not ours

    def wheel(self) -> bool:
        """Return whether the wheel turns in the guest."""
        self._disturbed()
        return self.phase is Phase.IDLE

    def lost_focus(self) -> tuple[str, ...]:
        """All keys are up as far as this window knows; return the combinations that end."""
        ended = tuple(combination for combination in self._swallowed.values() if combination)
        self._swallowed.clear()
        self._shifts.clear()
        self._buttons.clear()
        self.phase = Phase.IDLE
        return ended

    def _disturbed(self) -> None:
        """Letting go of the host key is no tap any more."""
        if self.phase is Phase.ARMED:
            self.phase = Phase.NOT_IT

    def _host(self, down: bool) -> Verdict:
        tapped = not down and self.phase is Phase.ARMED
        ended = tuple(combination for combination in self._swallowed.values() if combination)
        self._swallowed = dict.fromkeys(self._swallowed)
        self.phase = Phase.ARMED if down else Phase.IDLE
        return Verdict(tapped=tapped, ended=ended)

    def _press(self, name: str) -> Verdict:
        if self.phase is Phase.IDLE:
            self._swallowed.pop(name, None)  # its up was lost
            return Verdict(passes=True)
        if name in self._swallowed:
            return Verdict()  # a repeat
        self._swallowed[name] = None
        if name in ("Shift_L", "Shift_R"):
            return Verdict()
        combination = f"Shift+{name}" if self._shifts else name
        if combination not in self._combinations:
            self.phase = Phase.NOT_IT
            return Verdict()
        self.phase = Phase.FIRED
        self._swallowed[name] = combination
        return Verdict(fired=combination)

    def _release(self, name: str) -> Verdict:
        if name not in self._swallowed:
            return Verdict(passes=True)
        combination = self._swallowed.pop(name)
        return Verdict(ended=(combination,) if combination else ())
