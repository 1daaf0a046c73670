"""Events fold into actions and come back; the memory of actions tells what the user did."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import busy_actions

from ncdesktop.actions import (
    FEATURES,
    HISTORY,
    LONG_AGO,
    Action,
    action_from_json,
    action_to_json,
    advance,
    fold,
    new_memory,
)
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.keysyms import KEYSYM_OF_CHARACTER, OTHER_KEY, key_id, keysym_known, types, unshifted

EVENTS = st.lists(
    st.one_of(
        st.builds(Move, st.integers(0, 511), st.integers(0, 383)),
        st.builds(Button, st.sampled_from([1, 2, 3]), st.booleans()),
        st.builds(Wheel, st.integers(-3, 3), st.integers(-3, 3)),
        st.builds(Key, st.sampled_from(["a", "Return", "Shift_L", "U20AC", "F12"]), st.booleans()),
    ),
    max_size=8,
)


@given(EVENTS)
def test_action_survives_json(events: list[Event]) -> None:
    action = fold(Action((5, 6), 4), events)
    assert action_from_json(json.loads(json.dumps(action_to_json(action)))) == action


def test_fold_keeps_a_click_shorter_than_a_tick() -> None:
    action = fold(Action((1, 1)), [Move(9, 8), Button(1, True), Button(1, False)])
    assert action.pointer == (9, 8) and action.buttons == 0
    assert action.edges[1:] == (Button(1, True), Button(1, False))


def test_buttons_are_held_from_tick_to_tick() -> None:
    held = fold(fold(Action((0, 0)), [Button(1, True), Button(3, True)]), [Move(4, 4)])
    assert held.buttons == 1 | 4
    assert fold(held, [Button(1, False)]).buttons == 4


@pytest.mark.parametrize(
    "line",
    [
        [],
        {"pointer": [1], "buttons": 0, "edges": []},
        {"pointer": [1, 2], "buttons": 9, "edges": []},
        {"pointer": [1, 2], "buttons": 0, "edges": [["button", 4, 1]]},
        {"pointer": [1, 2], "buttons": 0, "edges": [["key", "Retrun", 1]]},
        {"pointer": [1, 2], "buttons": 0, "edges": [["move", "1", 2]]},
    ],
)
def test_broken_lines_are_refused(line: object) -> None:
    with pytest.raises(ValueError):
        action_from_json(line)


def test_memory_tells_motion_buttons_wheel_and_keys() -> None:
    memory = new_memory((100, 100))
    press = Action(
        (116, 92), 1, (Move(116, 92), Button(1, True), Key("Control_L", True), Key("a", True), Wheel(0, -1))
    )
    memory = advance(memory, press)
    row = memory.features[-1]
    assert row.shape == (FEATURES,)
    assert row[:2].tolist() == [0.5, -0.25]
    assert (
        row[2:5].tolist() == [1, 0, 0] and row[5:8].tolist() == [1, 0, 0] and row[8:11].tolist() == [0, 0, 0]
    )
    assert row[11:13].tolist() == [0, -1]
    assert memory.keys[-1].tolist() == [key_id("Control_L"), key_id("a")]
    assert memory.held.tolist() == [0, 1, 0, 0]
    assert memory.points[2].tolist() == [116, 92] and memory.ages.tolist() == [0, LONG_AGO]


def test_press_is_remembered_where_it_happened_not_where_the_tick_ended() -> None:
    edges = (Move(10, 10), Button(1, True), Move(60, 60), Button(1, False), Move(90, 90))
    memory = advance(new_memory((0, 0)), Action((90, 90), 0, edges))
    assert memory.points[2].tolist() == [10, 10] and memory.points[3].tolist() == [60, 60]


def test_memory_forgets_after_its_history_and_does_not_change_in_place() -> None:
    first = advance(new_memory((0, 0)), Action((0, 0), 1, (Button(1, True),)))
    memory = first
    for _ in range(HISTORY):
        memory = advance(memory, Action((0, 0), 0))
    assert not memory.features.any()
    assert first.features[-1, 2] == 1 and memory.ages[0] == HISTORY


def test_second_press_soon_and_near_is_a_double_click() -> None:
    memory = new_memory((5, 5))
    doubles = []
    for tick in range(4):
        memory = advance(memory, Action((5, 5), tick % 2, (Button(1, tick % 2 == 0),)))
        doubles.append(float(memory.features[-1, 14]))
    assert doubles == [0, 0, 1, 0]


def test_memory_stays_finite_on_busy_use() -> None:
    memory = new_memory((64, 64))
    for action in busy_actions(300):
        memory = advance(memory, action)
        assert np.isfinite(memory.features).all() and np.abs(memory.features).max() <= 4


def test_a_key_has_one_name_without_shift() -> None:
    pairs = {
        "A": "a",
        "U0041": "a",
        "Agrave": "agrave",
        "U20AC": "EuroSign",
        "U0416": "U0436",
        "ISO_Left_Tab": "Tab",
    }
    assert {name: unshifted(name) for name in pairs} == pairs
    same = ("a", "7", "exclam", "F12", "Control_R", "ssharp", "U0130", "UD800", "U10FFFF")
    assert tuple(unshifted(name) for name in same) == same
    assert not keysym_known("U110000")
    assert types("a") and types("U0436") and types("space") and not types("F12") and not types("KP_1")


def test_keysyms_have_ids_of_their_own() -> None:
    names = set(KEYSYM_OF_CHARACTER.values())
    assert all(keysym_known(name) for name in names)
    assert len({key_id(name) for name in names}) == len(names)
    assert key_id("U20AC") == OTHER_KEY and keysym_known("U20AC") and not keysym_known("U2")
