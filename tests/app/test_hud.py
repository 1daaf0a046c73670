"""The figures in the corner."""

from dataclasses import replace

import numpy as np
import pygame
import pytest
from worlds import PaintWorld

from ncdesktop.app.drawing import ACCENT, WARNING
from ncdesktop.app.hud import Hud
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake


@pytest.fixture
def status(tmp_path):
    console = Console(PaintWorld(), Intake(), home=tmp_path, say=print, rewind_seconds=0)
    console.tick()
    status = console.status
    console.close()
    return replace(status, figures=replace(status.figures, recent_ms=(40.0, 90.0) * 50))


def test_every_tick_is_a_bar_and_late_ones_have_another_color(status):
    target = pygame.Surface((1024, 768))
    Hud().draw(target, status)
    pixels = pygame.surfarray.array3d(target)
    for color in (ACCENT, WARNING):
        heights = (pixels[:, 200:] == color).all(-1).sum(1)  # below the words
        assert (heights > 14).sum() == 50  # what belongs to stages is lower


@pytest.mark.parametrize("size", [(1, 1), (60, 40), (150, 2000), (2000, 150)])
def test_a_window_may_be_too_small_for_them(status, size):
    target = pygame.Surface(size)
    Hud().draw(target, status)
    assert np.any(pygame.surfarray.array3d(target)) or size == (1, 1)
