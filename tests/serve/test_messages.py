"""Messages of browsers are read strictly."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncdesktop.events import Button, Move, Wheel
from ncdesktop.serve.messages import LONGEST_MESSAGE, Command, Drive, Refused, Stroke, Typed, read_message

SIZE = (128, 96)


def test_messages_are_what_they_say():
    read = {
        '["move", 127, 0]': Move(127, 0),
        '["button", 3, 1]': Button(3, True),
        '["wheel", 0, -3]': Wheel(0, -3),
        '["key", "KeyA", "A", 1, 1]': Stroke("KeyA", "A", True, True),
        '["text", "a b"]': Typed("a b"),
        '["command", "pause"]': Command("pause"),
        '["drive", 0]': Drive(False),
    }
    assert {text: read_message(text, size=SIZE) for text in read} == read


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]", "{}", "7", '["move"]', '["move", 1]', '["move", 1, 2, 3]', '["fly", 1]', "[" * 1000,
        '["move", 128, 0]', '["move", 0, 96]', '["move", -1, 0]', '["move", 1.0, 2]', '["move", true, 2]',
        '["move", NaN, 2]', '["move", 1e99, 2]', f'["move", {10**300}, 2]', '["button", 0, 1]', '["button", 4, 1]',
        '["button", 1, 2]', '["button", 1, "1"]', '["wheel", 0, 21]', '["wheel", 0]', '["key", 1, 2, 1, 0]',
        f'["key", "{"x" * 33}", "x", 1, 0]', f'["text", "{"x" * 201}"]', '["text", null]', '["drive", null]',
        '["shown", -1]', f'["text", "{"x" * LONGEST_MESSAGE}"]',
    ],
)  # fmt: skip
def test_all_else_is_refused_with_a_reason(text):
    with pytest.raises(Refused, match=r"\w+"):
        read_message(text, size=SIZE)


words = st.sampled_from(
    ["move", "button", "wheel", "key", "text", "command", "drive", "shown", "probe", "ping"]
)
values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)


@settings(deadline=None)
@given(st.tuples(words, values, values, values, values) | st.tuples(words, values, values) | st.lists(values))
def test_nothing_but_a_refusal_comes_of_nonsense(said):
    try:
        message = read_message(json.dumps(said), size=SIZE)
    except Refused:
        return
    if isinstance(message, Move):
        assert 0 <= message.x < 128 and 0 <= message.y < 96
