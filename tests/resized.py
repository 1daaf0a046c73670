"""A recording of a window that is pulled at its lower right corner."""

from pathlib import Path

import numpy as np
from tiny import random_screen

from ncdesktop.actions import Action, fold
from ncdesktop.events import Button, Move
from ncdesktop.session import SessionWriter, open_session
from ncdesktop.training.table import Table, build_table
from ncdesktop.world import Cursor, Frame

__all__ = ["BOTTOM", "CORNER", "LEFT", "RIGHT", "SEAM_X", "SEAM_Y", "TOP", "resized"]

TOP, LEFT, BOTTOM, RIGHT = 16, 16, 80, 96
SEAM_X, SEAM_Y = 64, 48
"""Pixels of the window up to there keep to the left and to the top."""
CORNER = Cursor(np.full((6, 6, 4), 255, np.uint8), (3, 3), "bottom_right_corner")


def _shown(right: int, down: int) -> np.ndarray:
    """A window of noise with a plain border on plain ground, its lower right corner moved."""
    screen, window = (
        np.full((128, 128, 3), 60, np.uint8),
        np.full((BOTTOM - TOP, RIGHT - LEFT, 3), 200, np.uint8),
    )
    window[2:-2, 2:-2] = random_screen(3)[TOP + 2 : BOTTOM - 2, LEFT + 2 : RIGHT - 2]
    columns = np.repeat(
        np.arange(RIGHT - LEFT), [right + 1 if x == SEAM_X - 1 else 1 for x in range(LEFT, RIGHT)]
    )
    rows = np.repeat(
        np.arange(BOTTOM - TOP), [down + 1 if y == SEAM_Y - 1 else 1 for y in range(TOP, BOTTOM)]
    )
    screen[TOP : BOTTOM + down, LEFT : RIGHT + right] = window[rows][:, columns]
    return screen


def resized(
    folder: Path, steps: list[tuple[int, int]], *, follows: bool = True, by: tuple[int, int] = (1, 1)
) -> Table:
    """Return the recording of a drag by the corner in `steps`, of a window that grows by so many pixels at once, as a table."""
    at = (RIGHT - 2, BOTTOM - 1)
    action = Action(at)
    ticks = [(action, (0, 0))] * 3
    action = fold(action, [Button(1, True)])
    ticks.append((action, (0, 0)))
    for right, down in steps:
        action = fold(action, [Move(at[0] + right, at[1] + down)])
        ticks.append((action, (right // by[0] * by[0], down // by[1] * by[1] if follows else 0)))
    ticks += [(fold(action, [Button(1, False)]), ticks[-1][1])] + [(Action(action.pointer), ticks[-1][1])] * 4
    writer = SessionWriter(folder / "resize", size=(128, 128), source="test")
    for number, (done, (right, down)) in enumerate(ticks):
        writer.write(done, Frame(number, _shown(right, down), done.pointer, CORNER))
    writer.close()
    return build_table([open_session(folder / "resize")], cache=folder, progress=False)
