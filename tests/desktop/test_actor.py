"""The actor: a hand that moves like a person's, and tasks that do on a real desktop what their names say."""

import itertools
import math
import random
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from ncdesktop.actions import Action, fold
from ncdesktop.desktop import tasks_windows
from ncdesktop.desktop.actor import Actor
from ncdesktop.desktop.desktop_world import DesktopWorld
from ncdesktop.desktop.hand import Hand, Ticks
from ncdesktop.desktop.packages import missing_packages
from ncdesktop.desktop.profile import PROFILES
from ncdesktop.desktop.tasks import TASKS, check_tasks
from ncdesktop.desktop.windows import Window, WindowList
from ncdesktop.errors import InputError
from ncdesktop.events import Button, Event, Key, Move
from ncdesktop.script import hasty

SIZE = (512, 384)


def hand(seed: int = 0) -> Hand:
    return Hand(SIZE, random.Random(seed), at=(10, 370))


def flat(ticks: Ticks) -> list[Event]:
    return [event for events in ticks for event in events]


@pytest.mark.parametrize("seed", range(8))
def test_a_move_arrives_slows_down_and_stays_on_the_screen(seed: int) -> None:
    mover = hand(seed)
    ticks = list(mover.move((600, 20), careful=True))
    assert mover.at == (511, 20)
    points = [(10, 370)] + [(event.x, event.y) for event in flat(iter(ticks)) if isinstance(event, Move)]
    assert points[-1] == (511, 20)
    assert all(0 <= x < 512 and 0 <= y < 384 for x, y in points)
    assert 3 <= len(ticks) <= 40
    steps = [math.dist(a, b) for a, b in itertools.pairwise(points)]
    assert max(steps) > 3 * steps[-1]


def test_far_and_small_targets_take_longer() -> None:
    def mean_ticks(distance: float, width_px: float) -> float:
        lengths = []
        for seed in range(60):
            mover = Hand(SIZE, random.Random(seed), at=(0, 0))
            lengths.append(len(list(mover.move((distance, 0), width_px=width_px))))
        return sum(lengths) / len(lengths)

    assert mean_ticks(400, 14) > mean_ticks(40, 14) > mean_ticks(40, 60)


def test_people_rest_before_some_clicks_long_enough_for_a_tooltip() -> None:
    clicker = hand()
    ticks = [len(list(clicker.click())) for _ in range(400)]
    assert 0.08 < sum(length > 8 for length in ticks) / 400 < 0.2 and sorted(ticks)[200] < 5
    assert max(len(list(clicker.click(hesitate=False))) for _ in range(100)) <= 4


@pytest.mark.parametrize("seed", range(5))
def test_typing_makes_slips_and_corrects_them(seed: int) -> None:
    text = ""
    shift = False
    for event in flat(hand(seed).type("Hello, dear World?", slips=0.5)):
        assert isinstance(event, Key)
        if event.name == "Shift_L":
            shift = event.down
        elif event.down and event.name == "BackSpace":
            text = text[:-1]
        elif event.down:
            assert shift == (event.name in ("H", "W", "question"))
            text += {"space": " ", "comma": ",", "question": "?"}.get(event.name, event.name)
    assert text == "Hello, dear World?"
    assert not shift


@pytest.mark.parametrize("seed", range(5))
def test_what_is_pressed_is_let_go(seed: int) -> None:
    mover = hand(seed)
    for ticks in (
        mover.click(),
        mover.double_click(),
        mover.drag((200, 200)),
        mover.chord("Control_L", "Alt_L", "t"),
    ):
        held: list[object] = []
        for event in flat(ticks):
            if isinstance(event, Button | Key):
                name = event.button if isinstance(event, Button) else event.name
                held.append(name) if event.down else held.remove(name)
        assert held == []


def test_haste_does_at_once_what_follows_and_loses_nothing() -> None:
    mover = hand()
    steps = [
        (events, "menu")
        for ticks in (mover.move((400, 60)), mover.click(), mover.wait(1))
        for events in ticks
    ]
    hurried = list(hasty(iter(steps), random.Random(0), 0.5))
    assert [event for events, _ in hurried for event in events] == [
        event for events, _ in steps for event in events
    ]
    busy, idle = (
        [sum(bool(events) == some for events, _ in all_) for all_ in (steps, hurried)]
        for some in (True, False)
    )
    assert busy[1] < 0.8 * busy[0] and idle[0] == idle[1]
    assert list(hasty(iter(steps), random.Random(0), 0.0)) == steps


def test_unknown_tasks_are_named() -> None:
    check_tasks(list(TASKS))
    with pytest.raises(InputError, match="no task 'dance'"):
        check_tasks(["menu", "dance"])


def test_most_of_those_who_wait_for_a_window_wander_meanwhile() -> None:
    wandered = 0
    for seed in range(60):
        windows = SimpleNamespace(windows=[])
        actor = Actor(cast(WindowList, windows), PROFILES[SIZE], random.Random(seed), at=(256, 192))
        moved = False
        for tick, events in enumerate(actor.wait_for_window(set())):
            if tick < 12:
                moved |= any(isinstance(event, Move) for event in events)
            elif not windows.windows:
                windows.windows.append(SimpleNamespace(id=7))
            assert tick < 30, "it is there"
        wandered += moved
    assert 30 < wandered < 60


@pytest.fixture(scope="module")
def desktop() -> Iterator[DesktopWorld]:
    world = DesktopWorld(SIZE)
    world.reset()
    try:
        yield world
    finally:
        world.close()


@pytest.mark.display
@pytest.mark.skipif(bool(missing_packages()), reason=f"not installed: {', '.join(missing_packages())}")
def test_tasks_do_what_their_names_say(desktop: DesktopWorld) -> None:
    actor = Actor(desktop.windows, PROFILES[SIZE], random.Random(2), at=(256, 192))
    action = Action((256, 192))

    def window() -> Window:
        return desktop.windows.windows[-1]

    def do(task: Callable[[Actor], Ticks], done: Callable[[], object]) -> None:
        nonlocal action
        for _ in range(6):
            for events in task(actor):
                action = fold(action, events)
                desktop.step(action)
                desktop.windows.refresh()
            for _ in range(10):
                if done():
                    return
                desktop.step(Action(action.pointer))
                desktop.windows.refresh()
        raise AssertionError(f"{task.__name__} did not do it")

    do(TASKS["keyboard"], lambda: desktop.windows.windows)
    before = window()
    do(TASKS["move"], lambda: (window().frame.x, window().frame.y) != (before.frame.x, before.frame.y))
    do(
        TASKS["resize"],
        lambda: window().frame.width != before.frame.width or window().frame.height != before.frame.height,
    )
    do(lambda actor: tasks_windows.close_window(actor, window()), lambda: not desktop.windows.windows)
