"""Every command of the front panel, without a window."""

import numpy as np
import pytest
from panels import live, pixels
from PIL import Image
from worlds import PaintWorld

from ncdesktop.emulator.intake import Intake
from ncdesktop.emulator.snapshots import AUTOSAVE, slot_file
from ncdesktop.errors import InputError, NCDesktopError, SessionError, StateError
from ncdesktop.events import Button, Key, Move, Wheel
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
    assert slot_file(tmp_path, AUTOSAVE).exists()
    panel(autosave=True).close()
    other = panel()
    other.moments.resume()
    assert np.array_equal(pixels(other), kept)
    assert other.status.frame.tick == 12


@pytest.mark.parametrize(
    ("command", "error", "words"),
    [
        ("load 7", StateError, "slot 7 is empty"),
        ("load 12", InputError, "no slot"),
        ("open nowhere.state", InputError, "not there"),
        ("open wrong.state", StateError, "not a state"),
        ("open wrong.png", InputError, "cannot be read as a picture"),
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
    Image.new("RGB", (10, 10)).save(tmp_path / "small.png")
    (tmp_path / "folder").mkdir()
    small, foreign = panel(PaintWorld((64, 48))), panel(PaintWorld(model="paint-2"))
    small.command("record")
    live(small, 3)
    small.command("record")
    next(path for path in (tmp_path / "recordings").iterdir() if path.is_dir()).rename(tmp_path / "other")
    foreign.command("save 1")
    slot_file(tmp_path, 1).rename(tmp_path / "foreign.state")
    console = panel()
    live(console, 3)
    shown = pixels(console)
    with pytest.raises(NCDesktopError, match=words) as refusal:
        console.command(command)
    assert refusal.type is error
    assert np.array_equal(pixels(console), shown)
    live(console)
    assert console.status.frame.tick == 4


def test_a_dropped_recording_replays_bit_for_bit(panel, tmp_path):
    console = panel(seed=3)
    live(console, 5)
    console.command("record")
    for x in range(30):
        console.intake.put(Move(30 + x, 40))
        console.intake.put(Button(1, x % 2 == 0))
        live(console)
    console.command("record")
    session = next(path for path in (tmp_path / "recordings").iterdir() if path.is_dir())
    other = panel(seed=8)
    live(other, 2)
    other.command(f"open {session / 'session.json'}")
    assert other.status.led
    live(other, 30)
    assert other.said[-1] == "replay ended, all 30 ticks as recorded"
    assert not other.status.led
    assert np.array_equal(pixels(other), pixels(console))


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


def test_a_storm_of_10000_events_loses_nothing(panel):
    random = np.random.default_rng(0)
    world = PaintWorld()
    console = panel(world)
    sent, held = [], set()
    for number in range(10_000):
        match random.integers(4):
            case 0:
                event = Move(int(random.integers(128)), int(random.integers(96)))
            case 1:
                button = int(random.integers(1, 4))
                event = Button(button, button not in held)
                held ^= {button}
            case 2:
                event = Wheel(0, int(random.choice([-1, 1])))
            case _:
                name = "abcdef"[random.integers(6)]
                event = Key(name, name not in held)
                held ^= {name}
        console.intake.put(event)
        sent.append(event)
        if number % 97 == 0:
            live(console)
    live(console, 5)
    assert [event for action in world.seen for event in action.edges] == sent


def test_repeats_and_lone_ups_are_no_input_and_release_all_leaves_nothing_held():
    intake = Intake()
    for event in (
        Key("a", False),
        Key("a", True),
        Key("a", True),
        Button(1, True),
        Button(1, True),
        Button(3, False),
    ):
        intake.put(event)
    assert taken(intake, 2) == [(Key("a", True),), (Button(1, True),)]
    intake.release_all(0)
    assert taken(intake, 2) == [(Key("a", False),), (Button(1, False),)]
    intake.put(Key("a", False))
    assert intake.take() == ()


def test_one_thing_happens_in_a_tick():
    intake = Intake()
    events = (
        Move(3, 4), Move(5, 6), Button(1, True), Button(1, False), Wheel(0, 1), Wheel(0, 1),
    )  # fmt: skip
    for event in events:
        intake.put(event)
    assert taken(intake, 3) == [(Move(3, 4), Move(5, 6)), (Button(1, True),), (Button(1, False),)]
    for event in (Key("Shift_L", True), Key("A", True), Key("b", True), Key("A", False)):
        intake.put(event)
    assert taken(intake, 4) == [  # what came first waits no longer
        (Wheel(0, 1), Wheel(0, 1)),
        (Key("Shift_L", True), Key("A", True)),
        (Key("b", True),),
        (Key("A", False),),
    ]


def test_what_waits_while_time_jumps_leaves_nothing_held():
    intake = Intake()
    for down in (True, False, True, False):  # of these the world has seen the first
        intake.put(Key("a", down))
    assert intake.take() == (Key("a", True),)
    intake.settle([Key("a", False)])
    assert taken(intake, 3) == [(Key("a", False),), (Key("a", True),), (Key("a", False),)]


def test_nothing_waits_longer_than_four_ticks():
    intake = Intake()
    events = tuple(Wheel(0, turn) for turn in range(1, 20))
    for event in events:
        intake.put(event)
    assert [len(some) for some in taken(intake, 6)] == [1, 1, 1, 16, 0, 0]


def taken(intake, ticks):
    return [intake.take() for _ in range(ticks)]


def test_recording_does_not_end_with_the_console_half_written(panel, tmp_path):
    console = panel()
    console.command("record")
    live(console, 20)
    console.close()
    session = next(path for path in (tmp_path / "recordings").iterdir() if path.is_dir())
    assert len(open_session(session).ticks) == 20
