"""The real window on a real display, with injected input, over a small real world."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from drag_and_drop import drop_file
from PIL import Image

from ncdesktop.emulator.snapshots import load_moment, slot_file

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
    press(window, "Delete")
    window.display.xdotool("click", 1)
    press(window, "p")  # time can be stopped
    window.wait_until(lambda: "paused" in window.title())
    press(window, "p")
    window.wait_until(lambda: "paused" not in window.title())
    window.quit()
    assert window.process.wait(10) == 0
    assert window.wait_for(lambda edges: True) == []


def press(window, *keys):
    """Press keys with the host key held."""
    window.display.xdotool("keydown", "Control_R")
    for key in keys:
        window.display.xdotool("key", key)
    window.display.xdotool("keyup", "Control_R")


def differs(before, after):
    return (np.abs(before.astype(int) - after).max(2) > 24).mean()


def test_hot_keys_never_reach_the_world_and_show_their_overlays(show):
    window = show().loaded()
    window.point(64, 90)
    window.wait_for(lambda edges: ["move", 64, 90] in edges)
    press(window, "p")
    window.wait_until(lambda: "paused" in window.title())
    for key in ("h", "g", "F1"):
        before = window.picture()
        press(window, key)
        window.wait_until(lambda before=before: differs(before, window.picture()) > 0.01)
    press(window, "h", "g", "F1", "p")
    window.wait_until(lambda: "paused" not in window.title())
    window.display.xdotool("key", "z")
    edges = window.wait_for(lambda edges: ["key", "z", 0] in edges)
    names = {edge[1] for edge in edges if edge[0] == "key"}
    assert not names & {"p", "h", "g", "F1", "Control_R", "Control_L"}


def test_what_the_mouse_does_with_the_host_key_never_reaches_the_world_and_is_no_tap(show):
    window = show().loaded()
    window.point(64, 48)
    window.display.xdotool("mousedown", 3)  # before the host key: it must come up in the world
    window.wait_for(lambda edges: ["button", 3, 1] in edges)
    window.display.xdotool("keydown", "Control_R", "click", 4, "keyup", "Control_R")
    window.display.xdotool("keydown", "Control_R", "click", 1, "mouseup", 3, "keyup", "Control_R")
    window.display.xdotool("keydown", "Control_R", "mousedown", 2, "keyup", "Control_R", "mouseup", 2)
    window.display.xdotool("click", 5)
    edges = window.wait_for(lambda edges: ["wheel", 0, -1] in edges)
    assert [edge for edge in edges if edge[0] != "move"] == [
        ["button", 3, 1], ["button", 3, 0], ["wheel", 0, -1],
    ]  # fmt: skip
    assert window.title() == "ncdesktop"  # the keyboard is not taken


def test_a_slot_brings_the_picture_back(show):
    window = show().loaded()
    window.point(30, 50)
    window.display.xdotool("mousedown", 1)
    window.point(60, 50)
    window.display.xdotool("mouseup", 1)
    window.wait_for(lambda edges: ["button", 1, 0] in edges)
    press(window, "p", "shift+2")
    window.wait_until(lambda: "paused" in window.title())
    painted = window.picture()[100:300]
    press(window, "BackSpace")
    window.wait_until(lambda: differs(painted, window.picture()[100:300]) > 0.005)
    press(window, "2")
    window.wait_until(lambda: differs(painted, window.picture()[100:300]) < 0.001)
    press(window, "p")


def test_a_state_is_saved_to_a_file_of_its_own(show):
    window = show().loaded()
    folder = Path(window.display.environment["NCDESKTOP_HOME"]) / "states" / "paint-1"
    press(window, "shift+s")
    window.wait_until(lambda: any(not path.stem.startswith("slot") for path in folder.glob("*.state")))


def test_a_picture_dropped_by_another_program_is_where_the_dream_goes_on(show, tmp_path):
    window = show().loaded()
    Image.new("RGB", (128, 96), (20, 200, 20)).save(tmp_path / "a green one.png")
    drop_file(window.display.name, int(window.window), tmp_path / "a green one.png")
    window.wait_until(
        lambda: (np.abs(window.picture()[:200].astype(int) - (20, 200, 20)) < 3).all(2).mean() > 0.5
    )


def test_a_real_desktop_comes_beside_the_dream_and_goes(show):
    window = show().loaded()
    alone = window.place()[2:]
    press(window, "d")
    window.wait_until(lambda: window.title() == "ncdesktop - beside the real desktop")
    window.wait_until(lambda: window.place()[2] > 1.8 * alone[0])
    left, top, width, height = window.place()
    assert width / height == pytest.approx((128 + 16 + 128) / 96, rel=0.1)
    for share in (20.5 / 272, (144 + 20.5) / 272):  # the same place in the real desktop and in the dream
        window.display.xdotool("mousemove", left + round(width * share), top + height // 2, "click", 1)
        edges = window.wait_for(lambda edges: ["button", 1, 0] in edges)
        assert all(abs(edge[1] - 20) <= 1 for edge in edges[-3:] if edge[0] == "move")
        window.actions.clear()
    window.process.send_signal(
        signal.SIGSTOP
    )  # so that the button is up again before the motion is looked at
    window.display.xdotool("mousedown", 1, "mousemove", left + round(width * 0.2), top + height // 2)
    window.display.xdotool("mouseup", 1)
    window.process.send_signal(signal.SIGCONT)
    edges = window.wait_for(lambda edges: ["button", 1, 0] in edges)
    edges = edges[: edges.index(["button", 1, 0])]
    assert [edge for edge in edges if edge[0] == "move"][-1][1] == 0  # a drag stays in the pane it began in
    press(window, "p")
    window.wait_until(lambda: (np.abs(window.picture().astype(int) - (255, 64, 32)).max(2) < 40).any())
    assert "paused" not in window.title()
    press(window, "d")
    window.wait_until(lambda: window.title() == "ncdesktop" and window.place()[2:] == alone)


def test_a_real_desktop_that_cannot_start_is_told_in_the_window(show):
    window = show("--real-missing").loaded()
    before = window.picture()
    press(window, "d")
    window.wait_until(lambda: differs(before, window.picture()) > 0.02)
    assert window.title() == "ncdesktop" and window.process.poll() is None


def test_full_screen_and_back(show):
    window = show().loaded()
    size = window.place()[2:]
    press(window, "f")
    window.wait_until(lambda: window.place()[2:] == (1024, 768))
    window.point(64, 48)
    window.wait_for(
        lambda edges: any(abs(x - 64) <= 1 and abs(y - 48) <= 1 for kind, x, y in edges if kind == "move")
    )
    press(window, "f")
    window.wait_until(lambda: window.place()[2:] == size)


def test_another_window_with_the_focus_pauses_if_asked_for(show):
    window = show("--pause-unfocused").loaded()
    window.display.xdotool("windowminimize", window.window)
    window.wait_until(lambda: "paused" in window.title())
    window.display.xdotool("windowmap", window.window)
    window.display.xdotool("windowactivate", window.window)
    window.wait_until(lambda: "paused" not in window.title())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_sigterm_or_a_closed_terminal_ends_cleanly_and_keeps_the_moment(show, number):
    window = show().loaded()
    kept = slot_file(Path(window.display.environment["NCDESKTOP_HOME"]), 0, model="paint-1")
    kept.unlink(missing_ok=True)
    window.process.send_signal(number)
    assert window.process.wait(10) == 0
    window.wait_until(lambda: not window.lines.empty())
    assert load_moment(kept).state.tick > 0


def test_a_closed_terminal_finishes_the_recording(show):
    """It is told to all processes of the group, the one that writes among them."""
    window = show(start_new_session=True).loaded()
    press(window, "r")
    window.wait_until(lambda: "recording" in window.title())
    recordings = Path(window.display.environment["NCDESKTOP_HOME"]) / "recordings"
    window.wait_until(lambda: any(recordings.glob("*/start.state")))
    os.killpg(window.process.pid, signal.SIGHUP)
    assert window.process.wait(10) == 0
    (session,) = (path.parent for path in recordings.glob("*/session.json"))
    assert json.loads((session / "session.json").read_text())["closed"]
    assert session.with_name(f"{session.name}.mp4").exists()


def test_the_window_lives_while_a_tick_takes_long(show):
    window = show("--tick-ms", "1500").loaded()
    before = window.picture()
    window.point(100, 20)
    window.wait_until(lambda: differs(before, window.picture()) > 0.0001, seconds=1.2)


def test_a_world_that_cannot_be_loaded_ends_the_program_with_its_reason(show):
    window = show("--load-s", "0.3", "--fail")
    assert window.process.wait(10) == 2
    assert window.process.stderr.read().splitlines()[-1] == "ncdesktop: no such world"


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
