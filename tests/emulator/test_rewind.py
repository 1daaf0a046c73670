"""Rewinding is exact: every frame gone back to is the frame that was, whatever was going on."""

import numpy as np
import pytest
from worlds import PaintWorld

from ncdesktop.emulator.delta import difference, patch
from ncdesktop.emulator.emulator import Emulator
from ncdesktop.emulator.rewind import KEYFRAME_TICKS, Rewind
from ncdesktop.script import parse_script
from ncdesktop.world import State

SIZE = (128, 96)
BUSY = "move 20 20\ndrag 100 80 40\nclick 3\ntype Hello, World\nwheel -5\nmove 5 5\ndrag 60 60\nwait 30\n" * 3


def lived(ticks=300, **limits):
    """Return an emulator with `ticks` behind it, its rewind, and all its frames by position."""
    rewind = Rewind(**({"seconds": 100, "budget_mb": 100} | limits))
    emulator = Emulator(PaintWorld(), [rewind])
    frames = [emulator.start(seed=3)]
    for action in parse_script(BUSY, size=SIZE).actions[:ticks]:
        frames.append(emulator.tick(action))
    assert len(frames) == ticks + 1
    return emulator, rewind, frames


def same(a, b):
    return a.tick == b.tick and np.array_equal(a.pixels, b.pixels) and a.pointer == b.pointer


def test_rewind_restores_the_frame_of_every_tick():
    emulator, rewind, frames = lived()
    for position in range(299, -1, -1):
        assert same(rewind.back_to(emulator, position), frames[position])
    assert rewind.back_to(emulator, -1) is None


def test_going_forward_again_lives_the_same_frames():
    emulator, rewind, frames = lived()
    rewind.back_to(emulator, 101)
    for position in range(102, 301):
        assert same(emulator.tick(rewind.upcoming()), frames[position])
    assert rewind.upcoming() is None


def test_forward_and_back_can_alternate():
    emulator, rewind, frames = lived(120)
    for target in (60, 90, 17, 118, 0, 64):
        while rewind.position < target:
            emulator.tick(rewind.upcoming())
        if rewind.position > target:
            rewind.back_to(emulator, target)
        assert same(emulator.frame, frames[target])


def test_what_the_user_does_after_going_back_replaces_the_future():
    emulator, rewind, _ = lived(100)
    rewind.back_to(emulator, 50)
    emulator.feed([])
    assert rewind.upcoming() is None
    assert rewind.position == 51


def test_keyframes_replay_nothing():
    emulator, rewind, frames = lived(20)
    world = emulator.world
    world.seen.clear()
    positions = []
    while rewind.back_to_keyframe(emulator) is not None:
        positions.append(rewind.position)
        assert same(emulator.frame, frames[rewind.position])
    assert positions == [2 * KEYFRAME_TICKS, KEYFRAME_TICKS, 0]
    assert world.seen == []


def test_the_hand_comes_back_too():
    emulator, rewind, _ = lived(300)
    actions = parse_script(BUSY, size=SIZE).actions
    middle_of_drag = next(tick for tick, action in enumerate(actions) if action.buttons == 1) + 10
    rewind.back_to(emulator, middle_of_drag)
    assert emulator.action.buttons == 1
    shift = next(tick for tick, action in enumerate(actions) if "Shift_L" in str(action.edges))
    rewind.back_to(emulator, shift + 1)
    assert "Shift_L" in emulator.keys or shift + 1 > middle_of_drag


def test_memory_stays_within_seconds_and_megabytes():
    _, rewind, _ = lived(300, seconds=4)
    assert 60 - KEYFRAME_TICKS <= rewind.position - rewind.oldest <= 60
    emulator, rewind, frames = lived(300, budget_mb=0.006)
    assert rewind.size_bytes <= 6_000 + 1_000  # the youngest may have come on top
    assert 0 < rewind.position - rewind.oldest < 300
    oldest = rewind.oldest
    assert same(rewind.back_to(emulator, 0), frames[oldest])


def test_a_jump_begins_a_new_past():
    emulator, rewind, _ = lived(50)
    emulator.start(seed=4)
    assert (rewind.position, rewind.oldest) == (0, 0)
    assert rewind.back_to(emulator, -5) is None


@pytest.mark.parametrize("shape", [(64,), (1000, 3), (5,), (0,), ()])
def test_a_delta_turns_one_state_into_the_other(shape):
    random = np.random.default_rng(0)
    old = {
        "a": random.integers(0, 256, shape, np.uint8),
        "b": np.float32(random.normal(size=(7, 9))),
        "same": np.arange(99),
    }
    new = {name: array.copy() for name, array in old.items()}
    if new["a"].size:
        new["a"].reshape(-1)[::50] += 1
    new["b"][3] = 5
    new["grown"] = np.arange(3)
    source, target = (State("paint", "m", tick, SIZE, arrays) for tick, arrays in ((1, old), (2, new)))
    kept = {name: array.copy() for name, array in old.items()}
    result = patch(source, difference(source, target))
    assert result.tick == 2
    assert all(np.array_equal(result.arrays[name], array) for name, array in new.items())
    assert all(np.array_equal(source.arrays[name], array) for name, array in kept.items())
