"""Recording for real: the actor on an XFCE desktop, on a single program, interrupted, killed and resumed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ncdesktop.actions import Action
from ncdesktop.cli import main
from ncdesktop.desktop.packages import missing_packages
from ncdesktop.desktop.recorder import part_of, salvage, verify
from ncdesktop.errors import SessionError
from ncdesktop.session import SessionWriter, open_session, open_sessions
from ncdesktop.world import Frame

needs_desktop = pytest.mark.skipif(
    bool(missing_packages()), reason=f"not installed: {', '.join(missing_packages())}"
)


def record(*words: object) -> int:
    return main(["record", *(str(word) for word in words)])


@pytest.mark.display
@needs_desktop
def test_two_recorders_leave_checked_sessions_and_resume_finds_them_done(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "sessions"
    arguments = ("--minutes", 0.05, "--parallel", 2, "--tasks", "menu,keyboard", "--out", out)
    assert record(*arguments) == 0
    assert "2 sessions, 90 ticks" in capsys.readouterr().out
    sessions = open_sessions([out])
    assert [session.name for session in sessions] == ["goal-00000", "goal-00001"]
    for session in sessions:
        assert (session.source, session.policy, session.size, len(session.ticks)) == (
            "xfce4",
            "goal",
            (512, 384),
            45,
        )
        assert verify(session.folder) == 45
        assert {tick.task for tick in session.ticks} <= {
            "menu",
            "keyboard",
            "icon",
            "restore",
            "dialog",
            "idle",
        }
        assert session.ticks[0].windows is not None
        assert session.cursors[0].name
    assert sessions[0].actions != sessions[1].actions
    assert record(*arguments) == 2
    assert "go on there with --resume" in capsys.readouterr().err
    began = time.monotonic()
    assert record(*arguments, "--resume") == 0
    assert time.monotonic() - began < 2


@pytest.mark.display
@pytest.mark.skipif(
    bool(missing_packages(("xvfb", "galculator"))), reason="xvfb or galculator is not installed"
)
def test_any_program_can_be_recorded_at_any_size(tmp_path: Path) -> None:
    out = tmp_path / "sessions"
    assert (
        record(
            "--app", "galculator", "--policy", "fast", "--size", "320x272", "--minutes", 0.05, "--out", out
        )
        == 0
    )
    (session,) = open_sessions([out])
    assert (session.source, session.policy, session.size) == ("program", "fast", (320, 272))
    assert any(action.edges for action in session.actions)
    assert all(0 <= x < 320 and 0 <= y < 272 for x, y in (action.pointer for action in session.actions))


@pytest.mark.display
@needs_desktop
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_recorder_loses_nothing_and_leaves_no_process(
    number: signal.Signals, tmp_path: Path
) -> None:
    out = tmp_path / "sessions"
    words = [
        sys.executable,
        "-m",
        "ncdesktop.cli",
        "record",
        "--policy",
        "slow",
        "--out",
        str(out),
        "--seed",
        "4",
    ]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    recorder = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
    part = part_of(out / "slow-00004")
    wait_for(lambda: part.exists() and (part / "actions.jsonl").stat().st_size > 2000)
    recorder.send_signal(number)
    assert recorder.wait(20) == (130 if number == signal.SIGINT else -signal.SIGKILL)
    wait_for(lambda: (out / "slow-00004").exists())
    assert 15 <= verify(out / "slow-00004") < 900
    wait_for(lambda: not list(tmp_path.glob("ncdesktop-*")))


def wait_for(condition) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 25
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def unfinished(folder: Path, ticks: int = 30) -> SessionWriter:
    writer = SessionWriter(folder, size=(32, 32), source="test")
    for tick in range(ticks):
        writer.write(Action((1, 1)), Frame(tick, np.full((32, 32, 3), 3 * tick, np.uint8), (1, 1)))
    return writer


def test_what_a_killed_recorder_left_is_kept(tmp_path: Path) -> None:
    writer = unfinished(part_of(tmp_path / "one"))
    assert salvage(tmp_path / "one") >= 15
    assert open_session(tmp_path / "one").ticks
    assert salvage(tmp_path / "two") == 0
    writer._container.close()
    writer._lines.close()


def test_a_video_that_is_not_what_was_captured_is_found(tmp_path: Path) -> None:
    unfinished(tmp_path / "one").close()
    path = tmp_path / "one" / "actions.jsonl"
    lines = path.read_text().splitlines()
    crc = open_session(tmp_path / "one").ticks[3].crc32
    lines[3] = lines[3].replace(str(crc), str(crc ^ 1))
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(SessionError, match="frame 3 is not what was captured"):
        verify(tmp_path / "one")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--tasks", "fly"], "no task 'fly'; there are menu,"),
        (["--policy", "slow", "--tasks", "menu"], "--tasks belongs to --policy goal"),
        (["--app", "no-such-program"], "no program 'no-such-program'"),
        (["--size", "640x480"], "no desktop profile for 640x480"),
        (["--minutes", "0"], "'0' is no length"),
        (["--size", "500x300"], "multiples of 16"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(words: list[str], said: str, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "sessions"
    try:
        code = record(*words, "--out", out)
    except SystemExit as end:
        code = end.code  # type: ignore[assignment]
    assert code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and said in lines[0]
    assert not out.exists() or not any(out.iterdir())


def test_missing_packages_are_named_with_the_line_that_installs_them(
    tmp_path: Path, monkeypatch, capsys
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert record("--out", tmp_path / "sessions") == 2
    said = capsys.readouterr().err
    assert "xvfb" in said and "apt-get install --no-install-recommends" in said
