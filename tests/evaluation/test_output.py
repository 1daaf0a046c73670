"""Figures on disk, and places where nothing can be written."""

import json
from pathlib import Path

import pytest

from ncdesktop.cli import main
from ncdesktop.errors import InputError
from ncdesktop.evaluation.output import check_file, make_folder, write_figures


def test_figures_are_one_json_object(tmp_path: Path) -> None:
    write_figures(tmp_path / "new" / "figures.json", {"ticks": 3})
    assert json.loads((tmp_path / "new" / "figures.json").read_text()) == {"ticks": 3}


def test_a_folder_or_a_file_in_a_file_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path, tmp_path / "file" / "figures.json"):
        with pytest.raises(InputError, match="choose another place"):
            check_file(path)
    with pytest.raises(InputError, match="cannot make folder"):
        make_folder(tmp_path / "file" / "videos")
    check_file(tmp_path / "new" / "deeper" / "figures.json")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("verb", ["bench", "evaluate"])
def test_verbs_say_so_before_they_measure(
    verb: str, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [verb, *([str(tmp_path)] if verb == "evaluate" else []), "--weights", str(tiny_weights)]
    assert main([*arguments, "--json", str(tmp_path)]) == 2
    assert "is a folder, expected the name of a file" in capsys.readouterr().err
