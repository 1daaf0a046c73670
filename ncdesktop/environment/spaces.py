"""One tick's input as an element of a Gymnasium space, and back."""

from typing import Any

import numpy as np
from gymnasium.spaces import Dict, MultiDiscrete

from ncdesktop.actions import Action, fold
from ncdesktop.errors import InputError
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.keysyms import KEYSYMS

__all__ = ["EDGES", "action_space", "from_action", "to_action"]

EDGES = 4
"""Edges of buttons, and of keys, that one tick can hold."""
_WHEEL = 4
_BUTTONS = 3


def action_space(size: tuple[int, int]) -> Dict:
    """Return the space of what a user can do in one tick on a screen of `size` (width, height).

    pointer: (x, y) where the pointer is from the beginning of the tick on, guest pixels
    buttons: four edges in order: 0 none; 1, 2, 3 left, middle, right goes down; 4, 5, 6 goes up
    wheel:   (right, up) notches, -4 to 4
    keys:    four edges in order: 0 none; k from 1 to K: key KEYSYMS[k - 1] goes down; K + k: it goes up

    They happen in this order: pointer, buttons, wheel, keys. What is held stays held until it goes up.
    """
    width, height = size
    return Dict(
        pointer=MultiDiscrete([width, height]),
        buttons=MultiDiscrete([1 + 2 * _BUTTONS] * EDGES),
        wheel=MultiDiscrete([1 + 2 * _WHEEL] * 2, start=[-_WHEEL] * 2),
        keys=MultiDiscrete([1 + 2 * len(KEYSYMS)] * EDGES),
    )


def to_action(chosen: dict[str, Any], before: Action) -> Action:
    """Return the Action that an element of the space stands for, after the tick `before`."""
    x, y = (int(at) for at in chosen["pointer"])
    right, up = (int(notches) for notches in chosen["wheel"])
    events: list[Event] = [Move(x, y)] if (x, y) != before.pointer else []
    for edge in chosen["buttons"]:
        if edge:
            up_again, button = divmod(int(edge) - 1, _BUTTONS)
            events.append(Button(button + 1, not up_again))
    if right or up:
        events.append(Wheel(right, up))
    for edge in chosen["keys"]:
        if edge:
            up_again, key = divmod(int(edge) - 1, len(KEYSYMS))
            events.append(Key(KEYSYMS[key], not up_again))
    return fold(before, events)


def from_action(action: Action, before: Action) -> dict[str, np.ndarray]:
    """Return the element of the space that stands for `action` after `before`: the inverse of `to_action`.

    A path of several moves within the tick is cut down to its end. Raises InputError for what the space cannot say:
    more than four edges, wheel turns of more than four notches or in two parts, keys without an id of their own,
    another order.
    """
    buttons = [event for event in action.edges if isinstance(event, Button)]
    keys = [event for event in action.edges if isinstance(event, Key)]
    wheel = next(((event.dx, event.dy) for event in action.edges if isinstance(event, Wheel)), (0, 0))
    if len(buttons) <= EDGES and len(keys) <= EDGES and all(key.name in KEYSYMS for key in keys):
        chosen: dict[str, Any] = {
            "pointer": action.pointer,
            "buttons": _padded([event.button + (0 if event.down else _BUTTONS) for event in buttons]),
            "wheel": wheel,
            "keys": _padded(
                [1 + KEYSYMS.index(event.name) + (0 if event.down else len(KEYSYMS)) for event in keys]
            ),
        }
        said = to_action(chosen, before)
        others = [[edge for edge in one.edges if not isinstance(edge, Move)] for one in (action, said)]
        if others[0] == others[1] and max(map(abs, wheel)) <= _WHEEL and _moves_first(action):
            return {name: np.array(value, np.int64) for name, value in chosen.items()}
    raise InputError(
        f"the action space cannot say {list(action.edges)}; expected moves, up to {EDGES} edges of buttons, "
        f"one turn of the wheel by up to {_WHEEL}, up to {EDGES} edges of keys, in this order"
    )


def _padded(edges: list[int]) -> list[int]:
    return edges + [0] * (EDGES - len(edges))


def _moves_first(action: Action) -> bool:
    kinds = [isinstance(event, Move) for event in action.edges]
    return kinds == sorted(kinds, reverse=True)
