"""Probes: none is passed by a desktop on which nothing happens, and what a run leaves."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny import make_tiny_model, tiny_cursors

from ncdesktop.actions import Action
from ncdesktop.cli import main
from ncdesktop.evaluation.probes import GROUPS
from ncdesktop.evaluation.probing import Run, play, results, table
from ncdesktop.evaluation.stage import Claim, DreamStage, Stage, screen
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.world import Frame

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")


class StillWorld:
    """Shows one screen whatever is done."""

    size = (512, 384)

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.shown = screen("desktop")

    def step(self, action: Action) -> Frame:
        self.actions.append(action)
        return Frame(0, self.shown, action.pointer, tiny_cursors()[0])


class StillStage(Stage):
    def begin(self, *names: str) -> None:
        self._world.shown = screen(names[-1])  # type: ignore[attr-defined]
        self._take(self._world.step(self._action), self._action)


@needs_tesseract
@pytest.mark.parametrize("group", list(GROUPS))
def test_no_probe_is_passed_where_nothing_happens(group: str) -> None:
    for seed in (0, 1):
        stage = StillStage(StillWorld(), seed=seed, video=None)  # type: ignore[arg-type]
        run = play(stage, group, seed)
        assert run.claims and not run.passed


@needs_tesseract
def test_a_title_that_stays_inactive_is_not_taken_for_an_active_one() -> None:
    run = play(StillStage(StillWorld(), seed=0, video=None), "alt_tab", 0)  # type: ignore[arg-type]
    assert [claim.true for claim in run.claims] == [False, False]


def test_a_dream_goes_on_from_real_screens_and_leaves_a_video(tmp_path: Path) -> None:
    world = NeuralWorld(make_tiny_model(size=(512, 384)), model_hash="tiny")
    stage = DreamStage(world, seed=1, video=tmp_path / "cursor-1.mp4")
    stage.begin("desktop", "editor")
    assert (stage.ui == screen("editor")).all()
    assert (world.get_state().arrays["screen/contents"][5, 5, 1] == screen("desktop")[80:96, 80:96]).all()
    stage.do("move 30 40 3")
    assert stage.frame.pointer == (30, 40)
    stage.claim("something", True)
    stage.close()
    assert (tmp_path / "cursor-1.mp4").stat().st_size > 1000


def test_the_hasty_act_in_fewer_ticks_one_thing_in_each() -> None:
    def ticks(haste: float) -> list[Action]:
        world = StillWorld()
        stage = StillStage(world, seed=3, video=None, haste=haste)  # type: ignore[arg-type]
        stage.begin("desktop")
        world.actions.clear()
        stage.do("move 38 11\nclick\nkey a\nwait 6")
        return world.actions

    calm, quick = ticks(0.0), ticks(0.6)
    events = [[event for action in some for event in action.edges] for some in (calm, quick)]
    assert events[0] == events[1]
    assert sum(bool(action.edges) for action in quick) < sum(bool(action.edges) for action in calm)
    assert all(len({type(event) for event in action.edges}) <= 1 for action in quick)


def test_a_run_passes_if_all_its_claims_are_true() -> None:
    good, bad = Claim("seen", True), Claim("reads: x", False)
    found = results([Run("move", 0, [good]), Run("move", 1, [good, bad]), Run("close", 0, [good])])
    assert {name: (group["passed"], group["runs"]) for name, group in found["groups"].items()} == {
        "move": (1, 2),
        "close": (1, 1),
    }
    assert found["groups"]["move"]["failed"] == {"reads": 1}
    assert "1 of 2 groups above 80 %" in table(found)
    assert json.loads(json.dumps(found)) == found


@needs_tesseract
def test_a_model_of_another_size_and_an_unknown_group_are_refused(
    tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["probe", "--weights", str(tiny_weights), "--out", str(tmp_path / "videos")]
    assert main(arguments) == 2
    assert "probes are for 512x384, this world is 128x128" in capsys.readouterr().err
    assert main([*arguments, "--groups", "fly"]) == 2
    assert "unknown group 'fly'" in capsys.readouterr().err


@needs_tesseract
@pytest.mark.parametrize(("real", "line"), [([], "unknown group 'fly'"), (["--real"], "needs python-xlib")])
def test_dreams_are_probed_without_the_library_of_the_real_desktop(
    real: list[str], line: str, tiny_weights: Path, tmp_path: Path
) -> None:
    arguments = [
        "probe",
        "--weights",
        str(tiny_weights),
        "--out",
        str(tmp_path / "videos"),
        "--groups",
        "fly",
    ]
    program = (
        "import sys; sys.modules['Xlib'] = None; from ncdesktop.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    found = subprocess.run([sys.executable, "-c", program, *arguments, *real], capture_output=True, text=True)
    assert found.returncode == 2
    assert line in found.stderr and "Traceback" not in found.stderr
