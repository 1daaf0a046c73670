"""What was done in a moment, for the measure in which look and glance are believed."""

import torch

from ncdesktop.actions import Action, ActionMemory, advance, fold, new_memory
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.model.selector import context


def context_after(*ticks: list[Event]) -> int:
    memory: ActionMemory = new_memory((50, 50))
    action = Action((50, 50))
    for events in ticks:
        action = fold(action, events)
        memory = advance(memory, action)
    features, keys = torch.from_numpy(memory.features)[None], torch.from_numpy(memory.keys)[None].long()
    return int(context(features, keys)[0])


def test_what_was_done_in_this_tick_or_the_last_is_told_apart() -> None:
    left, right = [Button(1, True)], [Button(3, True), Button(3, False)]
    typed, other = [Key("a", True)], [Key("Escape", True)]
    for events, kind in ((typed, 1), (left, 2), (other, 3), (right, 4)):
        assert context_after(events) == context_after(events, []) == kind
        assert context_after(events, [], []) == 0
    assert context_after(typed, left) == 2 and context_after(other, typed) == 3
    assert context_after([Move(60, 60)]) == context_after([Wheel(0, -1)]) == 0
