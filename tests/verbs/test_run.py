"""`ncdesktop run` and `demo`: what they refuse, and the table that they print."""

import os
import subprocess
import sys

import pytest

from ncdesktop.cli import main
from ncdesktop.emulator.hotkeys import markdown


def refused(capsys, *words):
    """Run a command that must end with code 2 and one line; return the line."""
    try:
        code = main([str(word) for word in words])
    except SystemExit as end:
        code = end.code
    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--size", "big"], "'big' is no size, expected WIDTHxHEIGHT"),
        (["--host-key", "Cntrol"], "'Cntrol' is no key, expected an X keysym name"),
        (["--host-key", "Multi_key"], "no keyboard here has a key Multi_key"),
        (["--scale", "0"], "at least 1"),
        (["--scaling", "huge"], "invalid choice"),
        (["--state", "nowhere.state"], "nowhere.state is not there"),
        (["--resume", "--replay", "x"], "not allowed with"),
        (["--colour"], "unrecognized arguments"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_2(capsys, words, message):
    assert message in refused(capsys, "run", *words)


def test_a_broken_tour_is_refused_before_a_window_opens(capsys, tmp_path):
    (tmp_path / "tour.txt").write_text("wait 3\nfly 1 1")
    (tmp_path / "whole.txt").write_text("wait 3")
    line = refused(capsys, "demo", tmp_path / "whole.txt", tmp_path / "tour.txt")
    assert "tour.txt: line 2: unknown command 'fly'" in line


def test_a_tour_beyond_the_screen_of_the_model_is_refused_before_a_window_opens(
    capsys, tmp_path, tiny_weights
):
    (tmp_path / "tour.txt").write_text("move 300 200")
    line = refused(capsys, "demo", "--weights", tiny_weights, tmp_path / "tour.txt")
    assert "tour.txt: line 1: (300, 200) is outside of the 128x128 screen" in line


@pytest.mark.parametrize("verb", ["run", "demo"])
def test_a_model_that_is_not_there_is_refused_before_a_window_opens(capsys, tmp_path, verb):
    assert f"no whole model in {tmp_path}" in refused(capsys, verb, "--weights", tmp_path)


def test_the_table_of_hot_keys_is_printed_for_the_chosen_host_key(capsys):
    assert main(["run", "--hotkeys", "--host-key", "F12"]) == 0
    assert capsys.readouterr().out == markdown("F12")


@pytest.mark.parametrize("name", ["A", "U0041"])
def test_a_host_key_goes_by_the_name_that_its_events_have(capsys, name):
    assert main(["run", "--hotkeys", "--host-key", name]) == 0
    assert capsys.readouterr().out == markdown("a")


def test_without_a_display_the_command_names_render():
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    environment.pop("XDG_RUNTIME_DIR", None)
    command = [sys.executable, "-m", "ncdesktop.cli"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert "no display" in ended.stderr
    assert "ncdesktop render" in ended.stderr
