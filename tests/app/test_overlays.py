"""What lies over the dream fits into the window and grows with it."""

import numpy as np
import pygame
import pytest

from ncdesktop.app.hud import Hud
from ncdesktop.app.overlays import Overlays
from ncdesktop.app.scaling import View, place
from ncdesktop.app.toasts import Toasts


def covered(target):
    """Return left, top, right, bottom of what was drawn on a black target."""
    columns, rows = (np.flatnonzero(pygame.surfarray.array3d(target).any(2).any(axis)) for axis in (1, 0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


@pytest.mark.parametrize("size", [(512, 384), (1024, 768), (3840, 2160), (400, 1000), (1000, 300)])
def test_the_whole_help_is_in_the_window(status, tmp_path, size):
    target = pygame.Surface(size)
    whole = place("fit", (128, 96), size)
    overlays = Overlays("Control_R", tmp_path)
    overlays.toggle("help")
    overlays.draw(target, status, View(whole, (whole,)), (0, 0))
    left, top, right, bottom = covered(target)
    assert left > 0 and top > 0 and right < size[0] and bottom < size[1]
    assert max((right - left) / size[0], (bottom - top) / size[1]) > 0.7


def test_words_grow_with_the_window(status):
    def height(draw, size):
        target = pygame.Surface(size)
        draw(target)
        _, top, _, bottom = covered(target)
        return bottom - top

    toasts = Toasts(lambda: 0.0)
    toasts.add("saved to slot 1")
    for draw in (toasts.draw, lambda target: Hud().draw(target, status)):
        assert height(draw, (2048, 1536)) == pytest.approx(2 * height(draw, (1024, 768)), rel=0.1)
