"""`ncdesktop console`: the emulator's commands and a person's input, line by line, on a real (tiny) dream."""

import io
import re
from pathlib import Path

import pytest

from ncdesktop.cli import main
from ncdesktop.session import open_session


@pytest.fixture
def console(tiny_weights, tmp_path, monkeypatch, capsys):
    """Return a function that does lines as if they were typed; it returns the exit code, what was said and what failed."""
    monkeypatch.setenv("NCDESKTOP_HOME", str(tmp_path / "home"))

    def do(*lines, words=()):
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
        code = main(["console", *words, "--weights", str(tiny_weights)])
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err.splitlines()

    return do


def screen(status):
    return re.search(r"screen (\w{8})", status)[1]


def test_lines_are_input_and_commands_and_time_turns_back_exactly(console):
    code, said, failed = console(
        "# a comment", "", "status", "move 20 20", "down 1", "status", "move 60 50", "up 1", "type Hi", "status",
        "rewind", "wait 1", "end rewind", "back", "status", "step", "status",
    )  # fmt: skip
    assert (code, failed) == (0, [])
    told = [line for line in said if line.startswith("tick")]
    assert told[0].startswith("tick 0, pointer 64 64, changed cells none")
    assert "pointer 20 20" in told[1]
    ticks = [int(line.split()[1].rstrip(",")) for line in told]
    assert ticks[2] > ticks[1] > 0
    assert ticks[4] == ticks[3] + 1 < ticks[2]
    assert len({screen(line) for line in told[:3]}) == 3
    assert told[-1].endswith("paused")


def test_what_was_recorded_is_replayed_bit_for_bit(console, tmp_path):
    code, said, _ = console("move 20 20", "record", "drag 90 70 12", "type Hi", "status", "record")
    assert code == 0
    folder = next(Path(line.split(" to ")[1]) for line in said if line.startswith("recorded"))
    count = len(open_session(folder).ticks)
    for lines, words in (([f"open {folder}"], ()), ([], ("--replay", str(folder)))):
        code, replayed, _ = console(*lines, f"wait {count}", "status", words=words)
        assert code == 0
        assert f"replay ended, all {count} ticks as recorded" in replayed
        assert screen(replayed[-1]) == screen(next(line for line in said if line.startswith("tick")))


def test_a_line_that_fails_is_told_and_the_dream_goes_on(console, tmp_path):
    code, said, failed = console("load 4", "frobnicate", "move 900 1", "wait 2", f"open {tmp_path}", "status")
    assert code == 2
    assert [line.split(": ")[1] for line in failed] == ["line 1", "line 2", "line 3", "line 5"]
    for line, words in zip(
        failed, ("is empty", "one of the emulator (back, ", "outside", "not a session"), strict=True
    ):
        assert words in line
    assert said[0].startswith("tick 2,")


def test_lines_may_be_in_a_file_and_nothing_that_was_kept_is_lost(console, tmp_path):
    (tmp_path / "lines").write_text(f"wait 3\nsave {tmp_path / 'a.state'}\n")
    assert console(words=(str(tmp_path / "lines"),))[0] == 0
    assert (tmp_path / "a.state").exists()
    assert not list((tmp_path / "home").rglob("*.state"))  # what --resume needs is the window's
    code, _, failed = console(words=(str(tmp_path / "gone"),))
    assert code == 2
    assert failed == [f"ncdesktop: cannot read {tmp_path / 'gone'}: No such file or directory"]
