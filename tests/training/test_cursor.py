"""The pointer's shape learned alone: from what lies under it, whatever shape was there before."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import tiny_cursors

from ncdesktop.actions import Action
from ncdesktop.errors import SessionError
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.session import SessionWriter, open_session
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.cursor import CURSOR
from ncdesktop.training.table import Table, build_table
from ncdesktop.world import Frame


def _table(folder: Path, moves: bool) -> Table:
    """The pointer wanders over a screen whose right half is bright: there it is a hand, elsewhere an arrow."""
    screen = np.full((128, 128, 3), 30, np.uint8)
    screen[:, 64:] = 220
    arrow, hand = tiny_cursors()
    writer = SessionWriter(folder / "hands", size=(128, 128), source="test")
    random = np.random.default_rng(0)
    for tick in range(120):
        x, y = (int(place) for place in random.integers(4, 124, 2)) if moves else (20, 20)
        writer.write(Action((x, y)), Frame(tick, screen, (x, y), hand if x >= 64 else arrow))
    writer.close()
    return build_table([open_session(folder / "hands")], cache=folder, progress=False)


def test_it_learns_shapes_whatever_was_there_before_and_only_that_changes(
    tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = _table(tmp_path, moves=True)
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    figures = train_alone(
        replace(CURSOR, way=1.0),
        table,
        table,
        tmp_path / "run",
        AloneConfig(minutes=0.15, batch=64),
        cache=tmp_path,
    )
    assert figures["after"] < 0.5 * figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    at, action, _, shape = CURSOR.collect(after, table, 60, 1).tensors
    for before in (torch.zeros_like(shape), torch.ones_like(shape), torch.full_like(shape, 2)):
        right = after.selector.shapes(at, action, before).argmax(1) == shape
        assert right.float().mean() > 0.75  # of what an untrained network sees
    for name, value in tiny_model.selector.state_dict().items():
        if not name.startswith("cursor_") and name not in ("trust", "blend", "shape_blend"):
            torch.testing.assert_close(after.selector.state_dict()[name], value, atol=1e-2, rtol=1e-3)


def test_sessions_in_which_the_pointer_rests_are_refused(tiny_model: NCGUIWorld, tmp_path: Path) -> None:
    table = _table(tmp_path, moves=False)
    table.name_cursors_(tiny_model.cursors)
    with pytest.raises(SessionError, match="pointer never moves"):
        CURSOR.collect(tiny_model, table, 10, 0)
