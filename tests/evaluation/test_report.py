"""The HTML report of an evaluation."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from ncdesktop.cli import main
from ncdesktop.errors import InputError
from ncdesktop.evaluation.report import curves, read_log
from ncdesktop.session import Session


def test_a_report_holds_table_curves_worst_ticks_and_videos(
    tiny_weights: Path, small_session: Session, tmp_path: Path
) -> None:
    log = tmp_path / "log.jsonl"
    lines = [{"step": 1, "ticks": 100, "select": 4.0}, {"step": 2, "ticks": 200, "select": 3.0}]
    log.write_text("\n".join(json.dumps(line) for line in lines))
    out = tmp_path / "report"
    options = ["--ticks", "6", "--rollouts", "1", "--processes", "1", "--report", str(out), "--log", str(log)]
    assert main(["evaluate", str(small_session.folder), "--weights", str(tiny_weights), *options]) == 0
    page = (out / "report.html").read_text()
    assert "change recall, prompt ticks" in page and "<svg" in page and "Free dreams" in page
    (film,) = out.glob("*.mp4")
    assert film.name in page
    with av.open(film) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (2 * 128 + 8, 128)
        assert sum(1 for _ in container.decode(stream)) > 5
    pictures = sorted(out.glob("tick-*.png"))
    assert pictures and all(picture.name in page for picture in pictures)
    with Image.open(pictures[0]) as image:
        assert np.asarray(image).shape == (128, 3 * 128 + 12, 3)


def test_curves_are_drawn_of_numbers_that_change() -> None:
    drawn = curves(
        [{"ticks": 0, "a": 1.0, "b": 2.0}, {"ticks": 1000, "a": 3.0, "b": 2.0}, {"ticks": 1500, "c": 1.0}]
    )
    assert drawn.count("<svg") == 1 and "a: 3 now, 1 to 3" in drawn


def test_validation_figures_of_a_log_are_read_with_the_others(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"step": 1, "ticks": 5, "validation": {"change_recall": 0.5}}\n')
    assert read_log(log) == [{"step": 1, "ticks": 5, "change_recall": 0.5}]


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_log(tmp_path / "none.jsonl")
    (tmp_path / "other.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(InputError, match="is no log of a training"):
        read_log(tmp_path / "other.jsonl")


def test_a_report_does_not_overwrite(
    tiny_weights: Path, small_session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    options = ["--weights", str(tiny_weights), "--report", str(tmp_path / "full")]
    assert main(["evaluate", str(small_session.folder), *options]) == 2
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "full" / "file").read_text() == "mine"
