"""The host key: what is a command, what reaches the guest, and that no order of ups leaves anything stuck."""

import random

from ncdesktop.emulator.hostkey import HostKey, Phase, Verdict
from ncdesktop.emulator.hotkeys import COMMANDS, HELD, HOTKEYS, markdown

HOST = "Control_R"


def fresh():
    return HostKey(HOST, COMMANDS)


def test_all_other_keys_reach_the_guest():
    key = fresh()
    for name in ("a", "Control_L", "Shift_L", "F1", "Delete"):
        assert key.key(name, True) == key.key(name, False) == Verdict(passes=True)


def test_the_host_key_and_keys_with_it_never_reach_the_guest():
    key = fresh()
    assert key.key(HOST, True) == Verdict()
    assert key.phase is Phase.ARMED
    assert key.key("f", True) == Verdict(fired="f")
    assert key.phase is Phase.FIRED
    assert key.key("f", False) == Verdict(ended=("f",))
    assert key.key(HOST, False) == Verdict()
    assert key.phase is Phase.IDLE


def test_a_tap_is_the_host_key_down_and_up_alone():
    key = fresh()
    key.key(HOST, True)
    assert key.key(HOST, False) == Verdict(tapped=True)
    for disturb in (key.wheel, lambda: key.button(1, True), lambda: key.button(1, False)):
        key.key(HOST, True)
        disturb()
        assert key.phase is Phase.NOT_IT
        assert key.key(HOST, False) == Verdict()


def test_clicks_and_the_wheel_never_reach_the_guest_with_the_host_key():
    key = fresh()
    assert key.wheel() and key.button(1, True) and key.button(1, False)
    key.key(HOST, True)
    assert not key.wheel() and not key.button(1, True) and not key.button(1, False)
    key.button(3, True)
    key.key(HOST, False)
    assert not key.button(3, False)  # it went down with the host key
    assert key.wheel() and key.button(3, True) and key.button(3, False)


def test_a_button_held_when_the_host_key_comes_is_released_in_the_guest():
    key = fresh()
    key.button(1, True)
    key.key(HOST, True)
    assert key.button(1, False)
    key.button(2, True)
    key.lost_focus()
    assert key.button(2, True)


def test_a_key_that_is_no_command_is_swallowed_and_makes_it_no_tap():
    key = fresh()
    key.key(HOST, True)
    assert key.key("j", True) == key.key("j", False) == Verdict()
    assert key.phase is Phase.NOT_IT
    assert key.key("f", True).fired == "f"


def test_shift_counts_whether_it_came_before_or_after_the_host_key():
    for order in (("Shift_L", HOST), (HOST, "Shift_L")):
        key = fresh()
        for name in order:
            key.key(name, True)
        assert key.key("3", True).fired == "Shift+3"
    key.key("3", False)
    key.key("Shift_L", False)
    assert key.key("3", True).fired == "3"


def test_a_key_held_when_the_host_key_comes_is_released_in_the_guest():
    key = fresh()
    key.key("a", True)
    key.key(HOST, True)
    assert key.key("a", False).passes


def test_an_up_after_the_host_keys_up_stays_swallowed_and_ends_the_command_once():
    key = fresh()
    key.key(HOST, True)
    key.key("Left", True)
    assert key.key(HOST, False).ended == ("Left",)
    assert key.key("Left", False) == Verdict()
    assert key.key("Left", True).passes


def test_repeats_fire_once():
    key = fresh()
    key.key(HOST, True)
    assert key.key("p", True).fired == "p"
    assert key.key("p", True) == Verdict()


def test_a_lost_up_is_forgotten_at_the_next_press():
    key = fresh()
    key.key(HOST, True)
    key.key("f", True)
    key.key(HOST, False)
    assert key.key("f", True).passes
    assert key.key("f", False).passes


def test_losing_the_focus_ends_everything():
    key = fresh()
    key.key(HOST, True)
    key.key("Right", True)
    assert key.lost_focus() == ("Right",)
    assert key.phase is Phase.IDLE
    assert key.key("a", True).passes


def test_whatever_order_keys_come_in_the_guest_sees_each_up_after_its_down_and_commands_end_once():
    generator = random.Random(1)
    names = [HOST, "Shift_L", "a", "f", "Left", "3", "j"]
    for _ in range(300):
        key, guest, running = fresh(), set(), set()
        for _ in range(60):
            name, down = generator.choice(names), generator.random() < 0.5
            verdict = key.key(name, down)
            assert name != HOST or not verdict.passes
            if verdict.passes:
                guest = guest | {name} if down else guest - {name}
            if verdict.fired:
                running.add(verdict.fired)
            for ended in verdict.ended:
                running.remove(ended)
        assert guest <= set(names) - {HOST}
        assert set(key.lost_focus()) == running


def test_no_two_rows_of_the_table_share_a_combination():
    combinations = [combination for row in HOTKEYS for combination in row.commands]
    assert len(combinations) == len(set(combinations))
    assert {"rewind", "forward", "hurry"} == HELD


def test_the_readme_table_has_every_row():
    text = markdown("Control_R")
    assert text.startswith("| Right Ctrl + |")
    assert all(f"| {row.label} | {row.does} |" in text for row in HOTKEYS)
