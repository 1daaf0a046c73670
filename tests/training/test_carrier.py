"""The carrier learns from windows that were resized where they stretch."""

from pathlib import Path

import pytest
import torch
from resized import BOTTOM, CORNER, LEFT, RIGHT, SEAM_X, SEAM_Y, TOP, resized
from tiny import make_tiny_model

from ncdesktop.errors import SessionError
from ncdesktop.model.carrier import seam_odds
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.session import Session
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.carrier import CARRIER
from ncdesktop.training.table import build_table


def test_it_learns_the_seams_and_only_it_changes(tmp_path: Path) -> None:
    model = make_tiny_model()
    model.cursors = (CORNER, model.cursors[1])
    model.save_pretrained(tmp_path / "run" / "weights")
    table = resized(tmp_path, [(4, 3), (10, 8), (20, 13)])
    figures = train_alone(
        CARRIER, table, table, tmp_path / "run", AloneConfig(minutes=0.15, batch=8), cache=tmp_path
    )
    assert figures["after"] < 0.5 * figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    for name, value in model.backbone.state_dict().items():
        torch.testing.assert_close(after.backbone.state_dict()[name], value, atol=1e-2, rtol=1e-3)
    row, last_column, across, column, last_row, down = CARRIER.collect(after, table, 10, 0).tensors
    assert (across.argmax(1) == SEAM_X // 16 - 1).all() and (down.argmax(1) == SEAM_Y // 16 - 1).all()
    assert last_column.unique().tolist() == [(RIGHT - 1) // 16] and last_row.unique().tolist() == [
        (BOTTOM - 1) // 16
    ]
    with torch.no_grad():
        assert (
            seam_odds(after.carrier.across, row.float(), last_column).argmax(1) == across.argmax(1)
        ).float().mean() > 0.8
        assert (
            seam_odds(after.carrier.down, column.float(), last_row).argmax(1) == down.argmax(1)
        ).float().mean() > 0.8
        cells = torch.zeros(2, 8, 8, 16)
        of_rows, of_columns = after.carrier(*cells, torch.tensor([TOP, LEFT, BOTTOM, RIGHT]))
    assert of_rows.shape == (BOTTOM - TOP,) and 0 <= int(of_columns) <= BOTTOM - TOP


def test_sessions_without_resizes_are_refused(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    with pytest.raises(SessionError, match="no window that is resized"):
        CARRIER.collect(tiny_model, table, 10, 0)
