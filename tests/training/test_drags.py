"""How far the pointer is ahead of a window, found in recorded drags."""

from pathlib import Path

import numpy as np
from tiny import TINY_SIZE, random_screen

from ncdesktop.actions import Action, fold
from ncdesktop.events import Button, Event, Move
from ncdesktop.session import SessionWriter, open_session
from ncdesktop.training.table import build_table
from ncdesktop.world import Frame


def test_a_window_that_follows_every_second_tick_is_twice_as_far_behind(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path / "s", size=TINY_SIZE, source="test")
    screen, action = random_screen(5), Action((40, 40))
    events: list[list[Event]] = [[], [Button(1, True)], *([Move(40 + 3 * step, 40)] for step in range(1, 7))]
    events += [[Button(1, False)], [], [], [], [Move(90, 90)]]
    for tick, edges in enumerate(events):
        action = fold(action, edges)
        if tick in (3, 5, 7):  # six pixels at a time
            screen = np.roll(screen, 6, 1)
        writer.write(action, Frame(tick, screen, action.pointer))
    writer.close()
    table = build_table([open_session(tmp_path / "s")], cache=tmp_path, progress=False)
    assert table.lead[:, 1].eq(0).all()
    assert table.lead[:, 0].tolist() == [0, 0, 3, 6, 3, 6, 3, 6, 0, 0, 0, 0, 0]
    again = build_table([open_session(tmp_path / "s")], cache=tmp_path, progress=False)  # from the cache
    assert again.lead.equal(table.lead)
