"""The real window on a real display, with injected input, over a small real world."""

import os
import subprocess
import sys

import numpy as np
import pytest

pytestmark = pytest.mark.display


def test_pointer_buttons_wheel_and_keys_reach_the_world_and_the_picture(show):
    window = show().loaded()
    before = window.picture().astype(int)
    window.point(30, 60)
    window.wait_for(lambda edges: ["move", 30, 60] in edges)
    window.display.xdotool("mousedown", 1)
    window.point(90, 60)
    window.display.xdotool("mouseup", 1)
    window.display.xdotool("click", 5)
    window.display.xdotool("key", "shift+d")
    window.display.xdotool("key", "Return")
    edges = window.wait_for(lambda edges: ["key", "Return", 0] in edges)
    names = [edge for edge in edges if edge[0] != "move"]
    assert names == [
        ["button", 1, 1], ["button", 1, 0], ["wheel", 0, -1], ["key", "Shift_L", 1], ["key", "D", 1], *names[5:7],
        ["key", "Return", 1], ["key", "Return", 0],
    ]  # fmt: skip
    assert sorted(names[5:7]) == [["key", "D", 0], ["key", "Shift_L", 0]]
    window.wait_until(lambda: (np.abs(window.picture() - before).max(2) > 30).mean() > 0.005)


def test_the_window_is_there_while_the_world_loads_and_ends_cleanly(show):
    window = show("--load-s", "2")
    assert not (window.picture() == 40).all(2).any()
    window.loaded()
    window.quit()
    assert window.process.wait(10) == 0


def test_the_guest_fills_a_resized_window(show):
    window = show().loaded()
    window.display.xdotool("windowsize", "--sync", window.window, 700, 400)
    window.wait_until(lambda: window.place()[2:] == (700, 400))
    left, top, _, _ = window.place()
    window.display.xdotool("mousemove", left + 350, top + 200)
    window.wait_for(lambda edges: ["move", 64, 48] in edges)


def test_losing_the_focus_releases_what_is_held(show):
    window = show().loaded()
    window.point(64, 48)
    window.display.xdotool("keydown", "x")
    window.wait_for(lambda edges: ["key", "x", 1] in edges)
    window.display.xdotool("windowminimize", window.window)
    window.wait_for(lambda edges: ["key", "x", 0] in edges)
    window.display.xdotool("keyup", "x")


def test_input_during_slow_ticks_arrives_whole_and_in_order(show):
    window = show("--tick-ms", "400").loaded()
    window.display.xdotool("type", "--delay", "5", "the quick brown fox")
    names = {" ": "space"}
    expected = [names.get(letter, letter) for letter in "the quick brown fox"]
    edges = window.wait_for(lambda edges: sum(edge[0] == "key" and edge[2] == 1 for edge in edges) >= 19)
    assert [edge[1] for edge in edges if edge[0] == "key" and edge[2] == 1] == expected


def test_view_only_keeps_input_from_the_world(show):
    window = show("--view-only").loaded()
    window.point(20, 20)
    window.display.xdotool("key", "a")
    window.quit()
    assert window.process.wait(10) == 0
    assert window.wait_for(lambda edges: True) == []


def test_without_a_display_one_line_names_render(tmp_path):
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    program = os.path.join(os.path.dirname(__file__), "show_paint.py")
    environment["PYTHONPATH"] = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    environment["XDG_RUNTIME_DIR"] = str(tmp_path)
    ended = subprocess.run(
        [sys.executable, program], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 2
    assert "no display" in ended.stderr
    assert "ncdesktop render" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
