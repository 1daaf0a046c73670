"""The emulator: a world, the user's input folded into ticks, and extensions that see every tick. No window here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ncdesktop.actions import Action, fold
from ncdesktop.emulator.extension import Extension
from ncdesktop.events import BUTTON_MASKS, Button, Event, Key
from ncdesktop.world import Frame, Start, State, World

__all__ = ["Emulator", "Moment"]


@dataclass(frozen=True)
class Moment:
    """A place in time to come back to: the world's state, the last action (None: unknown), and the keys held then."""

    state: State
    action: Action | None = None
    keys: frozenset[str] = frozenset()


class Emulator:
    """Runs one world tick by tick. Not thread-safe: one thread makes all calls.

    frame: the latest; last: the action that led to it; action: the same without its edges; keys: held in the world
    """

    def __init__(self, world: World, extensions: Sequence[Extension] = ()) -> None:
        self.world = world
        self.extensions = list(extensions)
        self.keys: frozenset[str] = frozenset()
        self._started = False

    def start(self, *, seed: int | None = None, start: Start = None) -> Frame:
        """Begin the world anew (again) and return its first frame; see `World.reset`."""
        self.frame = self.world.reset(seed, start)
        self.action = self.last = Action(self.frame.pointer)
        self.keys = frozenset()
        for extension in self.extensions:
            if self._started:
                extension.jumped(self, self.frame)
            else:
                extension.started(self, self.frame)
        self._started = True
        return self.frame

    def feed(self, events: Sequence[Event]) -> Frame:
        """Let one tick pass in which the user did `events`."""
        return self.tick(fold(self.action, events))

    def tick(self, action: Action) -> Frame:
        """Let one tick pass in which the user did `action`, unless an extension replaces it."""
        for extension in self.extensions:
            action = extension.before_tick(self, action)
        self.frame = self.world.step(action)
        self._remember(action)
        for extension in self.extensions:
            extension.after_tick(self, action, self.frame)
        return self.frame

    def moment(self) -> Moment:
        """Return all that is needed to come back to now."""
        return Moment(self.world.get_state(), self.action, self.keys)

    def restore(self, moment: Moment) -> Frame:
        """Go to `moment` and return its frame."""
        self._go_to(moment)
        for extension in self.extensions:
            extension.jumped(self, self.frame)
        return self.frame

    def turn_back(self, moment: Moment, replayed: Sequence[Action]) -> Frame:
        """Go to a moment that was lived, let the ticks of `replayed` pass again unseen by extensions; return the frame."""
        self._go_to(moment)
        for action in replayed:
            self.frame = self.world.step(action)
            self._remember(action)
        for extension in self.extensions:
            extension.turned_back(self, self.frame)
        return self.frame

    def releases(self) -> list[Event]:
        """Return the events that let go of every key and button held in the world."""
        keys: list[Event] = [Key(name, False) for name in sorted(self.keys)]
        return keys + [
            Button(button, False) for button, mask in BUTTON_MASKS.items() if self.action.buttons & mask
        ]

    def close(self) -> None:
        """End extensions, then the world."""
        for extension in self.extensions:
            extension.close()
        self.world.close()

    def _go_to(self, moment: Moment) -> None:
        self.frame = self.world.set_state(moment.state)
        self.action = self.last = moment.action or Action(self.frame.pointer)
        self.keys = moment.keys

    def _remember(self, action: Action) -> None:
        self.action, self.last = replace(action, edges=()), action
        for event in action.edges:
            if isinstance(event, Key):
                self.keys = self.keys | {event.name} if event.down else self.keys - {event.name}
