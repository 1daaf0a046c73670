"""The carrier learns from drags: their boxes are told by the pixels that move, and it finds them again."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import random_screen, tiny_cursors

from ncdesktop.actions import Action, fold
from ncdesktop.errors import SessionError
from ncdesktop.events import Button, Move
from ncdesktop.model.carrier import Carrier
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.carrier import CARRIER, boxes
from ncdesktop.training.table import Table, build_table
from ncdesktop.world import Frame

BOX = (20, 12, 70, 75)
STEPS = ((3, 2), (8, 6), (13, 12), (20, 17), (26, 22))
GRIP = (40, 25)


@pytest.fixture
def drag(tmp_path: Path) -> Table:
    """A window is dragged: five steps, its pointer ahead by a tick; then a click that changes something elsewhere."""
    ground = np.full((128, 128, 3), 60, np.uint8)
    window, (top, left, bottom, right) = random_screen(3), BOX
    ticks: list[tuple[Action, np.ndarray]] = []

    def shown(dx: int, dy: int) -> np.ndarray:
        screen = ground.copy()
        screen[top + dy : bottom + dy, left + dx : right + dx] = window[top:bottom, left:right]
        return screen

    action = Action(GRIP)
    ticks += [(action, shown(0, 0))] * 3
    action = fold(action, [Button(1, True)])
    ticks.append((action, shown(0, 0)))
    for dx, dy in STEPS:
        action = fold(action, [Move(GRIP[0] + dx, GRIP[1] + dy)])
        ticks.append((action, shown(dx, dy)))
    action = fold(action, [Button(1, False)])
    ticks += [(action, shown(*STEPS[-1]))] * 2
    writer = SessionWriter(tmp_path / "drag", size=(128, 128), source="test")
    for number, (done, ui) in enumerate(ticks):
        writer.write(done, Frame(number, ui, done.pointer, tiny_cursors()[0]))
    writer.close()
    return build_table([open_session(tmp_path / "drag")], cache=tmp_path, progress=False)


def test_the_box_is_told_by_what_moves(drag: Table) -> None:
    (found,) = boxes(drag)
    assert [tick for tick, _, _ in found] == [4, 5, 6, 7, 8]
    for (_, at, box), (dx, dy) in zip(found, ((0, 0), *STEPS), strict=False):
        assert at.tolist() == [GRIP[0] + dx, GRIP[1] + dy]
        assert box.tolist() == [BOX[0] + dy, BOX[1] + dx, BOX[2] + dy, BOX[3] + dx]


def test_it_learns_the_boxes_and_only_it_changes(drag: Table, tiny_model: NCGUIWorld, tmp_path: Path) -> None:
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    config = AloneConfig(minutes=0.15, batch=8)
    figures = train_alone(CARRIER, drag, drag, tmp_path / "run", config, cache=tmp_path)
    assert figures["after"] < 0.3 * figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    for name, value in tiny_model.backbone.state_dict().items():
        torch.testing.assert_close(after.backbone.state_dict()[name], value, atol=1e-2, rtol=1e-3)
    row, column, at, box, *_ = CARRIER.collect(after, drag, 10, 0).tensors
    odds = after.carrier.odds(row.float(), column.float(), at)
    edges = torch.stack([of.argmax(1) for of in odds], 1)
    right = edges == box[:, [0, 2, 1, 3]] - torch.tensor([0, 1, 0, 1])
    assert right.float().mean() > 0.8


def test_one_that_has_learned_nothing_is_not_sure(tiny_model: NCGUIWorld) -> None:
    carrier: Carrier = tiny_model.carrier
    features, at = torch.randn(2, 8, 8, 16), torch.tensor([[5, 5], [127, 64]])
    box, sure = carrier(features, features, at)
    assert box.shape == (2, 4) and (sure < 0.01).all()


def test_sessions_without_drags_are_refused(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    if boxes(table):
        pytest.skip("this session has drags")
    with pytest.raises(SessionError, match="no drag"):
        CARRIER.collect(tiny_model, table, 10, 0)
