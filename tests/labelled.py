"""A recording of two windows on plain ground, with labels: one comes to the front when it is pressed, and goes by a press on its corner."""

from pathlib import Path
from typing import Any

import numpy as np
from tiny import random_screen, tiny_cursors

from ncdesktop.actions import Action, fold
from ncdesktop.events import Button
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.world import Frame

__all__ = ["BOXES", "PRESSES", "labelled", "shown"]

BOXES = {7: (16, 8, 80, 72), 9: (32, 24, 120, 120)}
"""Of windows by their identities: top, left, bottom, right"""
PRESSES = ((20, 20), (100, 100), (116, 52), (20, 20), (68, 20), (100, 100))
"""(x, y): the first comes to the front, the other does, it goes; the first has the focus already, it goes; nothing is there"""
_STILL = 6


def shown(front_first: list[int]) -> np.ndarray:
    """Return the screen (128, 128, 3) with windows, those at the front first."""
    screen = np.full((128, 128, 3), 60, np.uint8)
    for id_ in reversed(front_first):
        top, left, bottom, right = BOXES[id_]
        screen[top:bottom, left:right] = random_screen(id_)[top:bottom, left:right]
    return screen


def _labels(front_first: list[int], minimised: list[int]) -> list[list[Any]]:
    def label(id_: int) -> list[Any]:
        top, left, bottom, right = BOXES[id_]
        return [id_, "Kind", "title", left, top, right - left, bottom - top, int(id_ in minimised), 0, 0, 0]

    return [label(id_) for id_ in [*minimised, *reversed(front_first)]]


def labelled(folder: Path, *, rounds: int = 1, labels: bool = True) -> Session:
    """Record so many `rounds` of the PRESSES; 9 is at the front first, and is minimised when it goes, then 7 is closed."""
    writer, tick = SessionWriter(folder, size=(128, 128), source="test"), 0
    action = Action((64, 120))

    def write(done: Action, front_first: list[int], minimised: list[int]) -> None:
        nonlocal tick
        told = _labels(front_first, minimised) if labels else None
        writer.write(done, Frame(tick, shown(front_first), done.pointer, tiny_cursors()[0]), windows=told)
        tick += 1

    for _ in range(rounds):
        states = [([9, 7], []), ([7, 9], []), ([9, 7], []), ([7], [9]), ([7], [9]), ([], [9]), ([], [9])]
        for number, (front_first, minimised) in enumerate(states):
            if number:
                action = fold(Action(PRESSES[number - 1]), [Button(1, True)])
                write(action, front_first, minimised)
                action = fold(action, [Button(1, False)])
            for _ in range(_STILL):
                write(action, front_first, minimised)
                action = Action(action.pointer)
    writer.close()
    return open_session(folder)
