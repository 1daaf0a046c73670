"""What becomes of events: all reach the world, in order, one thing a tick."""

import numpy as np
from panels import live
from worlds import PaintWorld

from ncdesktop.emulator.intake import Intake
from ncdesktop.events import Button, Key, Move, Wheel


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
    while sum(len(action.edges) for action in world.seen) < len(sent):
        live(console)
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
    assert taken(intake, 2) == [(Wheel(0, 1), Wheel(0, 1)), ()]  # what came first waits no longer


def test_one_key_is_struck_in_a_tick():
    intake = Intake()
    strokes = [
        (Key("Shift_L", True), Key("A", True)),
        (Key("A", False), Key("Shift_L", False), Key("b", True)),
        (Key("c", True), Key("b", False)),
        (Key("c", False), Key("Control_L", True), Key("c", True)),
        (Key("c", False), Key("Control_L", False)),
    ]
    for event in (event for stroke in strokes for event in stroke):
        intake.put(event)
    assert taken(intake, 6) == [*strokes, ()]


def test_a_line_typed_in_an_instant_is_struck_key_by_key_and_what_follows_waits_for_it():
    intake = Intake()
    for character in "abcdefgh" * 4:
        intake.put(Key(character, True))
        intake.put(Key(character, False))
    intake.put(Move(3, 4))
    *ticks, last, after = taken(intake, 35)
    pressed = [[event.name for event in tick if event.down] for tick in ticks]
    assert pressed == [[character] for character in "abcdefgh" * 4] + [[]]
    assert (last, after) == ((Move(3, 4),), ())


def test_keys_wait_no_longer_than_ten_seconds():
    intake = Intake()
    for number in range(400):
        intake.put(Key("ab"[number // 2 % 2], number % 2 == 0))
    assert [len(some) for some in taken(intake, 151)] == [1, *[2] * 148, 103, 0]


def test_what_waits_while_time_jumps_leaves_nothing_held():
    intake = Intake()
    for down in (True, False, True, False):  # of these the world has seen the first
        intake.put(Key("a", down))
    assert intake.take() == (Key("a", True),)
    intake.settle([Key("a", False)])
    assert taken(intake, 3) == [(Key("a", False), Key("a", True)), (Key("a", False),), ()]


def test_nothing_waits_longer_than_four_ticks():
    intake = Intake()
    events = tuple(Wheel(0, turn) for turn in range(1, 20))
    for event in events:
        intake.put(event)
    assert [len(some) for some in taken(intake, 6)] == [1, 1, 1, 16, 0, 0]


def taken(intake, ticks):
    return [intake.take() for _ in range(ticks)]
