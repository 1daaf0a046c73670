"""What the window shows of the screen: scaled anew only where it differs."""

from dataclasses import replace

import numpy as np
import pygame
import pytest

from ncdesktop.app.canvas import Canvas
from ncdesktop.app.scaling import View, place


@pytest.fixture
def window():
    pygame.display.init()
    window = pygame.Window("ncdesktop", (64, 64), hidden=True)
    window.get_surface()
    yield window
    pygame.display.quit()


def drawn(canvas, status, view, size):
    target = pygame.Surface(size)
    canvas.draw(target, status, view, (0, 0))
    return pygame.surfarray.array3d(target)


@pytest.mark.parametrize("scale", [1, 1.5, 2])
def test_a_canvas_that_has_drawn_before_shows_the_same_as_a_fresh_one(window, status, scale):
    height, width = status.frame.ui.shape[:2]
    size = round(width * scale), round(height * scale)
    whole = place("fit", (width, height), size)
    view, used = View(whole, (whole,)), Canvas()
    random = np.random.default_rng(0)
    for box in [None, (0, 0, 1, 1), (height - 3, width - 2, 3, 2), (5, 9, 20, 30), None]:
        ui = status.frame.ui.copy()
        if box:
            top, left, rows, columns = box
            ui[top : top + rows, left : left + columns] = random.integers(0, 256, (rows, columns, 3))
        status = replace(status, frame=replace(status.frame, tick=status.frame.tick + 1, ui=ui))
        assert np.array_equal(drawn(used, status, view, size), drawn(Canvas(), status, view, size))
