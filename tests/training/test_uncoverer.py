"""The uncoverer learned from recordings: what came back when something closed, also in dreams that began lately."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import random_screen, tiny_cursors

from ncdesktop.actions import Action
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.batches import recorded_before
from ncdesktop.training.moments import Moments
from ncdesktop.training.table import Table, build_table
from ncdesktop.training.uncoverer import UNCOVERER, _remembered
from ncdesktop.world import Frame


@pytest.fixture
def windows(tmp_path: Path) -> Session:
    """A window of 4 x 3 cells opens somewhere and closes after two ticks, twelve times."""
    writer = SessionWriter(tmp_path / "windows", size=(128, 128), source="test")
    desktop, random, tick = random_screen(5, (128, 128)), np.random.default_rng(0), 0
    for _ in range(12):
        x, y = 16 * random.integers(0, 4), 16 * random.integers(0, 5)
        shown = desktop.copy()
        shown[y : y + 48, x : x + 64] = random.integers(0, 255, (48, 64, 3), np.uint8)
        for screen in (desktop, shown, shown):
            writer.write(Action((20, 20)), Frame(tick, screen, (20, 20), tiny_cursors()[0]))
            tick += 1
    writer.close()
    return open_session(tmp_path / "windows")


def recorded(session: Session, cache: Path, model: NCGUIWorld) -> tuple[Table, Moments]:
    table = build_table([session], cache=cache, progress=False)
    table.name_cursors_(model.cursors)
    moments = UNCOVERER.collect(model, table, 200, 0)
    assert isinstance(moments, Moments)
    return table, moments


def test_it_learns_what_comes_back(windows: Session, tiny_model: NCGUIWorld, tmp_path: Path) -> None:
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    table, _ = recorded(windows, tmp_path, tiny_model)
    config = AloneConfig(minutes=0.2, examples=200, batch=16)
    figures = train_alone(UNCOVERER, table, table, tmp_path / "run", config, cache=tmp_path)
    assert figures["after"] < 0.7 * figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    assert not torch.equal(after.uncoverer.out.bias, tiny_model.uncoverer.out.bias)
    for name, value in tiny_model.placer.state_dict().items():
        assert torch.equal(value, after.placer.state_dict()[name])


def test_what_came_back_is_what_the_recording_shows_next(
    windows: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table, moments = recorded(windows, tmp_path, tiny_model)
    count = len(moments)
    never, none = torch.full((count,), torch.inf), torch.zeros(count, dtype=torch.bool)
    groups, _, came = _remembered(moments, moments.seen(), never, none)
    back = (groups.share(came) > 0.5).sum(1)
    closing = table.since_start[moments.ticks] % 3 == 0
    assert (back[closing] >= 1).all() and not back[~closing].any()


def test_dreams_that_began_lately_remember_nothing_older_or_what_lay_beneath(
    windows: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    _, moments = recorded(windows, tmp_path, tiny_model)
    count, began = len(moments), torch.full((len(moments),), 2.0)
    seen = moments.seen()
    forgotten, _, _ = _remembered(moments, seen, began, torch.zeros(count, dtype=torch.bool))
    beneath, _, _ = _remembered(moments, seen, began, torch.ones(count, dtype=torch.bool))
    whole, _, _ = _remembered(moments, seen, began * torch.inf, torch.zeros(count, dtype=torch.bool))
    assert forgotten.known.sum() < beneath.known.sum() < whole.known.sum()
    before = recorded_before(moments.table, moments.ticks)
    older = (before.left > 2).view(beneath.of.shape)
    assert older.any() and (forgotten.of[older] < 0).all() and (beneath.of[..., 1:][older[..., 1:]] < 0).all()
    assert (beneath.of[..., 0][older[..., 0]] >= 0).any()
