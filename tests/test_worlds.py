"""Frames, states on disk, and a session read back as a world."""

from pathlib import Path

import numpy as np
import pytest
from tiny import random_screen

from ncdesktop.actions import Action
from ncdesktop.errors import InputError, StateError
from ncdesktop.recorded_world import RecordedWorld
from ncdesktop.session import Session
from ncdesktop.state_file import load_state, read_header, save_state
from ncdesktop.world import Cursor, Frame, State, changed_cells

REST = Action((0, 0))


def test_cursor_is_blended_at_its_hotspot_and_cut_at_borders() -> None:
    image = np.zeros((4, 4, 4), np.uint8)
    image[..., 0], image[..., 3] = 255, 128
    ui = np.full((32, 32, 3), 100, np.uint8)
    pixels = Frame(0, ui, (10, 10), Cursor(image, (1, 2))).pixels
    assert pixels[8, 9].tolist() == [178, 50, 50] and pixels[8, 8].tolist() == [100, 100, 100]
    assert (np.argwhere((pixels != 100).any(-1)).min(0) == (8, 9)).all()
    corner = Frame(0, ui, (0, 31), Cursor(image, (1, 2))).pixels
    assert (corner != 100).any(-1).sum() == 3 * 3
    assert (Frame(0, ui, (400, 9), Cursor(image, (1, 2))).pixels == 100).all()
    assert (ui == 100).all()


def test_changed_cells_are_those_with_any_byte_changed() -> None:
    before = random_screen(1)
    after = before.copy()
    after[17, 33, 2] += 1
    assert np.argwhere(changed_cells(before, after)).tolist() == [[1, 2]]


def test_recorded_world_shows_what_was_recorded_and_stays_at_the_end(small_session: Session) -> None:
    world = RecordedWorld(small_session)
    frames = [world.reset()] + [world.step(REST) for _ in range(len(small_session.ticks) + 3)]
    recorded = list(small_session.frames())
    for frame, ui in zip(frames, recorded + [recorded[-1]] * 4, strict=True):
        assert np.array_equal(frame.ui, ui)
    assert world.ended and frames[12].pointer == small_session.ticks[12].action.pointer


def test_recorded_world_goes_back_to_a_state(small_session: Session) -> None:
    world = RecordedWorld(small_session)
    world.reset()
    for _ in range(9):
        world.step(REST)
    state, expected = world.get_state(), world.step(REST)
    for _ in range(8):
        world.step(REST)
    assert world.set_state(state).tick == 9
    assert np.array_equal(world.step(REST).ui, expected.ui)
    with pytest.raises(StateError):
        world.set_state(State("neural", "x", 3, world.size, {}))
    with pytest.raises(InputError):
        world.reset(start=random_screen(0))


def some_state() -> State:
    arrays = {
        "a": np.arange(12, dtype=np.float32).reshape(3, 4),
        "b": np.array(7),
        "c": np.zeros((0, 2), np.uint8),
    }
    return State("neural", "abcd", 42, (128, 64), arrays)


@pytest.mark.parametrize("tick", [-1, 30])
def test_recorded_world_refuses_a_state_of_a_tick_that_it_lacks(small_session: Session, tick: int) -> None:
    world = RecordedWorld(small_session)
    world.reset()
    state = world.get_state()
    with pytest.raises(StateError, match=f"of tick {tick}, session small-session has 30"):
        world.set_state(State(state.world, state.model, tick, state.size, state.arrays))


def test_state_file_survives(tmp_path: Path) -> None:
    state = some_state()
    save_state(tmp_path / "a.state", state, extra={"name": "mine"})
    read = load_state(tmp_path / "a.state")
    assert (read.world, read.model, read.tick, read.size) == (
        state.world,
        state.model,
        state.tick,
        state.size,
    )
    for name, array in state.arrays.items():
        assert read.arrays[name].dtype == array.dtype and np.array_equal(read.arrays[name], array)
    assert read_header(tmp_path / "a.state")["name"] == "mine"


@pytest.mark.parametrize("length", [0, 4, 60, 300, -1])
def test_truncated_state_is_refused(length: int, tmp_path: Path) -> None:
    path = tmp_path / "a.state"
    save_state(path, some_state())
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(StateError, match=r"a\.state"):
        load_state(path)


def test_foreign_and_later_states_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.state"
    path.write_bytes(b"PNG and more" * 100)
    with pytest.raises(StateError, match="not a state"):
        load_state(path)
    save_state(path, some_state())
    path.write_bytes(path.read_bytes().replace(b'"version":"1"', b'"version":"7"'))
    with pytest.raises(StateError, match="version 7"):
        load_state(path)
    with pytest.raises(StateError, match="cannot read"):
        load_state(tmp_path / "none.state")


def test_state_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.write_text("a file where a folder is needed")
    with pytest.raises(StateError, match="cannot write"):
        save_state(folder / "a.state", some_state())
    assert folder.read_text().startswith("a file")
