"""Elements of the action space and Actions: one to one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncdesktop.actions import Action, fold
from ncdesktop.environment.spaces import EDGES, action_space, from_action, to_action
from ncdesktop.errors import InputError
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.script import parse_script

SIZE = (128, 96)
BEFORE = Action((64, 48))


@given(st.integers(0, 2**32 - 1))
def test_an_element_of_the_space_comes_back_from_its_action(seed: int) -> None:
    space = action_space(SIZE)
    space.seed(seed)
    chosen = space.sample()
    for name in ("buttons", "keys"):  # nothing happens between edges that happen
        chosen[name] = np.sort(chosen[name])[::-1]
    back = from_action(to_action(chosen, BEFORE), BEFORE)
    assert all(np.array_equal(chosen[name], back[name]) for name in chosen)
    assert back in space


def test_what_each_number_does() -> None:
    chosen = {"pointer": [3, 4], "buttons": [1, 6, 0, 0], "wheel": [0, -2], "keys": [0, 0, 0, 0]}
    action = to_action({name: np.array(value) for name, value in chosen.items()}, BEFORE)
    assert action == Action((3, 4), 1, (Move(3, 4), Button(1, True), Button(3, False), Wheel(0, -2)))


def test_what_a_script_does_can_be_said() -> None:
    script = parse_script(
        "move 20 30\nclick\ndoubleclick\ndrag 90 50\nwheel -2\ntype Hi!\nkey Alt_L+F4",
        size=SIZE,
        before=BEFORE,
    )
    before = BEFORE
    for action in script.actions:
        said = to_action(from_action(action, before), before)
        assert (said.pointer, said.buttons) == (action.pointer, action.buttons)
        others = [[edge for edge in one.edges if not isinstance(edge, Move)] for one in (said, action)]
        assert others[0] == others[1]
        before = action


@pytest.mark.parametrize(
    "events",
    [
        [Button(1, True), Button(1, False)] * 3,
        [Key("a", True)] * (EDGES + 1),
        [Key("U20AC", True)],
        [Key("a", True), Button(1, True)],
        [Button(1, True), Move(3, 3)],
        [Wheel(0, 1), Wheel(0, 1)],
        [Wheel(0, 9)],
        [Wheel(0, 0)],
    ],
)
def test_what_the_space_cannot_say_is_refused(events: list[Event]) -> None:
    with pytest.raises(InputError, match="cannot say"):
        from_action(fold(BEFORE, events), BEFORE)
