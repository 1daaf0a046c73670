"""Figures of sessions."""

import json
from pathlib import Path

import numpy as np
import pytest

from ncdesktop.actions import Action, fold
from ncdesktop.cli import main
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.session import SessionWriter
from ncdesktop.world import Frame


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Two seconds: a move of 5 pixels, a click, two keys, three notches; one of the four cells changes once; one late."""
    writer = SessionWriter(tmp_path / "one", size=(32, 32), source="test", policy="goal")
    script: dict[int, list[Event]] = {
        3: [Move(13, 14)],
        4: [Button(1, True), Button(1, False)],
        5: [Key("a", True), Key("a", False), Key("b", True)],
        6: [Wheel(0, -3), Key("b", False)],
    }
    action, ui = Action((10, 10)), np.zeros((32, 32, 3), np.uint8)
    for tick in range(30):
        action = fold(action, script.get(tick, []))
        if tick == 20:
            ui = ui.copy()
            ui[2, 3] = 255
        writer.write(action, Frame(tick, ui, action.pointer), late=tick == 7)
    writer.close()
    return tmp_path / "one"


def test_figures_are_what_was_done(session: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert main(["info", str(session), str(tmp_path), "--json", str(tmp_path / "info.json")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 and lines[0].startswith("session") and lines[-1].startswith("2 sessions")
    report = json.loads((tmp_path / "info.json").read_text())
    one = report["sessions"][0]
    assert (one["ticks"], one["seconds"], one["clicks"], one["keys"], one["wheel_turns"]) == (30, 2, 1, 2, 3)
    assert one["actions_per_second"] == 3
    assert one["pointer_px_per_second"] == 2.5
    assert one["changed_cells_percent"] == pytest.approx(25 / 29)
    assert one["still_ticks_percent"] == pytest.approx(100 * 28 / 29)
    assert one["late_ticks_percent"] == pytest.approx(100 / 30)
    assert report["total"]["ticks"] == 60 and report["total"]["actions_per_second"] == 3


def test_a_folder_that_is_no_session_is_one_line(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert main(["info", str(tmp_path)]) == 2
    assert "is not a session" in capsys.readouterr().err
