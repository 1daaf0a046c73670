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
