"""Batches: labels name the choices that give the true pixels; pixels are found again by their hash."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import tiny_cursors

from ncdesktop.actions import Action, fold, new_memory
from ncdesktop.events import Button, Move
from ncdesktop.model.choices import Choice
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.turn import Turn, tick_inputs
from ncdesktop.model.view import whole
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.reveal import reveal_
from ncdesktop.training.table import Table, build_table
from ncdesktop.world import Frame


@pytest.fixture
def drag_table(tmp_path: Path) -> Table:
    """A noisy square is dragged by a cell to the right, a light goes on and off, a new colour appears."""
    random = np.random.default_rng(0)
    plain = np.full((64, 128, 3), 40, np.uint8)
    square = random.integers(0, 255, (16, 16, 3), np.uint8)
    start, moved, lit = plain.copy(), plain.copy(), plain.copy()
    start[16:32, 16:32] = square
    moved[16:32, 32:48] = square
    lit[16:32, 32:48] = square
    lit[48:64, 0:16] = (250, 250, 0)
    new = lit.copy()
    new[48:64, 112:128] = (0, 250, 0)
    rest = Action((20, 20))
    press = fold(rest, [Button(1, True)])
    drag = fold(press, [Move(36, 20)])
    release = fold(drag, [Button(1, False)])
    ticks = [
        (rest, start),
        (press, start),
        (drag, moved),
        (release, lit),
        (release, moved),
        (release, lit),
        (release, new),
    ]
    writer = SessionWriter(tmp_path / "drag", size=(128, 64), source="test")
    for number, (action, ui) in enumerate(ticks):
        writer.write(action, Frame(number, ui, action.pointer, tiny_cursors()[0]))
    writer.close()
    return build_table([open_session(tmp_path / "drag")], cache=tmp_path, progress=False)


def labels(table: Table, tick: int, words: list[int] | None = None) -> dict[tuple[int, int], set[int]]:
    bank = CellBank(table, table.cells[torch.tensor(words or [], dtype=torch.int64)])
    batch = assemble(table, bank, torch.tensor([tick]), torch.zeros(1, 2, dtype=torch.int64), crop=table.grid)
    found: dict[tuple[int, int], set[int]] = {}
    for _, row, column, choice in torch.nonzero(batch.label).tolist():
        found.setdefault((row, column), set()).add(choice)
    assert {tuple(place) for place in torch.nonzero(batch.changed[0]).tolist()} == set(found)
    return found


def test_dragged_content_and_the_paper_it_uncovers_are_shifts(drag_table: Table) -> None:
    assert labels(drag_table, 2) == {(1, 2): {Choice.SHIFT}, (1, 1): {Choice.SHIFT}}


def test_light_going_off_comes_from_the_stack(drag_table: Table) -> None:
    assert labels(drag_table, 4) == {(3, 0): {Choice.EARLIER}}
    assert labels(drag_table, 5) == {(3, 0): {Choice.EARLIER}}


def test_new_content_is_a_word_if_the_vocabulary_has_it_and_painted_if_not(drag_table: Table) -> None:
    assert labels(drag_table, 6) == {(3, 7): {Choice.GENERATE}}
    new = int(drag_table.entry[drag_table.place[6, 3 * 8 + 7].long(), 0])
    assert labels(drag_table, 6, [new]) == {(3, 7): {Choice.DICTIONARY}}


def test_crop_shows_the_same_as_the_whole_screen(drag_table: Table) -> None:
    bank = CellBank(drag_table, drag_table.cells[:0])
    ticks = torch.tensor([6])
    whole = assemble(drag_table, bank, ticks, torch.tensor([[0, 0]]), crop=(4, 8))
    part = assemble(drag_table, bank, ticks, torch.tensor([[1, 4]]), crop=(3, 4))
    assert torch.equal(whole.changed[:, 1:, 4:], part.changed)
    assert torch.equal(whole.new[:, 1:, 4:], part.new)
    assert torch.equal(whole.inputs.fovea, part.inputs.fovea)
    # the maps of the crop are those of the whole: cells know where on the screen they are
    for batch in (whole, part):
        batch.inputs.embedded = torch.zeros(*batch.changed.shape, 7, 1)
    torch.testing.assert_close(whole.inputs.maps()[:, 1:, 4:], part.inputs.maps())


def test_bank_finds_known_pixels_and_keeps_new_ones(drag_table: Table) -> None:
    unseen, new = torch.full((2, 1, 16, 16, 3), 77, dtype=torch.uint8)
    new = new + 1
    bank = CellBank(
        drag_table, torch.cat([unseen, drag_table.cells[:1]])
    )  # a word that the table lacks, and its first cell
    known = drag_table.cells[torch.tensor([2, 0])]
    ids = bank.identify(torch.cat([known, new]))
    last = len(drag_table.cells)
    assert ids.tolist() == [2, 0, last]
    assert torch.equal(bank.take(ids), torch.cat([known, new]))
    assert bank.word(ids).tolist() == [-1, 1, -1]
    assert bank.word(torch.tensor([last - 1])).tolist() == [-1]


def test_training_sees_what_a_world_that_followed_the_session_sees(
    small_session: Session, tiny_world: NeuralWorld, tmp_path: Path
) -> None:
    """Whatever a tick's inputs hold, the table and the live state must agree on it: else a dream sees the unknown."""
    table = build_table([small_session], cache=tmp_path, progress=False)
    bank = CellBank(table, tiny_world.model.vocabulary)
    frames = small_session.frames()
    tiny_world.reset(start=next(frames))
    tiny_world._memory = new_memory(small_session.ticks[0].action.pointer)
    tiny_world.follow(small_session.ticks[0].action, tiny_world._screen.screen.numpy().copy())
    presses = 0
    for tick, ui in enumerate(frames, start=1):
        action, state = small_session.ticks[tick].action, tiny_world.get_state()
        tiny_world._advance(action)
        memory, screen = tiny_world._memory, tiny_world._screen
        turn = Turn(screen, memory, whole(screen), tick + 1, 0, tiny_world._generator)
        live = tick_inputs([turn])
        presses += int(memory.ages[0] == 0)
        if (
            presses
        ):  # before any, the live state keeps the middle of the screen, the table where the session began
            origin = torch.zeros(1, 2, dtype=torch.int64)
            seen = assemble(table, bank, torch.tensor([tick]), origin, crop=table.grid).embed(
                tiny_world.model
            )
            for name in ("embedded", "empty", "age", "left", "points", "fovea", "keys", "ages"):
                torch.testing.assert_close(
                    getattr(seen, name), getattr(live, name), check_dtype=False, msg=f"{name} at tick {tick}"
                )
        tiny_world.set_state(state)
        tiny_world.follow(action, ui)
    assert presses > 3


def test_what_is_revealed_in_training_is_what_the_recording_shows(drag_table: Table) -> None:
    bank = CellBank(drag_table, drag_table.cells[:0])
    ticks, generator = torch.tensor([5] * 64), torch.Generator().manual_seed(0)
    batch = assemble(drag_table, bank, ticks, torch.zeros(64, 2, dtype=torch.int64), crop=drag_table.grid)
    reveal_(batch, generator)
    known = batch.inputs.revealed
    light = (
        slice(None),
        3,
        0,
    )  # goes on again in this tick: it went off in the last, after it had come in the one before
    told = known.choices[light][:, Choice.EARLIER] > 0
    assert 0 < int(told.sum()) < 64
    assert known.choices.flatten(1).any(1).tolist() == told.tolist()
    assert (known.cells[light][told] == 1).all() and batch.told[light].equal(told)
    newest = known.left[light][:, 0]
    assert (newest[told] == 1).all() and not known.left[~told].any() and not known.changed[~told].any()
    # the square's cells changed in the drag, two ticks before the light
    torch.testing.assert_close(
        known.changed[told][:, 1, 2, 0], torch.full((int(told.sum()),), 2.0 / 2).neg().exp()
    )
