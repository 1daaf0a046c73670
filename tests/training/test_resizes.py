"""Recorded resizes: the window's box and its seams are told by what changes on the screen."""

from pathlib import Path

import pytest
from resized import BOTTOM, LEFT, RIGHT, SEAM_X, SEAM_Y, TOP, resized

from ncdesktop.training.resizes import Resize, resizes


def _found(
    folder: Path, steps: list[tuple[int, int]], *, follows: bool = True, by: tuple[int, int] = (1, 1)
) -> list[Resize]:
    """Return what is found in a recording as `resized` makes it."""
    table = resized(folder, steps, follows=follows, by=by)
    return resizes(table, [cursor.name for cursor in table.cursors])


def test_box_and_seams_are_told_by_what_changes(tmp_path: Path) -> None:
    (resize,) = _found(tmp_path, [(4, 3), (10, 8), (20, 13)])
    assert resize.tick == 4
    assert resize.box.tolist() == [TOP, LEFT, BOTTOM, RIGHT]
    assert resize.across.argmax(1).tolist() == [0, *[SEAM_X // 16 - 1] * 4, 0, 0, 0]
    assert resize.down.argmax(1).tolist() == [0, *[SEAM_Y // 16 - 1] * 5, 0, 0]
    told = resize.across.sum(1)
    assert told[1:5].tolist() == pytest.approx([1.0] * 4) and told[5:].tolist() == [0.0] * 3


def test_one_that_grows_by_rows_and_letters_falls_behind_the_pointer(tmp_path: Path) -> None:
    (resize,) = _found(tmp_path, [(9, 18), (20, 22), (31, 30)], by=(8, 16))
    assert resize.box.tolist() == [TOP, LEFT, BOTTOM, RIGHT]
    assert resize.across.argmax(1)[1:5].tolist() == [SEAM_X // 16 - 1] * 4


def test_one_whose_edge_stayed_behind_tells_nothing(tmp_path: Path) -> None:
    assert _found(tmp_path, [(4, 3), (10, 8), (20, 13)], follows=False) == []


def test_one_that_hardly_moves_tells_nothing(tmp_path: Path) -> None:
    assert _found(tmp_path, [(2, 1), (4, 3)]) == []
