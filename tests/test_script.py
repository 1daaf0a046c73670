"""The action script language: what each command becomes, and how broken lines are refused."""

import json

import pytest

from ncdesktop.actions import Action, action_to_json
from ncdesktop.errors import InputError
from ncdesktop.events import Button, Key, Move, Wheel
from ncdesktop.script import parse_script, read_script

SIZE = (512, 384)


def edges(text):
    return [event for action in parse_script(text, size=SIZE).actions for event in action.edges]


def test_move_ends_at_its_target_along_a_path_inside_the_screen():
    actions = parse_script("move 511 383", size=SIZE).actions
    assert actions[-1].pointer == (511, 383)
    assert len(actions) > 3
    assert all(0 <= move.x < 512 and 0 <= move.y < 384 for action in actions for move in action.edges)


def test_move_takes_the_ticks_that_are_asked_for():
    assert len(parse_script("move 10 10 20", size=SIZE).actions) == 20


def test_same_seed_gives_the_same_path_and_another_seed_another():
    paths = [parse_script("move 10 10", size=SIZE, seed=seed).actions for seed in (1, 1, 2)]
    assert paths[0] == paths[1] != paths[2]


def test_click_presses_and_lets_go_in_different_ticks():
    actions = parse_script("click 3", size=SIZE).actions
    assert [action.buttons for action in actions] == [0, 4, 0]


def test_drag_holds_the_button_until_the_pointer_has_arrived():
    actions = parse_script("drag 300 200 5", size=SIZE).actions
    assert actions[0].edges == (Button(1, True),)
    assert actions[-1].edges == (Button(1, False),)
    assert all(action.buttons == 1 for action in actions[:-1])
    assert actions[-1].pointer == (300, 200)


def test_chords_are_released_in_the_opposite_order():
    assert edges("key Alt_L+F4") == [
        Key("Alt_L", True),
        Key("F4", True),
        Key("F4", False),
        Key("Alt_L", False),
    ]


def test_typed_capitals_come_with_shift_as_in_recordings():
    assert edges("type aB") == [
        Key("a", True), Key("a", False), Key("Shift_L", True), Key("B", True), Key("B", False), Key("Shift_L", False),
    ]  # fmt: skip


def test_wheel_turns_one_notch_at_a_time():
    assert edges("wheel -2") == [Wheel(0, -1), Wheel(0, -1)]


def test_captions_stay_until_the_next_one():
    script = parse_script("wait 2\nsay one\nwait 3\nsay\nwait 1", size=SIZE)
    assert [script.caption_at(tick) for tick in range(6)] == ["", "", "one", "one", "one", ""]


def test_a_script_goes_on_from_where_the_pointer_was():
    script = parse_script("wait 1\nmove 100 100 1", size=SIZE, before=Action((3, 4), 1))
    assert script.actions[0] == Action((3, 4), 1)
    assert script.actions[1].edges[-1] == Move(100, 100)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("jump 1 2", "unknown command 'jump'"),
        ("move 1", "expected `move X Y [TICKS]`"),
        ("move a b", "expected `move X Y [TICKS]`"),
        ("move 512 0", "outside of the 512x384 screen"),
        ("drag 0 -1", "outside"),
        ("move 1 1 0", "expected 1 to 100000"),
        ("click 4", "expected 1 left, 2 middle or 3 right"),
        ("down", "expected `down BUTTON`"),
        ("key Retrun", "unknown key 'Retrun'"),
        ("key", "unknown key ''"),
        ("type", "expected `type TEXT`"),
        ("type \u4e2d", "no key types"),
        ("wait", "expected `wait TICKS`"),
        ("wheel 0", "not 0"),
        ("doubleclick 2", "expected `doubleclick`"),
    ],
)
def test_a_broken_line_is_refused_with_file_line_and_expectation(line, words):
    with pytest.raises(InputError) as refusal:
        parse_script(f"# comment\nwait 1\n{line}", name="tour.txt", size=SIZE)
    assert str(refusal.value).startswith("tour.txt: line 3: ")
    assert words in str(refusal.value)


def test_an_empty_script_is_refused():
    with pytest.raises(InputError, match="holds no actions"):
        parse_script("# nothing\n", size=SIZE)


def test_the_actions_of_a_session_are_read_back_as_they_are(tmp_path):
    actions = parse_script("move 5 5\nclick\ntype A!", size=SIZE).actions
    path = tmp_path / "actions.jsonl"
    path.write_text("".join(json.dumps(action_to_json(action)) + "\n" for action in actions))
    assert read_script(path, size=SIZE).actions == actions
    with pytest.raises(InputError, match=r"line 1: pointer .* outside of the 16x16 screen"):
        read_script(path, size=(16, 16))


def test_a_missing_or_binary_script_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot read action script"):
        read_script(tmp_path / "none.txt", size=SIZE)
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not text"):
        read_script(tmp_path / "binary.txt", size=SIZE)
