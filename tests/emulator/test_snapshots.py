"""Moments on disk: bit-identical going on, thumbnails, refusals, and files that survive kill -9."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from worlds import PaintWorld

from ncdesktop.emulator.emulator import Emulator, Moment
from ncdesktop.emulator.snapshots import load_moment, read_slot, read_snapshot, save_moment
from ncdesktop.errors import StateError
from ncdesktop.script import parse_script

SCRIPT = (
    "move 20 20\ndrag 100 80 60\nclick 3\nmove 40 60 20\ntype The quick brown fox jumps over it\nwait 300"
)
NOON = datetime(2026, 1, 2, 12)


def run(emulator, actions):
    return [emulator.tick(action).pixels for action in actions]


@pytest.mark.parametrize("middle", [30, 75, 130])  # in the drag, after the right click, in the word
def test_replaying_from_a_saved_moment_gives_identical_frames_for_300_ticks(tmp_path, middle):
    actions = parse_script(SCRIPT, size=(128, 96)).actions
    emulator = Emulator(PaintWorld())
    emulator.start(seed=5)
    run(emulator, actions[:middle])
    save_moment(tmp_path / "a.state", emulator.moment(), emulator.frame, time=NOON)
    hand = emulator.action, emulator.keys
    frames = run(emulator, actions[middle : middle + 300])
    assert len(frames) == 300
    for other in (emulator, Emulator(PaintWorld())):
        other.start(seed=99)
        restored = other.restore(load_moment(tmp_path / "a.state"))
        assert restored.tick == middle
        assert (other.action, other.keys) == hand
        assert all(
            np.array_equal(a, b)
            for a, b in zip(run(other, actions[middle : middle + 300]), frames, strict=True)
        )


def test_a_thumbnail_is_read_from_the_header_alone(tmp_path):
    emulator = Emulator(PaintWorld())
    frame = emulator.start()
    save_moment(tmp_path / "a.state", emulator.moment(), frame, time=NOON)
    whole = (tmp_path / "a.state").read_bytes()
    (tmp_path / "head.state").write_bytes(whole[: len(whole) // 2])
    snapshot = read_snapshot(tmp_path / "head.state")
    assert np.array_equal(snapshot.picture, frame.pixels)
    assert (snapshot.tick, snapshot.time, snapshot.model) == (0, "2026-01-02T12:00:00", "paint-1")


def test_a_slot_tells_why_it_cannot_be_loaded(tmp_path):
    emulator = Emulator(PaintWorld())
    frame = emulator.start()
    path = tmp_path / "a.state"
    assert read_slot(path) is None
    save_moment(path, emulator.moment(), frame, time=NOON)
    assert read_slot(path).fault("paint-1") == ""
    assert read_slot(path).fault("paint-2") == "other weights"
    whole = path.read_bytes()
    for damaged in (b"", b"nothing of ours", whole[:200], whole[: len(whole) // 2], whole[:-1], whole + b"x"):
        path.write_bytes(damaged)
        assert read_slot(path).fault("paint-1") == "damaged"


def test_a_state_of_another_model_is_refused_with_the_reason_and_the_world_goes_on(tmp_path):
    emulator = Emulator(PaintWorld(model="paint-2"))
    frame = emulator.start()
    save_moment(tmp_path / "a.state", emulator.moment(), frame, time=NOON)
    other = Emulator(PaintWorld())
    frame = other.start(seed=1)
    with pytest.raises(StateError, match="belongs to paint paint-2, not to paint paint-1"):
        other.restore(load_moment(tmp_path / "a.state"))
    assert other.frame is frame
    assert other.feed([]).tick == 1


@pytest.mark.parametrize("keep", [0, 7, 300, 0.5, 0.99])
def test_a_truncated_file_is_refused(tmp_path, keep):
    emulator = Emulator(PaintWorld())
    emulator.start()
    path = tmp_path / "a.state"
    save_moment(path, emulator.moment(), emulator.frame, time=NOON)
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data)) if isinstance(keep, float) else keep])
    with pytest.raises(StateError, match=r"a\.state"):
        load_moment(path)


def test_a_moment_without_a_hand_has_the_pointer_of_its_frame(tmp_path):
    emulator = Emulator(PaintWorld())
    emulator.start()
    run(emulator, parse_script("move 11 12", size=(128, 96)).actions)
    other = Emulator(PaintWorld())
    other.start()
    other.restore(Moment(emulator.moment().state))
    assert other.action.pointer == (11, 12)


def test_kill_9_while_saving_leaves_the_old_or_the_new_file_whole(tmp_path):
    program = f"""
import sys
sys.path[:0] = {[str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]}
from datetime import datetime
from pathlib import Path
from worlds import PaintWorld
from ncdesktop.emulator.emulator import Emulator
from ncdesktop.emulator.snapshots import save_moment
emulator = Emulator(PaintWorld((1024, 768)))
emulator.start()
print("ready", flush=True)
while True:
    emulator.feed([])
    for slot in (1, 2):
        save_moment(Path({str(tmp_path)!r}) / f"slot-{{slot}}.state", emulator.moment(), emulator.frame, time=datetime.now())
"""
    ticks = []
    for wait_s in (0.25, 0.4):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(wait_s)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        ticks += [load_moment(tmp_path / f"slot-{slot}.state").state.tick for slot in (1, 2)]
    assert all(tick >= 1 for tick in ticks)
