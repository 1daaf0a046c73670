"""The user's events on their way into the next ticks: nothing is dropped, and no key stays stuck."""

import threading
from dataclasses import replace
from itertools import takewhile

from ncdesktop.events import BUTTON_MASKS, Button, Event, Key, Move, Wheel
from ncdesktop.keysyms import MODIFIERS

__all__ = ["Intake"]

_PATIENCE_TICKS = 4
"""Ticks after which an event waits no longer for one of its own."""
_TYPED_AHEAD_TICKS = 150
"""Likewise of keys."""


class Intake:
    """Collects events from the window's thread until the world's thread takes them, tick by tick.

    One thing happens in a tick, as in recordings: the pointer moves, or buttons go down, or up, or the wheel turns, or one key
    is struck, with the modifiers that go down before it and what is let go of meanwhile. What the user did faster than that, or
    while a tick was late, waits for the next ticks, for a quarter of a second at most; what was typed, and what came after it,
    until it is typed, for ten seconds at most.

    Repeated downs of a held key or button and ups of one that is not held are noise of keyboards and window
    managers, no input: they are left out.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[tuple[Event, int]] = []  # with the ticks that were taken before it came
        self._ticks = 0
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
            self._events.append((event, self._ticks))

    def take(self) -> tuple[Event, ...]:
        """Return the events of the next tick, in order."""
        with self._lock:
            self._ticks += 1
            waiting = [event for event, _ in self._events]
            late = sum(1 for _ in takewhile(self._is_late, self._events))
            count = max(late, _together(waiting))
            del self._events[:count]
        return tuple(waiting[:count])

    def _is_late(self, waiting: tuple[Event, int]) -> bool:
        event, came = waiting
        return came <= self._ticks - (_TYPED_AHEAD_TICKS if isinstance(event, Key) else _PATIENCE_TICKS)

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
            for event in stale:  # what lets go of it now does not do so again
                waiting = [own for own, _ in self._events]
                if event in waiting:
                    del self._events[waiting.index(event)]
            pointer = [replace(self._pointer)] if self._pointer else []
            at_once = self._ticks - _TYPED_AHEAD_TICKS
            self._events[:0] = [(event, at_once) for event in (*stale, *pointer)]


def _together(events: list[Event]) -> int:
    """Return how many of the first events are one thing, which happens in one tick."""
    if not events:
        return 0
    kind = _kind(events[0])
    count = sum(1 for _ in takewhile(lambda event: _kind(event) == kind, events))
    match events[0]:
        case Wheel():
            return 1
        case Key():
            return _stroke([event for event in events[:count] if isinstance(event, Key)])
    return count


def _stroke(keys: list[Key]) -> int:
    """Return how many of the first key events strike one key: up to the next press after that of a key that is no modifier, or to
    where one is let go of that was pressed here."""
    pressed: list[str] = []
    for place, key in enumerate(keys):
        if key.name in pressed or (key.down and (set(pressed) - MODIFIERS.keys())):
            return place
        if key.down:
            pressed.append(key.name)
    return len(keys)


def _kind(event: Event) -> tuple[type[Event], bool]:
    return type(event), isinstance(event, Button) and event.down
