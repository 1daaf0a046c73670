"""The whole of `ncdesktop evaluate` on a tiny untrained world."""

import json
import shutil
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont
from tiny import TINY_SIZE, busy_actions, make_tiny_model

from ncdesktop.actions import Action
from ncdesktop.cli import main
from ncdesktop.evaluation.evaluate import unseen
from ncdesktop.evaluation.figures import figures
from ncdesktop.evaluation.measure import measure
from ncdesktop.evaluation.stability import long_dream
from ncdesktop.evaluation.ticks import Plan
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.pipeline import SMALL_PARTS, NCGUIWorld
from ncdesktop.model.placer import BEYOND
from ncdesktop.model.pretrained import WEIGHTS
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.world import Frame

KEYS = {
    "change_recall", "change_precision", "copies_exact", "cell_accuracy", "ssim_after_15",
    "cursor_shape_accuracy", "ticks",
}  # fmt: skip


@pytest.fixture
def dreamt_session(tiny_world: NeuralWorld, tmp_path: Path) -> Session:
    """What the tiny world itself dreams, as a session."""
    writer = SessionWriter(tmp_path / "dreamt", size=TINY_SIZE, source="dream")
    tiny_world.reset(0)
    for action in busy_actions(40):
        writer.write(action, tiny_world.step(action))
    writer.close()
    return open_session(tmp_path / "dreamt")


def run(tiny_weights: Path, session: Session, *options: str) -> dict:
    out = session.folder.parent / "figures.json"
    arguments = [
        "evaluate",
        str(session.folder),
        "--weights",
        str(tiny_weights),
        "--json",
        str(out),
        *options,
    ]
    assert main(arguments) == 0
    return json.loads(out.read_text())


def test_figures_have_all_keys_and_do_not_depend_on_processes(
    tiny_weights: Path, small_session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--ticks", "12", "--rollouts", "1")
    found = run(tiny_weights, small_session, "--processes", "1", *options)
    assert found.keys() >= KEYS
    assert set(found["cell_accuracy"]) == {"teacher_forced", "1s", "4s", "16s"}
    assert found["cell_accuracy"]["4s"] is None  # the session is over by then
    assert found["nothing"]["change_recall"] == 0
    assert "change recall, prompt ticks" in capsys.readouterr().out
    assert run(tiny_weights, small_session, "--processes", "2", *options) == found


def test_a_world_that_is_asked_goes_on_as_if_it_had_not_been(
    tiny_world: NeuralWorld, small_session: Session
) -> None:
    plans = [
        Plan(small_session, {20: ("edge", 1.0)}),
        Plan(small_session, {18: ("edge", 1.0), 20: ("edge", 1.0)}),
    ]
    one, both = (measure(tiny_world, plan, progress=int) for plan in plans)
    one.add_(measure(tiny_world, Plan(small_session, {18: ("edge", 1.0)}), progress=int))
    assert both.counts == pytest.approx(one.counts)


def test_the_guess_that_nothing_changes_misses_the_pointer_shape_when_it_changes(
    tiny_world: NeuralWorld, small_session: Session
) -> None:
    plan = Plan(small_session, {tick: ("edge", 1.0) for tick in range(16, 30)})
    found = figures(measure(tiny_world, plan, progress=int))
    assert found["ticks"] == 14
    assert found["nothing"]["cursor_shape_accuracy"] == round(13 / 14, 4)  # it changes once, at tick 20


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_text_that_was_not_written_counts_as_not_read(tiny_world: NeuralWorld, tmp_path: Path) -> None:
    paper = np.full((128, 128, 3), 255, np.uint8)
    image = Image.fromarray(paper)
    ImageDraw.Draw(image).text((10, 50), "Hello world", fill=(0, 0, 0), font=ImageFont.load_default(14))
    writer = SessionWriter(tmp_path / "typed", size=TINY_SIZE, source="test")
    for tick in range(20):
        ui = np.array(image) if tick >= 18 else paper
        writer.write(Action((0, 0)), Frame(tick, ui, (0, 0)))
    writer.close()
    plan = Plan(open_session(tmp_path / "typed"), {18: ("edge", 1.0)}, read={18})
    measured = measure(tiny_world, plan, progress=int)
    assert measured.counts["nothing", "text", "characters"] == len("Helloworld")
    assert figures(measured)["nothing"]["text_accuracy"] == 0.0


def test_sessions_that_the_model_was_trained_on_are_left_out(
    small_session: Session, dreamt_session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = make_tiny_model()
    model.trained_on = (small_session.fingerprint,)
    model.save_pretrained(tmp_path / "trained")
    world = NeuralWorld.from_pretrained(tmp_path / "trained")
    assert unseen(world, [small_session, dreamt_session]) == [dreamt_session]
    assert main(["evaluate", str(small_session.folder), "--weights", str(tmp_path / "trained")]) == 2
    assert "was trained on all 1 sessions given" in capsys.readouterr().err


def test_a_session_of_another_size_is_refused(
    tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = SessionWriter(tmp_path / "wide", size=(160, 128), source="test")
    writer.write(Action((0, 0)), Frame(0, np.zeros((128, 160, 3), np.uint8), (0, 0)))
    writer.close()
    assert main(["evaluate", str(tmp_path / "wide"), "--weights", str(tiny_weights)]) == 2
    assert "is 160x128, the model's screen is 128x128" in capsys.readouterr().err


def test_a_session_too_short_to_measure_is_refused(
    tiny_world: NeuralWorld, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = SessionWriter(tmp_path / "short", size=TINY_SIZE, source="test")
    writer.write(Action((0, 0)), tiny_world.reset(0))
    writer.close()
    assert main(["evaluate", str(tmp_path / "short"), "--weights", str(tiny_weights)]) == 2
    assert "too short" in capsys.readouterr().err


def test_a_long_dream_is_compared_with_what_is_real_minute_by_minute(
    dreamt_session: Session, tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ncdesktop.evaluation.stability.FPS", 1)
    report = tmp_path / "report"
    found = run(
        tiny_weights,
        dreamt_session,
        "--ticks",
        "4",
        "--rollouts",
        "0",
        "--stability",
        "2",
        "--report",
        str(report),
    )
    assert len(found["stability"]) == 2 and all(0 < share <= 1 for share in found["stability"])
    assert (report / "long-dream.mp4").exists() and "long-dream.mp4" in (report / "report.html").read_text()

    class Replays:
        """A world that shows a session again and again, at last with a square that never was there."""

        size = TINY_SIZE

        def reset(self, seed: int, start: np.ndarray) -> None:
            self._shown = list(dreamt_session.frames())
            self._tick = 0

        def step(self, action: Action) -> Frame:
            self._tick += 1
            ui = self._shown[self._tick % len(self._shown)].copy()
            if self._tick > 60:
                ui[20:40, 20:30] = 99  # in four cells
            return Frame(self._tick, ui, (0, 0), None)

    real, marred = long_dream(cast(NeuralWorld, Replays()), [dreamt_session], [dreamt_session], minutes=2)
    cells = TINY_SIZE[0] * TINY_SIZE[1] // 256
    assert real == 1 and marred == round(1 - 2 / cells, 4)


def test_what_a_part_brings_is_seen_without_it(
    tiny_model: NCGUIWorld, small_session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A placer that lets the first sprite open in every tick, at the same place: without it, other cells change."""
    with torch.no_grad():
        tiny_model.placer.names.bias[:2] = torch.tensor([-20.0, 20.0])
        for axis in (tiny_model.placer.down, tiny_model.placer.across):
            axis.places.bias[BEYOND + 8] = 20
    weights = tmp_path / "weights"
    tiny_model.save_pretrained(weights)
    before = (weights / "placer" / WEIGHTS).read_bytes()
    options = ("--ticks", "12", "--rollouts", "0", "--texts", "0", "--processes")
    found = run(weights, small_session, *options, "1")
    without = run(weights, small_session, *options, "1", "--without", "placer,uncoverer")
    assert (found.pop("without"), without["without"]) == ([], ["placer", "uncoverer"])
    assert {name: without[name] for name in found} != found
    assert run(weights, small_session, *options, "2", "--without", "placer,uncoverer") == without
    assert (weights / "placer" / WEIGHTS).read_bytes() == before
    assert main(["evaluate", str(small_session.folder), "--without", "eyes"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and all(part in told for part in SMALL_PARTS)


def test_a_part_that_has_unlearned_does_nothing(tiny_model: NCGUIWorld) -> None:
    with torch.no_grad():
        tiny_model.placer.names.bias[0] = -20
    config = tiny_model.placer.config
    tiny_model.unlearn_(["placer"])
    assert tiny_model.placer.config == config and not tiny_model.placer.training
    assert tiny_model.placer.names.bias[0] == 20


def test_help_names_all_parts_that_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["evaluate", "--help"])
    told = capsys.readouterr().out
    assert all(part in told for part in SMALL_PARTS)
