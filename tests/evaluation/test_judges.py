"""Judges on pictures whose answer is known."""

import shutil

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ncdesktop.errors import InputError
from ncdesktop.evaluation.judges import (
    character_accuracy,
    crop,
    edits,
    likeness,
    read_text,
    require_tesseract,
    seen_near,
    share_of,
)
from ncdesktop.evaluation.stage import WALLPAPER, WINDOWS, screen, window


def test_likeness_is_the_share_of_blocks_that_agree() -> None:
    expected = np.full((16, 32, 3), 90, np.uint8)
    found = expected.copy()
    found[:8, :8] = 200
    found[8:, 8:16] += 7
    assert likeness(found, expected) == pytest.approx(7 / 8)
    assert likeness(found[:8], expected) == 0


def test_blocks_cut_off_by_the_border_count_like_others() -> None:
    expected = np.zeros((10, 10, 3), np.uint8)
    found = expected.copy()
    found[8:, :8] = 255
    assert likeness(found, expected) == pytest.approx(3 / 4)


def test_a_patch_is_found_within_its_distance_and_not_beyond() -> None:
    patch = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    ui = np.zeros((64, 64, 3), np.uint8)
    ui[30:38, 20:28] = patch
    assert seen_near(ui, patch, (23, 27), within=3)
    assert not seen_near(ui, patch, (24, 27), within=3)


def test_wallpaper_is_seen_where_no_window_is() -> None:
    assert share_of(crop(screen("terminal"), (320, 40, 100, 100)), WALLPAPER) == 1
    assert share_of(window("terminal"), WALLPAPER) < 0.01


def test_every_real_window_differs_from_the_desktop_and_the_others() -> None:
    for name, box in WINDOWS.items():
        others = [other for other in (*WINDOWS, "desktop") if other != name]
        assert max(likeness(crop(screen(other), box), window(name)) for other in others) < 0.9


def test_edits_are_put_in_taken_out_or_replaced() -> None:
    assert edits("kitten", "sitting") == 3
    assert edits("", "abc") == edits("abc", "") == 3


def test_accuracy_counts_edits_and_neither_blanks_nor_what_follows() -> None:
    assert character_accuracy("he1lo", "hello") == pytest.approx(4 / 5)
    assert character_accuracy("user@desktop :~$ echo hello ff", "user@desktop:~$ echo hello") == 1
    assert character_accuracy("", "hello") == 0
    assert character_accuracy("hllo", "hello") == pytest.approx(4 / 5)


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_text_is_read_light_on_dark_and_dark_on_light() -> None:
    for ink, paper in (((230, 230, 230), (35, 38, 41)), ((20, 20, 20), (255, 255, 255))):
        image = Image.new("RGB", (160, 20), paper)
        ImageDraw.Draw(image).text((3, 3), "Applications 15", fill=ink, font=ImageFont.load_default(12))
        assert character_accuracy(read_text(np.asarray(image), single_line=True), "Applications 15") > 0.9
    title = crop(screen("terminal"), (40, 24, 180, 22))
    assert character_accuracy(read_text(title, single_line=True), "Terminal - user@desktop: ~") > 0.8


def test_missing_tesseract_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="apt-get install tesseract-ocr"):
        require_tesseract()
