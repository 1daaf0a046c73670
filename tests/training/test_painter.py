"""The painter trained alone: it learns letters and where they go, and only it changes."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import TINY_SIZE, random_screen, tiny_cursors

from ncdesktop.actions import Action, fold
from ncdesktop.cli import main
from ncdesktop.errors import SessionError
from ncdesktop.events import Key
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.checkpoint import load_checkpoint, save_checkpoint
from ncdesktop.training.painter import PAINTER
from ncdesktop.training.table import build_table
from ncdesktop.world import Frame

SHORT = AloneConfig(minutes=0.15, examples=40, batch=8)
LETTERS = "abababab"


@pytest.fixture
def typed_session(tmp_path: Path) -> Session:
    """Letters, noise of ten by six pixels each, are typed in a line; the first corner lies at (7, 5)."""
    random = np.random.default_rng(1)
    shapes = {letter: random.integers(0, 255, (10, 6, 3), np.uint8) for letter in "ab"}
    writer = SessionWriter(tmp_path / "typed", size=TINY_SIZE, source="test")
    screen, action = random_screen(2), Action((100, 50))
    for number in range(2 * len(LETTERS)):
        action = fold(action, [])
        if number % 2:
            letter, left = LETTERS[number // 2], 5 + 7 * (number // 2)
            action = fold(action, [Key(letter, True), Key(letter, False)])
            screen = screen.copy()
            screen[7:17, left : left + 6] = shapes[letter]
        writer.write(action, Frame(number, screen, action.pointer, tiny_cursors()[0]))
    writer.close()
    return open_session(tmp_path / "typed")


def test_letters_begin_where_the_screen_changes(typed_session: Session, tmp_path: Path) -> None:
    table = build_table([typed_session], cache=tmp_path, progress=False)
    bank = CellBank(table, table.cells[:0])
    batch = assemble(
        table, bank, torch.tensor([1, 2, 3]), torch.zeros(3, 2, dtype=torch.int64), crop=table.grid
    )
    assert batch.caret[[0, 2]].tolist() == [[7, 5], [7, 12]]
    assert (batch.caret[1] < 0).all(), "nothing was typed"


def test_only_the_painter_changes_and_it_learns(
    typed_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    checkpoint = tmp_path / "run" / "checkpoint.safetensors"
    both = {"model": tiny_model, "average": copy.deepcopy(tiny_model)}
    save_checkpoint(checkpoint, both, {}, {"step": 3})
    table = build_table([typed_session], cache=tmp_path, progress=False)
    figures = train_alone(PAINTER, table, table, tmp_path / "run", SHORT, cache=tmp_path)
    assert figures["after"] < 0.95 * figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    assert not torch.equal(after.generator.ink.glyphs, tiny_model.generator.ink.glyphs)
    backbone = copy.deepcopy(tiny_model.backbone.state_dict())
    assert load_checkpoint(checkpoint, both, {}) == {"step": 3}
    for kept in both.values():
        torch.testing.assert_close(
            kept.generator.ink.glyphs, after.generator.ink.glyphs, atol=1e-2, rtol=1e-3
        )
    for name, value in after.backbone.state_dict().items():
        assert torch.equal(value, backbone[name])


def test_sessions_that_leave_nothing_to_paint_are_refused(
    typed_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    table = build_table([typed_session], cache=tmp_path, progress=False)
    table.place[:] = table.place[0]
    with pytest.raises(SessionError, match="paint"):
        train_alone(PAINTER, table, None, tmp_path / "run", SHORT, cache=tmp_path)


def test_a_run_without_weights_is_one_line(
    typed_session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "train",
        "painter",
        str(typed_session.folder),
        "--out",
        str(tmp_path / "none"),
        "--cache",
        str(tmp_path),
    ]
    assert main(words) == 2
    assert str(tmp_path / "none") in capsys.readouterr().err
