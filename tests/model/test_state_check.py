"""Damaged states of the dream: each is refused in one line, and none leads a tick astray."""

import random
import struct
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from tiny import busy_actions

from ncdesktop.emulator.emulator import Emulator
from ncdesktop.emulator.snapshots import load_moment, read_snapshot, save_moment
from ncdesktop.errors import NCDesktopError, StateError
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.world import State


def changed(state: State, name: str, array: np.ndarray) -> State:
    return State(state.world, state.model, state.tick, state.size, {**state.arrays, name: array})


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("cursor", 999),
        ("cursor", -1),
        ("memory/keys", 1 << 40),
        ("memory/ages", -1),
        ("memory/points", np.nan),
        ("memory/features", np.inf),
        ("screen/count", 0),
        ("screen/count", 8),
        ("screen/changed_at", 6),
        ("screen/left_at", 1 << 60),
        ("screen/embedded", np.nan),
        ("screen/placed", 3),
        ("screen/boxes", 1 << 40),
        ("screen/taken", 1 << 40),
        ("screen/edges", 2),
        ("screen/across", 1 << 40),
        ("screen/down", -1),
    ],
)
def test_numbers_that_an_array_cannot_have_are_refused(
    tiny_world: NeuralWorld, name: str, number: float
) -> None:
    for action in busy_actions(5):
        tiny_world.step(action)
    state = tiny_world.get_state()
    array = state.arrays[name].copy()
    array.reshape(-1)[0] = number
    with pytest.raises(StateError, match=name):
        tiny_world.set_state(changed(state, name, array))
    tiny_world.set_state(state)


def test_every_array_must_have_its_shape_and_type(tiny_world: NeuralWorld) -> None:
    state = tiny_world.get_state()
    for name, array in state.arrays.items():
        cut = array.reshape(-1)[:-1]
        other = array.astype(np.float16)
        for damaged in (cut, other, array[None]):
            with pytest.raises(StateError, match=name):
                tiny_world.set_state(changed(state, name, damaged))


def test_a_state_of_another_size_is_refused(tiny_world: NeuralWorld) -> None:
    state = tiny_world.get_state()
    with pytest.raises(StateError, match="128"):
        tiny_world.set_state(State(state.world, state.model, state.tick, (128, 64), state.arrays))


def test_a_file_with_damaged_bytes_is_gone_on_from_or_refused(
    tiny_world: NeuralWorld, tmp_path: Path
) -> None:
    emulator, actions, path = Emulator(tiny_world), busy_actions(26), tmp_path / "a.state"
    emulator.start(seed=1)
    for action in actions[:20]:
        emulator.tick(action)
    save_moment(path, emulator.moment(), emulator.frame, time=datetime(2026, 1, 2))
    whole, dice, refused = path.read_bytes(), random.Random(0), 0
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    for number in range(100):
        damaged = bytearray(whole)
        for _ in range(dice.choice((1, 4, 40))):
            begin, end = (0, header) if number % 2 else (header, len(whole))
            damaged[dice.randrange(begin, end)] = dice.randrange(256)
        path.write_bytes(damaged)
        try:
            read_snapshot(path)
            emulator.restore(load_moment(path))
            for action in actions[20:22]:
                emulator.tick(action)
        except NCDesktopError:
            refused += 1
    assert 20 < refused < 90
