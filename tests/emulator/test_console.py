"""Every command of the front panel, without a window."""

import io

import numpy as np
import pytest
from panels import live, pixels, recorded
from PIL import Image
from worlds import PaintWorld

from ncdesktop.emulator.snapshots import slot_file
from ncdesktop.errors import InputError, NCDesktopError, SessionError, StateError
from ncdesktop.events import Button, Key, Move
from ncdesktop.session import open_session


def test_while_paused_nothing_is_due_and_input_waits_for_the_step(panel):
    console = panel()
    console.command("pause")
    assert console.wait_s() is None
    console.intake.put(Move(5, 6))
    console.intake.put(Button(1, True))
    console.command("step")
    assert console.status.frame.tick == 1
    assert console.status.action.edges == (Move(5, 6),)
    console.command("step")
    assert console.status.action.edges == (Button(1, True),)
    console.command("pause")
    assert console.wait_s() == 0


def test_ticks_are_due_15_times_a_second_and_a_stall_is_not_made_up_for(panel):
    console = panel()
    clock = console._time._pace._clock
    due = []
    for _ in range(3):
        clock.now_s += console.wait_s()
        due.append(clock.now_s)
        console.tick()
    assert np.diff(due) == pytest.approx([1 / 15, 1 / 15])
    clock.now_s += 10
    live(console, 2)
    assert console.wait_s() == pytest.approx(1 / 15)
    console.command("faster")
    live(console)
    assert console.wait_s() == pytest.approx(1 / 15 + 1 / 30)
    console.command("hurry")
    assert console.wait_s() == 0
    live(console, 100)
    console.command("end hurry")
    assert 0 < console.wait_s() <= 1 / 15


def test_step_back_undoes_one_step(panel):
    console = panel()
    live(console, 20)
    before = pixels(console)
    console.command("step")
    console.command("back")
    assert console.status.frame.tick == 20
    assert np.array_equal(pixels(console), before)


def test_held_rewind_goes_back_and_leaves_a_pause_and_forward_comes_again(panel):
    console = panel()
    for x in range(10, 110):
        console.intake.put(Move(x, 50))
        if x == 20:
            console.intake.put(Button(1, True))
        if x == 80:
            console.intake.put(Button(1, False))
        live(console)
    end = pixels(console)
    console.command("rewind")
    live(console, 5)
    assert console.status.travel == -1
    console.command("end rewind")
    assert console.status.paused
    assert console.status.frame.tick < 70
    console.command("forward")
    live(console, 99 - console.status.frame.tick + 1)
    console.command("end forward")
    assert np.array_equal(pixels(console), end)


def test_after_going_back_into_a_drag_the_button_that_nobody_holds_is_let_go(panel):
    console = panel()
    for event in (Move(20, 20), Button(1, True), Key("a", True)):
        console.intake.put(event)
    live(console, 3)
    for event in (Button(1, False), Key("a", False), Move(90, 90)):
        console.intake.put(event)
    live(console)
    console.command("back")
    console.command("pause")
    live(console)
    assert console.status.action.edges == (Key("a", False), Button(1, False), Move(90, 90))


@pytest.mark.parametrize(
    ("command", "error", "words"),
    [
        ("load 7", StateError, "slot 7 is empty"),
        ("load 12", InputError, "no slot"),
        ("save 12", InputError, "no slot"),
        ("save wrong.png/a.state", StateError, "cannot write state"),
        ("open nowhere.state", InputError, "not there"),
        ("open wrong.state", StateError, "not a state"),
        ("open wrong.png", InputError, "cannot be read as a picture"),
        ("open damaged.png", InputError, "cannot be read as a picture"),
        ("open small.png", InputError, "10x10, expected 128x96"),
        ("open folder", SessionError, "not a session"),
        ("open other", SessionError, "is 64x48, this dream is 128x96"),
        ("open foreign.state", StateError, "paint-2"),
    ],
)
def test_what_cannot_be_done_is_refused_and_the_dream_goes_on(
    panel, tmp_path, monkeypatch, command, error, words
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.state").write_text("no state")
    (tmp_path / "wrong.png").write_text("no picture")
    (tmp_path / "damaged.png").write_bytes(damaged_png())
    Image.new("RGB", (10, 10)).save(tmp_path / "small.png")
    (tmp_path / "folder").mkdir()
    small, foreign = panel(PaintWorld((64, 48))), panel(PaintWorld(model="paint-2"))
    small.command("record")
    live(small, 3)
    recorded(small).rename(tmp_path / "other")
    foreign.command("save 1")
    slot_file(tmp_path, 1, model="paint-2").rename(tmp_path / "foreign.state")
    console = panel()
    live(console, 3)
    shown = pixels(console)
    with pytest.raises(NCDesktopError, match=words) as refusal:
        console.command(command)
    assert refusal.type is error
    assert np.array_equal(pixels(console), shown)
    live(console)
    assert console.status.frame.tick == 4


def damaged_png():
    """A picture whose second piece has a name that is none."""
    data = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    Image.fromarray(noise).save(data, "PNG")
    whole = bytearray(data.getvalue())
    whole[whole.index(b"IDAT", whole.index(b"IDAT") + 4)] = 0xCB
    return bytes(whole)


def test_a_dropped_recording_replays_bit_for_bit(panel, tmp_path):
    console = panel(seed=3)
    live(console, 5)
    console.command("record")
    for x in range(30):
        console.intake.put(Move(30 + x, 40))
        console.intake.put(Button(1, x % 2 == 0))
        live(console)
    session = recorded(console)
    other = panel(seed=8)
    live(other, 2)
    other.command(f"open {session / 'session.json'}")
    assert other.status.led
    live(other, 30)
    assert other.said[-1] == "replay ended, all 30 ticks as recorded"
    assert not other.status.led
    assert np.array_equal(pixels(other), pixels(console))


def test_after_stepping_back_in_a_replay_it_goes_on_until_the_user_takes_over(panel, tmp_path):
    console = panel(seed=3)
    console.command("record")
    for event in (Move(20, 20), Button(1, True), *(Move(20 + x, 30) for x in range(20)), Button(1, False)):
        console.intake.put(event)
        live(console)
    session = recorded(console)
    other = panel()
    other.command(f"open {session}")
    live(other, 15)
    for _ in range(6):  # into the drag
        other.command("back")
    assert other.status.replayed == (9, 23) and other.status.led
    other.command("step")
    other.command("pause")
    live(other, 13)
    assert other.said[-1] == "replay ended, all 23 ticks as recorded"
    assert np.array_equal(pixels(other), pixels(console))
    other.command(f"open {session}")
    live(other, 15)
    other.command("back")
    other.command("pause")
    other.intake.put(Key("a", True))
    live(other)
    assert other.said[-1] == "you lead from tick 14 of 23 on"
    live(other)
    assert Button(1, False) in other.status.action.edges


def test_a_dropped_picture_is_where_the_dream_goes_on_from(panel, tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / "a.png")
    console = panel()
    console.command(f"open {tmp_path / 'a.png'}")
    assert np.array_equal(console.status.frame.ui, picture)


def test_a_screenshot_is_what_is_seen(panel, tmp_path):
    console = panel()
    live(console, 9)
    for _ in range(2):
        console.command("screenshot")
    files = list((tmp_path / "pictures").iterdir())
    assert len(files) == 2
    assert all(np.array_equal(np.asarray(Image.open(path)), pixels(console)) for path in files)


def test_ctrl_alt_del_reaches_the_guest(panel):
    world = PaintWorld()
    console = panel(world)
    console.command("ctrl_alt_del")
    live(console, 5)
    events = [event for action in world.seen for event in action.edges]
    assert [event.name for event in events if event.down] == ["Control_L", "Alt_L", "Delete"]
    assert len(events) == 6


def test_recording_does_not_end_with_the_console_half_written(panel, tmp_path):
    console = panel()
    console.command("record")
    live(console, 20)
    console.close()
    session = next(path for path in (tmp_path / "recordings").iterdir() if path.is_dir())
    assert len(open_session(session).ticks) == 20
