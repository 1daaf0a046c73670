"""The user's events on their way into the next tick: nothing is dropped, and no key stays stuck."""

import threading
from dataclasses import replace

from ncdesktop.events import BUTTON_MASKS, Button, Event, Key, Move

__all__ = ["Intake"]


class Intake:
    """Collects events from the window's thread until the world's thread takes them for a tick.

    Repeated downs of a held key or button and ups of one that is not held are noise of keyboards and window
    managers, no input: they are left out.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._keys: set[str] = set()
        self._buttons = 0
        self._pointer: Move | None = None

    def put(self, event: Event) -> None:
        """Add one event."""
        with self._lock:
            match event:
                case Key(name, down):
                    if down == (name in self._keys):
                        return
                    self._keys ^= {name}
                case Button(button, down):
                    if down == bool(self._buttons & BUTTON_MASKS[button]):
                        return
                    self._buttons ^= BUTTON_MASKS[button]
                case Move():
                    self._pointer = event
            self._events.append(event)

    def take(self) -> tuple[Event, ...]:
        """Return all events since the last call, in order."""
        with self._lock:
            events, self._events = tuple(self._events), []
        return events

    def release_all(self, time_s: float) -> None:
        """Let go of everything that is held: the window has lost the focus."""
        with self._lock:
            keys, buttons = (
                sorted(self._keys),
                [button for button, mask in BUTTON_MASKS.items() if self._buttons & mask],
            )
        for name in keys:
            self.put(Key(name, False, time_s))
        for button in buttons:
            self.put(Button(button, False, time_s))

    def settle(self, held: list[Event]) -> None:
        """Make the next tick agree with the user's hands after a jump in time.

        held: the events that would release all that is held in the world now; those the user does not hold are added.
        """
        with self._lock:
            stale: list[Event] = []
            for event in held:
                match event:
                    case Key(name) if name not in self._keys:
                        stale.append(event)
                    case Button(button) if not self._buttons & BUTTON_MASKS[button]:
                        stale.append(event)
            pointer = [replace(self._pointer)] if self._pointer else []
            self._events = [*stale, *pointer, *self._events]
