"""Dreams that began lately: what they have forgotten, and that the right answers change with it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import tiny_cursors

from ncdesktop.actions import LONG_AGO, Action, fold
from ncdesktop.events import Button
from ncdesktop.model.choices import Choice
from ncdesktop.model.inputs import AGE_LIMIT
from ncdesktop.session import SessionWriter, open_session
from ncdesktop.training.batches import Batch, CellBank, assemble
from ncdesktop.training.beginnings import forget_
from ncdesktop.training.table import build_table
from ncdesktop.world import Frame

COPIES, AGAIN = 200, 70
CLICKED, CAME = 3, 5


@pytest.fixture
def lights(tmp_path: Path) -> Batch:
    """After a click a light comes on and goes off; sixty-four ticks later, the tick of the batch, it comes on again."""
    plain = np.full((64, 128, 3), 40, np.uint8)
    lit = plain.copy()
    lit[48:64, 0:16] = (250, 250, 0)
    rest = Action((20, 20))
    press = fold(rest, [Button(1, True)])
    release = fold(press, [Button(1, False)])
    writer = SessionWriter(tmp_path / "lights", size=(128, 64), source="test")
    for tick in range(AGAIN + 1):
        action = {CLICKED: press, CLICKED + 1: release}.get(tick, rest)
        shown = lit if tick in (CAME, AGAIN) else plain
        writer.write(action, Frame(tick, shown, action.pointer, tiny_cursors()[0]))
    writer.close()
    table = build_table([open_session(tmp_path / "lights")], cache=tmp_path, progress=False)
    bank = CellBank(table, table.cells[:0])
    ticks, origins = torch.full((COPIES,), AGAIN), torch.zeros(COPIES, 2, dtype=torch.int64)
    return assemble(table, bank, ticks, origins, crop=table.grid)


def test_what_came_before_the_beginning_is_forgotten_or_has_come_at_once(lights: Batch) -> None:
    assert (lights.inputs.ages[:, 0] == AGAIN - CLICKED).all()
    forget_(lights, torch.Generator().manual_seed(0), share=1.0)
    light = lights.inputs.age[:, 3, 0]
    remembered, unknown = light == AGAIN - CAME - 1, light == AGE_LIMIT
    at_once = ~remembered & ~unknown
    assert min(int(some.sum()) for some in (remembered, unknown, at_once)) > COPIES // 10
    assert (light[at_once] >= 4).all() and (light[at_once] < AGAIN - CAME - 1).all()

    label, empty = lights.label[:, 3, 0], lights.inputs.empty[:, 3, 0, 0]
    assert label[~unknown][:, Choice.EARLIER].all() and not empty[~unknown].any()
    assert label[unknown].long().argmax(1).unique().tolist() == [Choice.GENERATE] and empty[unknown].all()
    assert (label.sum(1) == 1).all()
    assert (lights.before[unknown][:, 3, 0, 1:] == -1).all()
    assert (lights.ids[unknown][:, 3, 0, 1:] == len(lights.cells)).all()
    assert (lights.inputs.left[at_once][:, 3, 0, 0] == light[at_once]).all()

    clicked = lights.inputs.ages[:, 0]
    assert (clicked[remembered] == AGAIN - CLICKED).sum() > 0
    assert (clicked[~remembered] == LONG_AGO).all()
    assert (lights.inputs.points[~remembered][:, 2] == torch.tensor([64.0, 32.0])).all()


def test_nothing_is_forgotten_by_the_others(lights: Batch) -> None:
    before = lights.inputs.age.clone(), lights.label.clone(), lights.ids.clone()
    forget_(lights, torch.Generator().manual_seed(0), share=0.0)
    assert all(map(torch.equal, before, (lights.inputs.age, lights.label, lights.ids)))
    assert (lights.inputs.ages[:, 0] == AGAIN - CLICKED).all()
