"""The figures in the corner."""

from dataclasses import replace

import numpy as np
import pygame
import pytest

from ncdesktop.app.drawing import ACCENT, WARNING
from ncdesktop.app.hud import Hud


@pytest.fixture
def status(status):
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


def test_figures_are_drawn_anew_every_third_tick_and_while_paused_every_time(status):
    hud, target = Hud(), pygame.Surface((1024, 768))

    def shown(tick, *, fps, paused=False):
        figures = replace(status.figures, fps=fps)
        frame = replace(status.frame, tick=tick)
        target.fill(0)
        hud.draw(target, replace(status, frame=frame, figures=figures, paused=paused))
        return pygame.surfarray.array3d(target)

    first = shown(1, fps=11.1)
    assert np.array_equal(shown(2, fps=12.2), first)
    assert not np.array_equal(shown(4, fps=13.3), first)
    before = shown(4, fps=14.4, paused=True)
    assert not np.array_equal(shown(4, fps=15.5, paused=True), before)
