"""Recordings in the form of the NeuralComputer data engine become sessions; broken ones are refused with their fault."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ncdesktop.cli import main
from ncdesktop.events import Button, Key, Move, Wheel
from ncdesktop.session import open_session

SIZE = (64, 48)


def write_video(path: Path, frames: int, *, rate: int = 15, size: tuple[int, int] = SIZE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(
                np.full((size[1], size[0], 3), 20 * number, np.uint8), format="rgb24"
            )
            picture.pts, picture.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def write_csv(path: Path, heading: list[str], rows: list[list[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([heading, *rows])


SYNTHETIC = ["Timestamp", "Timestamp_formated", "X", "Y", "Left Click", "Right Click", "Key Events"]
AGENT = ["Timestamp", "Time", "X", "Y", "Left Click", "Right Click", "Keys"]


@pytest.fixture
def synthetic(tmp_path: Path) -> Path:
    folder = tmp_path / "raw_data"
    write_video(folder / "videos/record_0.mp4", 4)
    rows: list[list[object]] = [
        [0.07, "0:70", 10, 12, False, False, []],
        [0.13, "0:133", 10, 12, True, False, []],
        [0.20, "0:200", 30, 20, False, True, [("keydown", "ctrl"), ("keydown", "s")]],
        [0.27, "0:266", 300, 20, False, False, [("keyup", "s"), ("keyup", "ctrl"), ("keydown", "Enter")]],
    ]
    write_csv(folder / "actions/record_0.csv", SYNTHETIC, rows)
    return folder


def test_synthetic_use_becomes_a_session(synthetic: Path, tmp_path: Path) -> None:
    assert main(["import", str(synthetic), "--out", str(tmp_path / "sessions")]) == 0
    session = open_session(tmp_path / "sessions/record_0")
    assert (session.source, session.policy, session.size, len(session.ticks)) == (
        "neuralcomputer",
        "synthetic",
        SIZE,
        4,
    )
    click = (Button(1, True), Button(1, False))
    assert session.actions[0].edges == (Move(10, 12),)
    assert session.actions[1].edges == click
    keys = (Key("Control_L", True), Key("s", True))
    assert session.actions[2].edges == (Move(30, 20), Button(3, True), Button(3, False), *keys)
    assert session.actions[3].pointer == (63, 20)
    assert session.actions[3].edges[-1] == Key("Return", True)
    brightness = [float(ui.mean()) for ui in session.frames()]
    assert brightness == pytest.approx([0, 20, 40, 60], abs=4)


def test_an_agents_actions_go_into_the_frames_in_which_they_happened(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    write_video(folder / "videos/agent_session_7.mp4", 12)
    rows: list[list[object]] = [[tick / 15, "", 5, 5, False, False, []] for tick in range(12)]
    write_csv(folder / "actions/screen_agent_session_7.csv", AGENT, rows)
    actions = [
        {"timestamp": 2 / 15, "action": "double_click", "x": 20, "y": 30},
        {"timestamp": 2 / 15, "action": "double_click_success", "x": None, "y": None},
        {"timestamp": 4 / 15, "action": "type", "text": "hi"},
        {"timestamp": 8 / 15, "action": "key", "text": "ctrl+s"},
        {
            "timestamp": 9 / 15,
            "action": "scroll",
            "x": None,
            "y": None,
            "scroll_direction": "down",
            "scroll_amount": 3,
        },
        {"timestamp": 10 / 15, "action": "screenshot"},
    ]
    (folder / "actions/agent_session_7.json").write_text(json.dumps({"metadata": {}, "actions": actions}))
    assert main(["import", str(folder), "--out", str(tmp_path / "sessions")]) == 0
    edges = [action.edges for action in open_session(tmp_path / "sessions/agent_session_7").actions]
    assert edges[2] == (Move(20, 30), *(Button(1, True), Button(1, False)) * 2)
    assert edges[4] == (Key("h", True), Key("h", False))
    assert edges[7] == (Key("i", True), Key("i", False))
    assert edges[8] == (Key("Control_L", True), Key("s", True), Key("s", False), Key("Control_L", False))
    assert edges[9] == (Wheel(0, -3),)
    assert edges[10] == ()


def spoil_rows(folder: Path) -> None:
    path = folder / "actions/record_0.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def spoil_key(folder: Path) -> None:
    path = folder / "actions/record_0.csv"
    path.write_text(path.read_text().replace("ctrl", "nokey"))


def spoil_heading(folder: Path) -> None:
    path = folder / "actions/record_0.csv"
    path.write_text(path.read_text().replace("Left Click", "Left"))


def spoil_click(folder: Path) -> None:
    path = folder / "actions/record_0.csv"
    path.write_text(path.read_text().replace("True", "maybe"))


def spoil_video(folder: Path) -> None:
    (folder / "videos/record_0.mp4").write_bytes(b"no video")


def spoil_rate(folder: Path) -> None:
    write_video(folder / "videos/record_0.mp4", 4, rate=30)


def spoil_size(folder: Path) -> None:
    write_video(folder / "videos/record_0.mp4", 4, size=(60, 48))


def remove_log(folder: Path) -> None:
    (folder / "actions/record_0.csv").unlink()


FAULTS = {
    spoil_rows: "record_0.csv: has 3 frames, record_0.mp4 has 4",
    spoil_key: "line 4: unknown key 'nokey'",
    spoil_heading: "Left Click missing",
    spoil_click: "line 3: 'maybe' where True or False was expected",
    spoil_video: "record_0.mp4: cannot be read as video",
    spoil_rate: "30 frames a second, expected 15",
    spoil_size: "is 60x48, expected multiples of 16",
    remove_log: "record_0.csv: is missing",
}


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__)
def test_broken_input_is_one_line_and_leaves_nothing(spoil, synthetic: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    spoil(synthetic)
    assert main(["import", str(synthetic), "--out", str(tmp_path / "sessions")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and FAULTS[spoil] in lines[0]
    assert not list((tmp_path / "sessions").glob("*")) and not list((tmp_path / "sessions").glob(".*"))


def test_nothing_is_overwritten(synthetic: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    arguments = ["import", str(synthetic), "--out", str(tmp_path / "sessions")]
    assert main(arguments) == 0
    assert main(arguments) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["import", str(tmp_path), "--out", str(tmp_path / "sessions")]) == 2
    assert "holds no videos/*.mp4" in capsys.readouterr().err
