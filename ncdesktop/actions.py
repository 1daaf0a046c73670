"""One tick's input: events folded into an Action, and the numbers that tell the model of it and the ticks before."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ncdesktop.events import (
    BUTTON_MASKS,
    Button,
    Event,
    Key,
    Move,
    Wheel,
    event_from_json,
    event_to_json,
    in_reach,
)
from ncdesktop.keysyms import MODIFIERS, key_id

__all__ = [
    "FEATURES",
    "HISTORY",
    "KEYS_A_TICK",
    "LONG_AGO",
    "Action",
    "ActionMemory",
    "action_from_json",
    "action_to_json",
    "advance",
    "fold",
    "new_memory",
]

FEATURES = 19
"""Numbers that describe one tick, see `_features`."""
HISTORY = 16
"""Ticks of actions that the model sees."""
KEYS_A_TICK = 2
"""Key presses of one tick that the model sees (the last ones)."""
LONG_AGO = 400
"""Ticks after which a press or release counts as forgotten."""

_DOUBLE_CLICK_TICKS = 6
_DOUBLE_CLICK_PX = 5


@dataclass(frozen=True)
class Action:
    """All input of one tick.

    pointer: (x, y) in guest pixels at the tick's end
    buttons: mask of the buttons held at the tick's end: 1 left, 2 middle, 4 right
    edges:   the tick's events in order, so that a click shorter than a tick is not lost
    """

    pointer: tuple[int, int]
    buttons: int = 0
    edges: tuple[Event, ...] = ()


def fold(before: Action, events: Iterable[Event]) -> Action:
    """Return the action of the tick after `before` in which `events` happened."""
    pointer, buttons, edges = before.pointer, before.buttons, tuple(events)
    for event in edges:
        match event:
            case Move(x, y):
                pointer = (x, y)
            case Button(button, down):
                mask = BUTTON_MASKS[button]
                buttons = buttons | mask if down else buttons & ~mask
    return Action(pointer, buttons, edges)


def action_to_json(action: Action) -> dict[str, Any]:
    """Return the action as the fields `pointer`, `buttons` and `edges` of a line of `actions.jsonl`."""
    return {
        "pointer": list(action.pointer),
        "buttons": action.buttons,
        "edges": [event_to_json(event) for event in action.edges],
    }


def action_from_json(line: Any) -> Action:
    """Read a line of `actions.jsonl`; raises ValueError that says what is wrong with it."""
    match line:
        case {"pointer": [int(x), int(y)], "buttons": int(buttons), "edges": list(edges)} if (
            0 <= buttons <= 7 and in_reach(x, y)
        ):
            return Action((x, y), buttons, tuple(event_from_json(item) for item in edges))
    raise ValueError("expected pointer [x, y], buttons 0..7 and a list of edges")


@dataclass(frozen=True)
class ActionMemory:
    """What the model knows of the user: the last ticks, and where and when the last press and release were.

    features: (HISTORY, FEATURES) float32, oldest first
    keys:     (HISTORY, KEYS_A_TICK) int64 key ids, 0 for none
    points:   (4, 2) float32, guest pixels: pointer now, pointer one tick ago, last press, last release
    ages:     (2,) int64: ticks since the last press and release, at most LONG_AGO
    held:     (4,) float32: modifiers held
    """

    features: np.ndarray
    keys: np.ndarray
    points: np.ndarray
    ages: np.ndarray
    held: np.ndarray

    def held_since(self, tick: int) -> int | None:
        """Return the tick of the last press, if at `tick`, the last one, a button is held still."""
        return tick - int(self.ages[0]) if self.features[-1, 2:5].any() else None


def new_memory(pointer: tuple[int, int]) -> ActionMemory:
    """Return the memory of a user who has not done anything yet, with the pointer at `pointer`."""
    return ActionMemory(
        features=np.zeros((HISTORY, FEATURES), np.float32),
        keys=np.zeros((HISTORY, KEYS_A_TICK), np.int64),
        points=np.tile(np.array(pointer, np.float32), (4, 1)),
        ages=np.full(2, LONG_AGO, np.int64),
        held=np.zeros(4, np.float32),
    )


def advance(memory: ActionMemory, action: Action) -> ActionMemory:
    """Return the memory one tick later, in which `action` happened."""
    points = memory.points.copy()
    points[0], points[1] = action.pointer, memory.points[0]
    ages = np.minimum(memory.ages + 1, LONG_AGO)
    held, keys, wheel = memory.held.copy(), [], np.zeros(2, np.float32)
    pressed, released, at = np.zeros(3, np.float32), np.zeros(3, np.float32), memory.points[0]
    key_up = double = 0.0
    for event in action.edges:
        match event:
            case Move(x, y):
                at = np.array((x, y), np.float32)
            case Button(button, True):
                close = np.abs(at - points[2]).max() <= _DOUBLE_CLICK_PX
                double = max(double, float(ages[0] <= _DOUBLE_CLICK_TICKS and close))
                pressed[button - 1], points[2], ages[0] = 1, at, 0
            case Button(button, False):
                released[button - 1], points[3], ages[1] = 1, at, 0
            case Wheel(dx, dy):
                wheel += (dx, dy)
            case Key(name, down):
                if name in MODIFIERS:
                    held[MODIFIERS[name]] = down
                if down:
                    keys.append(key_id(name))
                else:
                    key_up = 1.0
    motion = np.clip((points[0] - points[1]) / 32, -4, 4)
    buttons = [float(bool(action.buttons & mask)) for mask in BUTTON_MASKS.values()]
    now = np.concatenate([motion, buttons, pressed, released, np.clip(wheel, -4, 4), [key_up, double], held])
    recent = np.zeros((1, KEYS_A_TICK), np.int64)
    for slot, key in enumerate(keys[-KEYS_A_TICK:]):
        recent[0, slot] = key
    return replace(
        memory,
        features=np.concatenate([memory.features[1:], now[None].astype(np.float32)]),
        keys=np.concatenate([memory.keys[1:], recent]),
        points=points,
        ages=ages,
        held=held,
    )
