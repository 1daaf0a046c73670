"""Slots, named files, undo and resume, without a window."""

from pathlib import Path

import numpy as np
import pytest
from panels import live, pixels
from worlds import PaintWorld

from ncdesktop.emulator.snapshots import AUTOSAVE, load_moment, read_snapshot, slot_file
from ncdesktop.errors import InputError, StateError


def test_slots_keep_nine_moments_and_loading_can_be_undone(panel):
    console = panel()
    shots = {}
    for slot in range(1, 10):
        live(console, 7)
        console.command(f"save {slot}")
        shots[slot] = pixels(console)
    live(console, 7)
    last = pixels(console)
    for slot in (3, 9, 1):
        console.command(f"load {slot}")
        assert np.array_equal(pixels(console), shots[slot])
        assert console.status.slot == slot
    for expected in (shots[9], shots[3], last):
        console.command("undo")
        assert np.array_equal(pixels(console), expected)
    console.command("undo")
    assert console.said[-1] == "nothing to undo"


def test_named_files_keep_moments_and_are_never_overwritten(panel, tmp_path):
    console = panel()
    shots = {}
    for command in ("save", "save", f"save {tmp_path / 'a day' / 'mine.state'}"):
        live(console, 7)
        console.command(command)
        path = Path(console.said[-1].removeprefix("saved "))
        shots[path] = pixels(console)
        snapshot = read_snapshot(path)
        assert (snapshot.tick, snapshot.model, snapshot.whole) == (7 * len(shots), "paint-1", True)
        assert np.array_equal(snapshot.picture, pixels(console))
    assert console.status.slot is None
    assert [path.parent for path in shots] == [tmp_path / "states" / "paint-1"] * 2 + [tmp_path / "a day"]
    for path, shot in shots.items():
        console.command(f"open {path}")
        assert np.array_equal(pixels(console), shot)
        with pytest.raises(InputError, match="exists already"):
            console.command(f"save {path}")


def test_reboot_can_be_undone(panel):
    console = panel(seed=4)
    first = pixels(console)
    live(console, 30)
    before = pixels(console)
    console.command("reboot")
    assert np.array_equal(pixels(console), first)
    console.command("undo")
    assert np.array_equal(pixels(console), before)


def test_quitting_keeps_the_moment_for_resume(panel, tmp_path):
    console = panel(autosave=True)
    live(console, 12)
    kept = pixels(console)
    console.close()
    assert slot_file(tmp_path, AUTOSAVE, model="paint-1").exists()
    panel(autosave=True).close()
    other = panel()
    other.moments.resume()
    assert np.array_equal(pixels(other), kept)
    assert other.status.frame.tick == 12


def test_models_keep_their_moments_apart(panel, tmp_path):
    for model, ticks in (("paint-1", 5), ("paint-2", 9)):
        console = panel(PaintWorld(model=model), autosave=True)
        live(console, ticks)
        console.command("save 1")
        console.close()
    for model, ticks in (("paint-1", 5), ("paint-2", 9)):
        console = panel(PaintWorld(model=model))
        console.moments.resume()
        assert console.status.frame.tick == ticks
        console.command("reboot")
        console.command("load 1")
        assert console.status.frame.tick == ticks


def test_slots_of_the_time_when_models_shared_them_are_still_found_and_kept(panel, tmp_path):
    console = panel()
    live(console, 3)
    for slot in (AUTOSAVE, 1):
        console.moments.save(tmp_path / "states" / f"slot-{slot}.state")
    live(console, 4)
    console.command("load 1")
    assert console.status.frame.tick == 3
    console.moments.resume()
    assert console.status.frame.tick == 3
    live(console)
    console.command("save 1")
    console.command("load 1")
    assert console.status.frame.tick == 4
    assert load_moment(tmp_path / "states" / "slot-1.state").state.tick == 3
    other = panel(PaintWorld(model="paint-2"))
    with pytest.raises(StateError, match="belongs to paint paint-1"):
        other.moments.resume()
