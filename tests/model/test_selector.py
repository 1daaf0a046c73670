"""Which rates of change hold in a moment: how long ago the last edge was, and of what."""

import pytest
import torch

from ncdesktop.actions import HISTORY, Action, ActionMemory, advance, fold, new_memory
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.model.selector import CONTEXTS, context

PRESS, RELEASE, WHEEL = Button(1, True), Button(1, False), Wheel(0, -1)
DOWN, UP = Key("a", True), Key("a", False)


def context_after(*ticks: list[Event]) -> int:
    memory: ActionMemory = new_memory((50, 50))
    action = Action((50, 50))
    for events in ticks:
        action = fold(action, events)
        memory = advance(memory, action)
    features, keys = torch.from_numpy(memory.features)[None], torch.from_numpy(memory.keys)[None].long()
    return int(context(features, keys)[0])


@pytest.mark.parametrize(
    ("waited", "passed"), [(0, 0), (1, 1), (3, 1), (4, 2), (12, 2), (13, 3), (HISTORY + 5, 3)]
)
def test_edges_of_buttons_and_keys_are_told_apart_for_twelve_ticks(waited: int, passed: int) -> None:
    idle: list[list[Event]] = [[]] * waited
    assert context_after([PRESS], [], [RELEASE], *idle) == context_after([WHEEL], *idle) == 2 * passed
    assert context_after([PRESS], *idle) == CONTEXTS // 2 + 2 * passed  # still held
    key = 2 * passed + (passed < 3)
    assert context_after([DOWN], *idle) == key
    assert context_after([DOWN], *[[]] * 20, [UP], *idle) == key  # a release is a key's, too


def test_the_later_edge_counts_and_after_all_whether_the_pointer_moves() -> None:
    assert context_after([DOWN, UP], [], [WHEEL], []) == 2
    assert context_after([WHEEL], [], [DOWN, UP], []) == 3
    assert context_after([WHEEL], *[[]] * 20, [Move(60, 60)]) == CONTEXTS // 2 - 1
    assert context_after([PRESS], *[[]] * 20, [Move(60, 60)]) == CONTEXTS - 1
