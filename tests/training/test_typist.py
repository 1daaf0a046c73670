"""The typist learned from recordings: letters come whole and at the caret, and nothing is written where there is none."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import TINY_SIZE, all_may_change, tiny_cursors

from ncdesktop.actions import Action, fold
from ncdesktop.errors import SessionError
from ncdesktop.events import Key
from ncdesktop.model import writing
from ncdesktop.model.choices import Choice
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.typist import Typist, TypistConfig
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.table import build_table
from ncdesktop.training.typist import TYPIST
from ncdesktop.world import Frame

LINES, LETTERS, TOP, LEFT = 4, 12, 9, 11
LEARNING = AloneConfig(minutes=0.7, batch=32)


def page(typed: int) -> np.ndarray:
    """So many letters in lines, bars and crosses in turn, and a caret behind them."""
    shown = np.full((TINY_SIZE[1], TINY_SIZE[0], 3), 255, np.uint8)
    for number in range(typed + 1):
        line, column = divmod(number, LETTERS)
        y, x = TOP + 16 * line, LEFT + 7 * column
        letter = shown[y : y + 10, x : x + 6]
        if number == typed:
            letter[:, :1] = (200, 0, 0)
        elif number % 2:
            letter[:, 2:4] = letter[4:6] = 0
        else:
            letter[:, 1:5] = (0, 0, 150)
    return shown


@pytest.fixture
def typed_session(tmp_path: Path) -> Session:
    writer = SessionWriter(tmp_path / "typed", size=TINY_SIZE, source="test")
    action = Action((100, 110))
    writer.write(action, Frame(0, page(0), action.pointer, tiny_cursors()[0]))
    for typed in range(1, LINES * LETTERS):
        key = "b" if (typed - 1) % 2 else "a"
        action = fold(fold(action, []), [Key(key, True), Key(key, False)])
        writer.write(action, Frame(typed, page(typed), action.pointer, tiny_cursors()[0]))
    writer.close()
    return open_session(tmp_path / "typed")


def test_what_it_has_learned_is_written_in_a_dream_and_nothing_without_a_caret(
    typed_session: Session, tiny_model: NCGUIWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_SEARCHED", 64)  # the looks know no likelier cells
    torch.manual_seed(0)
    tiny_model.typist = Typist(TypistConfig(paint=32))
    all_may_change(tiny_model)
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    table = build_table([typed_session], cache=tmp_path, progress=False)
    figures = train_alone(TYPIST, table, table, tmp_path / "run", LEARNING, cache=tmp_path)
    assert figures["after"] < 0.2 * figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    for name, value in tiny_model.backbone.state_dict().items():
        assert torch.equal(value, after.backbone.state_dict()[name])
    world = NeuralWorld(after, model_hash="learned")
    after.selector.blend.copy_(torch.tensor([-4.0, 0.0, 0.0]))  # the looks let nothing happen
    begun = fold(Action((100, 110)), [])
    for typed in (3, 16):
        world.reset(0, page(typed))
        key = "b" if typed % 2 else "a"
        frame = world.step(fold(begun, [Key(key, True), Key(key, False)]))
        assert frame.insight is not None
        assert (frame.insight.choice == Choice.GENERATE).sum() in (1, 2, 3, 4)
        assert np.abs(frame.ui.astype(int) - page(typed + 1)).mean((0, 1)).max() < 0.5
        assert np.abs(frame.ui.astype(int) - page(typed)).mean((0, 1)).max() > 0.5
    world.reset(0, page(5))
    held = fold(begun, [Key("Control_L", True)])
    world.step(held)
    frame = world.step(fold(held, [Key("b", True), Key("b", False)]))
    assert (frame.ui == page(5)).all(), "a command, not a letter"
    without = page(5)
    without[without[..., 0] == 200] = 255
    world.reset(0, without)
    frame = world.step(fold(begun, [Key("b", True), Key("b", False)]))
    assert (frame.ui == without).all()


def test_a_first_letter_is_found_beside_the_title_that_it_changes_and_rare_keys_are_drawn_more_often(
    tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    writer = SessionWriter(tmp_path / "titled", size=TINY_SIZE, source="test")
    action = Action((100, 110))
    writer.write(action, Frame(0, page(0), action.pointer, tiny_cursors()[0]))
    for typed in range(1, LETTERS):
        key = [Key("Shift_L", True), Key("A", True)] if typed == 1 else [Key("b", True)]
        shown = page(typed)
        shown[100:112, 10:90] = 90  # from the first letter on, far below
        action = fold(fold(action, []), key)
        writer.write(action, Frame(typed, shown, action.pointer, tiny_cursors()[0]))
    writer.close()
    table = build_table([open_session(tmp_path / "titled")], cache=tmp_path, progress=False)
    ticks, _, boxes, written = TYPIST.collect(tiny_model, table, 2000, 0).tensors
    assert written.all()
    assert boxes[ticks == 1, :2].unique(dim=0).tolist() == [[TOP, LEFT]]
    assert 0.2 < (ticks == 1).float().mean() < 0.4  # one in eleven


def test_sessions_in_which_nothing_is_typed_are_refused(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    table = build_table([small_session], cache=tmp_path, progress=False)
    table.keys[:] = 0
    with pytest.raises(SessionError, match="typed"):
        train_alone(TYPIST, table, None, tmp_path / "run", LEARNING, cache=tmp_path)
