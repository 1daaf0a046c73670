"""The figures in the corner."""

from dataclasses import replace
from itertools import pairwise

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


def test_a_fifth_of_the_figures_is_drawn_anew_each_tick_and_while_paused_all_are(status, monkeypatch):
    monkeypatch.setattr("ncdesktop.app.hud._resident_mb", lambda: 99.0)
    hud, target = Hud(), pygame.Surface((1024, 768))

    def shown(tick, *, value, paused=False, hud=hud):
        figures = replace(
            status.figures, fps=value, recent_ms=(value,) * 50, stage_ms={"looks": value, "pixels": value}
        )
        frame = replace(status.frame, tick=tick)
        target.fill(0)
        hud.draw(target, replace(status, frame=frame, figures=figures, paused=paused))
        return pygame.surfarray.array3d(target)

    seen = [shown(1, value=11.0)]
    assert np.array_equal(shown(1, value=12.0), seen[0])  # the same tick
    new = shown(6, value=44.0, hud=Hud())
    for tick in (2, 3, 4, 5, 6):
        seen.append(shown(tick, value=44.0))
    changed = [(before != after).any(-1) for before, after in pairwise(seen)]
    assert sum(bool(some.any()) for some in changed) == 4  # the fifth has nothing new
    assert sum(changed).max() == 1  # each was drawn once
    # the number of the tick itself is the one that was shown when its turn came
    ahead = (seen[-1] != new).any(-1)
    assert ahead.any(0).sum() < 24
    paused = shown(6, value=55.0, paused=True)
    assert np.array_equal(paused, shown(6, value=55.0, hud=Hud()))
