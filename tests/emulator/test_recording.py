"""Recording: what was seen is what is read back, jumps begin a new session, and kill -9 costs a second at most."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest
from worlds import PaintWorld

from ncdesktop.emulator.emulator import Emulator
from ncdesktop.emulator.recording import Recording
from ncdesktop.emulator.tape import START_FILE
from ncdesktop.script import parse_script
from ncdesktop.session import frame_crc32, open_session
from ncdesktop.state_file import load_state

ACTIONS = parse_script("drag 90 70 20\ntype Hi\nwait 10", size=(128, 96)).actions


@pytest.fixture
def recorded(tmp_path):
    said = []
    recording = Recording(said.append)
    emulator = Emulator(PaintWorld(), [recording])
    emulator.start(seed=2)
    emulator.feed([])
    recording.begin(emulator, tmp_path / "take")
    return emulator, recording, said, tmp_path / "take"


def test_a_recording_holds_every_tick_and_replays_bit_for_bit_from_its_start_state(recorded):
    emulator, recording, said, folder = recorded
    frames = [emulator.tick(action) for action in ACTIONS]
    recording.close()
    session = open_session(folder)
    assert session.actions == list(ACTIONS)
    for tick, ui in enumerate(session.frames()):
        assert np.array_equal(session.frame(tick, ui).pixels, frames[tick].pixels)
    assert said == [f"recorded {len(ACTIONS)} ticks to {folder}"]
    emulator.start(start=load_state(folder / START_FILE))
    assert all(
        np.array_equal(emulator.tick(action).ui, frame.ui)
        for action, frame in zip(session.actions, frames, strict=True)
    )


def test_the_film_has_a_picture_for_every_tick(recorded):
    emulator, recording, _, folder = recorded
    frames = [emulator.tick(action) for action in ACTIONS]
    recording.close()
    with av.open(folder.with_name("take.mp4")) as film:
        pictures = [picture.to_ndarray(format="rgb24") for picture in film.decode(video=0)]
    assert len(pictures) == len(frames)
    assert np.abs(pictures[-1].astype(int) - frames[-1].pixels).mean() < 8


def test_a_jump_in_time_begins_the_next_session(recorded):
    emulator, recording, _, folder = recorded
    for action in ACTIONS[:10]:
        emulator.tick(action)
    emulator.start(seed=9)
    emulator.start(seed=8)
    emulator.tick(ACTIONS[0])
    recording.close()
    assert len(open_session(folder).ticks) == 10
    assert len(open_session(folder.with_name("take-2")).ticks) == 1
    assert not folder.with_name("take-3").exists()


def test_a_recording_of_nothing_leaves_nothing(recorded):
    _, recording, said, folder = recorded
    recording.end()
    assert said == ["nothing was recorded"]
    assert not folder.exists()


def test_the_dream_does_not_wait_for_the_files_of_a_recording_that_ends(recorded):
    emulator, recording, said, folder = recorded
    emulator.tick(ACTIONS[0])
    while not (folder / "actions.jsonl").exists():
        time.sleep(0.01)
    (writer,) = multiprocessing.active_children()
    os.kill(writer.pid, signal.SIGSTOP)
    recording.end()
    assert not recording.active
    recording.begin(emulator, folder.with_name("next"))
    emulator.tick(ACTIONS[1])
    assert said == []
    os.kill(writer.pid, signal.SIGCONT)
    recording.close()
    assert sorted(said) == [f"recorded 1 ticks to {folder.with_name(name)}" for name in ("next", "take")]
    assert open_session(folder).actions == [ACTIONS[0]]


def test_a_place_that_cannot_be_written_ends_the_recording_with_a_line_and_the_dream_goes_on(recorded):
    emulator, recording, said, folder = recorded
    folder.write_text("in the way")
    deadline_s = time.monotonic() + 10
    while recording.active and time.monotonic() < deadline_s:
        emulator.feed([])
        time.sleep(0.01)
    assert not recording.active
    assert said[0].startswith("recording ended: ")
    assert emulator.feed([]).tick > 2


@pytest.mark.parametrize("size", ["4k", "16k", "28k", "44k", "100k"])
def test_a_full_disk_ends_the_recording_with_a_line_and_leaves_what_can_be_read(recorded, size, capfd):
    emulator, recording, said, folder = recorded
    small = folder.parent / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        recording.begin(emulator, small / "take")
        deadline_s = time.monotonic() + 20
        while recording.active and time.monotonic() < deadline_s:
            for action in ACTIONS:
                emulator.tick(action)
            time.sleep(0.01)
        assert not recording.active
        assert "No space left" in said[0]
        assert capfd.readouterr().err == ""
        if (small / "take").exists():
            assert open_session(small / "take").ticks
        assert not list(small.glob(".*"))
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_film_whose_writer_is_killed_plays_up_to_the_last_two_seconds(tmp_path):
    program = f"""
import os, signal, sys
sys.path[:0] = {[str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]}
from pathlib import Path
from worlds import PaintWorld
from ncdesktop.emulator.capture import Film
from ncdesktop.script import parse_script
world, film = PaintWorld((128, 96)), Film(Path({str(tmp_path / "take.mp4")!r}), size=(128, 96))
world.reset()
for action in parse_script("drag 90 70 20\\ntype Hi\\nwait 100", size=(128, 96)).actions[:90]:
    film.write(world.step(action).pixels)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    (part,) = tmp_path.glob(".take.*.part.mp4")
    with av.open(part) as film:
        assert sum(1 for _ in film.decode(video=0)) >= 90 - 30


def test_kill_9_leaves_a_session_and_a_film_readable_up_to_the_last_second(tmp_path):
    program = f"""
import sys, time
sys.path[:0] = {[str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]}
from pathlib import Path
from worlds import PaintWorld
from ncdesktop.emulator.emulator import Emulator
from ncdesktop.emulator.recording import Recording
recording = Recording(print)
emulator = Emulator(PaintWorld((128, 96)), [recording])
emulator.start()
recording.begin(emulator, Path({str(tmp_path / "take")!r}))
while True:
    print(emulator.feed([]).tick, flush=True)
    time.sleep(1 / 60)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if int(line) == 100:
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline_s = time.monotonic() + 20
    while (
        not (tmp_path / "take.mp4").exists() and time.monotonic() < deadline_s
    ):  # it finishes without the dream
        time.sleep(0.05)
    session = open_session(tmp_path / "take")
    assert len(session.ticks) >= 100 - 30
    assert sum(1 for _ in session.frames()) == len(session.ticks)
    shutil.rmtree(tmp_path / "take")


def test_a_recording_whose_process_is_killed_ends_with_a_line_and_can_be_read(recorded):
    emulator, recording, said, folder = recorded
    for action in ACTIONS:
        emulator.tick(action)
    deadline_s = time.monotonic() + 20
    lines = folder / "actions.jsonl"
    while not (lines.exists() and lines.read_text()) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    (writer,) = multiprocessing.active_children()
    os.kill(writer.pid, signal.SIGKILL)
    while recording.active and time.monotonic() < deadline_s:
        emulator.feed([])
        time.sleep(0.01)
    assert said == ["recording ended: its process was stopped (-9)"]
    assert not recording.active
    session = open_session(folder)
    assert session.actions == list(ACTIONS[: len(session.ticks)])
    assert [frame_crc32(ui) for ui in session.frames()] == [tick.crc32 for tick in session.ticks]
