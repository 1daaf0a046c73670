"""Replay: the same frames from the same start, the first difference is noticed, the user can take over."""

import pytest
from worlds import PaintWorld

from ncdesktop.actions import Action
from ncdesktop.emulator.emulator import Emulator
from ncdesktop.emulator.replay import Replay
from ncdesktop.emulator.rewind import Rewind
from ncdesktop.events import Key, Move
from ncdesktop.script import parse_script
from ncdesktop.session import frame_crc32

ACTIONS = parse_script("drag 90 70 20\ntype Hi\nwait 10", size=(128, 96)).actions


@pytest.fixture
def replayed():
    emulator = Emulator(PaintWorld())
    emulator.start(seed=2)
    checksums = [frame_crc32(emulator.tick(action).ui) for action in ACTIONS]
    said, handed = [], []
    replay = Replay(said.append, lambda: handed.append(True))
    emulator = Emulator(PaintWorld(), [replay])
    emulator.start(seed=2)
    return emulator, replay, checksums, said, handed


def test_a_replay_from_the_same_start_shows_the_recorded_frames(replayed):
    emulator, replay, checksums, said, handed = replayed
    replay.play(ACTIONS, checksums)
    while replay.active:
        emulator.feed([Move(1, 1)])  # a resting hand may tremble
    assert said == [f"replay ended, all {len(ACTIONS)} ticks as recorded"]
    assert handed == [True]


def test_the_first_difference_is_told_once(replayed):
    emulator, replay, checksums, said, _ = replayed
    checksums[7] ^= 1
    checksums[9] ^= 1
    replay.play(ACTIONS, checksums)
    while replay.active:
        emulator.feed([])
    assert said[0] == "tick 7 differs from the recording"
    assert said[1:] == [f"replay ended, 2 of {len(ACTIONS)} ticks differ, the first is 7"]


def test_the_user_takes_over_with_the_first_press(replayed):
    emulator, replay, checksums, said, handed = replayed
    replay.play(ACTIONS, checksums)
    for _ in range(5):
        emulator.feed([])
    emulator.feed([Key("a", True)])
    assert emulator.world.seen[-1].edges == (Key("a", True),)
    assert not replay.active
    assert said == [f"you lead from tick 5 of {len(ACTIONS)} on"]
    assert handed == [True]
    emulator.feed([])
    assert emulator.world.seen[-1] == Action(ACTIONS[4].pointer, ACTIONS[4].buttons)


def test_a_jump_stops_the_replay(replayed):
    emulator, replay, checksums, said, _ = replayed
    replay.play(ACTIONS, checksums)
    emulator.feed([])
    emulator.start(seed=1)
    assert not replay.active
    assert said == ["replay stopped"]


def test_a_replay_goes_on_from_where_time_was_turned_back_to(replayed):
    _, replay, checksums, said, _ = replayed
    checksums[9] ^= 1
    rewind = Rewind(seconds=60, budget_mb=10)
    emulator = Emulator(PaintWorld(), [replay, rewind])
    emulator.start(seed=2)
    replay.play(ACTIONS, checksums)
    for _ in range(15):
        emulator.feed([])
    rewind.back_to(emulator, 5)  # into the drag
    assert replay.active and replay.done == 5
    emulator.feed([])
    rewind.back_to(emulator, 0)
    for _ in range(6):  # what was lived, again, the button that goes down included
        emulator.tick(rewind.upcoming())
    assert replay.done == 6
    while replay.active:
        emulator.feed([])
    assert said == [
        "tick 9 differs from the recording",
        f"replay ended, 1 of {len(ACTIONS)} ticks differ, the first is 9",
    ]
