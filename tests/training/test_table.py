"""Sessions as a table of single ticks: what it says of screens, stacks and kinds is what the session shows."""

from pathlib import Path

import numpy as np
import pytest
import torch

from ncdesktop.errors import SessionError
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.screen import screen_of
from ncdesktop.session import Session
from ncdesktop.training.cells import VERSION
from ncdesktop.training.table import build_table, recurring_cells


def test_every_screen_can_be_put_together_from_the_table(small_session: Session, tmp_path: Path) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    for tick, ui in enumerate(small_session.frames()):
        ids = table.entry[table.place[tick].long(), 0].long().unflatten(0, table.grid)
        assert np.array_equal(screen_of(table.cells[ids]).numpy(), ui)


def test_stacks_are_those_of_a_world_that_followed_the_session(
    small_session: Session, tiny_world: NeuralWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    frames = small_session.frames()
    tiny_world.reset(start=next(frames))
    for tick, ui in enumerate(frames, start=1):
        tiny_world.follow(small_session.ticks[tick].action, ui)
        entry = table.entry[table.place[tick].long()].unflatten(0, table.grid)
        screen = tiny_world._screen
        assert torch.equal((entry >= 0).sum(-1), screen.count)
        known = entry >= 0
        assert torch.equal(table.cells[entry[known].long()], screen.contents[known])


def test_kinds_cover_all_ticks_but_the_first(small_session: Session, tmp_path: Path) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    every = torch.cat(list(table.kinds.values())).sort().values
    assert every.tolist() == list(range(1, len(table)))
    changing = torch.cat([table.kinds[kind] for kind in ("drag", "edge", "hover", "late")])
    assert (table.changes[changing] > 0).all()


def test_table_is_kept_and_read_back(small_session: Session, tmp_path: Path) -> None:
    first = build_table([small_session], cache=tmp_path, progress=False)
    (tmp_path / f"{small_session.fingerprint}-v{VERSION}.npz").unlink()
    again = build_table([small_session], cache=tmp_path, progress=False)
    assert torch.equal(first.place, again.place) and torch.equal(first.cells, again.cells)
    assert not list(tmp_path.glob("*.npz")), "the session was decoded again"


def test_vocabulary_holds_contents_that_no_copy_supplies(small_session: Session, tmp_path: Path) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    words = recurring_cells(table, range(1, len(table)), 1000)
    assert len(words) > 0
    first_screen = set(table.entry[table.place[0].long(), 0].tolist())
    assert not first_screen & set(words.tolist())


def test_no_sessions_and_mixed_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="no sessions"):
        build_table([], cache=tmp_path)
