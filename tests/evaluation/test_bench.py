"""`ncdesktop bench` on a tiny world."""

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from ncdesktop.cli import main
from ncdesktop.evaluation.bench import bench
from ncdesktop.evaluation.input_logs import Log, built_in_logs, session_log
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.session import Session


def test_all_figures_are_written(
    tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bench.json"
    options = ["--threads", "1", "--ticks", "8", "--json", str(out), "--plot", str(tmp_path / "bench.png")]
    assert main(["bench", "--weights", str(tiny_weights), *options]) == 0
    found = json.loads(out.read_text())
    assert set(found["tick_ms"]) == {"idle", "typical", "storm", "busy"}
    for spent in found["tick_ms"].values():
        assert 0 < spent["p50"] <= spent["p95"] <= spent["p99"]
    assert 0.1 < found["first_frame_s"] < 60
    assert 100 < found["rss_mb"] < 4000
    assert found["dense_over_sparse_flops"] > 1
    assert "first frame" in capsys.readouterr().out
    with Image.open(tmp_path / "bench.png") as picture:
        assert picture.width > picture.height > 100


def test_a_session_can_be_timed_too(tiny_world: NeuralWorld, small_session: Session) -> None:
    log = session_log(small_session, ticks=5)
    assert len(log.actions) == 5 and (log.start == next(small_session.frames())).all()
    found = bench(tiny_world, [log])
    assert set(found["tick_ms"]) == {small_session.name}
    assert found["changed_cells"][small_session.name] > 0


def test_a_dense_tick_paints_every_cell(tiny_world: NeuralWorld) -> None:
    log = built_in_logs(tiny_world)[0]
    found = bench(tiny_world, [Log("short", log.start, log.actions[:3])])
    one, cells = painting(tiny_world, 1), 64
    assert found["gflop"]["dense"] > cells * one / 1e9  # many cells are painted in one step
    assert found["gflop"]["dense"] > found["gflop"]["short"]


def painting(world: NeuralWorld, cells: int) -> float:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.no_grad():
        world.model.generator(
            torch.zeros(cells, 3, 16, 16),
            torch.zeros(cells),
            torch.zeros(cells, 5, 3, 16, 16),
            torch.zeros(cells, 3, 48, 48),
            torch.zeros(cells, 16),
            torch.zeros(cells, 32),
            torch.zeros(cells, dtype=torch.int64),
        )
    return counter.get_total_flops()


def test_weights_that_are_none_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--weights", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_a_picture_that_cannot_be_written_is_one_line_before_anything_is_timed(
    tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--weights", str(tiny_weights), "--plot", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert str(tmp_path) in captured.err and not captured.out
