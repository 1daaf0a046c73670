"""Real beside dream in the console: one paper stands for the real desktop, another for the dream."""

import threading
import time

import numpy as np
import pytest
from PIL import Image
from worlds import PaintWorld

from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake
from ncdesktop.errors import DesktopError, StateError
from ncdesktop.events import Button, Key, Move


class Real(PaintWorld):
    """A paper with a red corner whose time cannot be turned back; takes until `gate` to start, ends at tick `last`."""

    def __init__(self, size, gate, last=None):
        super().__init__(size)
        self.gate, self.last, self.open = gate, last, False

    def reset(self, seed=None, start=None):
        assert start is None
        self.gate.wait()
        self.open = True
        super().reset(seed)
        self._paper[:16, :16] = (200, 0, 0)
        return self._frame(None)

    def step(self, action):
        if self._tick == self.last:
            raise DesktopError("the real desktop has ended (gone); start it again")
        return super().step(action)

    def set_state(self, state):
        raise StateError("the real desktop cannot go back to a state")

    def close(self):
        super().close()
        self.open = False


@pytest.fixture
def panel(tmp_path):
    """Return a function that makes a console with a real world to put beside it, and what it says and opened."""
    made = []

    def make(*, last=None, missing=False, started=True):
        said, opened, gate = [], [], threading.Event()
        if started:
            gate.set()

        def open_real(size):
            if missing:
                raise DesktopError("the real desktop needs packages that are not installed: xvfb, thunar")
            opened.append(Real(size, gate, last))
            return opened[-1]

        console = Console(PaintWorld(), Intake(), home=tmp_path, say=said.append, real=open_real)
        console.said, console.opened, console.gate = said, opened, gate
        made.append(console)
        return console

    yield make
    for console in made:
        console.gate.set()
        console.close()


def until(console, condition):
    """Let ticks pass as the worker does until `condition` holds."""
    deadline_s = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(console.wait_s() or 0)
        console.tick()


def both(console):
    console.command("beside")
    until(console, lambda: console.status.beside)
    return console


def test_both_live_through_the_same_from_the_real_screen_on(panel):
    console = both(panel())
    first = console.status.beside
    assert (first.dream.ui[:16, :16] == (200, 0, 0)).all() and first.real.ui.shape == first.dream.ui.shape
    for event in (Move(30, 40), Button(1, True), Key("a", True)):
        console.intake.put(event)
    console.tick()
    real = console.opened[0]
    assert console.status.action == real.seen[-1] and real.seen[-1].edges == (Move(30, 40),)
    console.tick()
    console.tick()
    assert [action.edges for action in real.seen[-2:]] == [(Button(1, True),), (Key("a", True),)]
    now = console.status.beside
    assert now.dream is console.status.frame and now.real.tick == len(real.seen)
    assert np.array_equal(now.differing[0, 0], (now.real.ui[:16, :16] != now.dream.ui[:16, :16]).any())


def test_the_dream_goes_on_while_the_real_desktop_starts_and_pausing_is_ended_by_it(panel):
    console = panel(started=False)
    console.command("beside")
    for _ in range(5):
        console.tick()
    assert console.status.starting and console.status.frame.tick == 5
    console.command("pause")
    console.command("slower")
    console.tick()
    assert console.status.frame.tick == 5 and console.wait_s() is not None
    console.gate.set()
    until(console, lambda: console.status.beside)
    assert not console.status.paused and console.status.speed == 1 and not console.status.starting


def test_what_a_real_desktop_cannot_do_is_refused_until_it_has_ended(panel):
    console = both(panel())
    for command in (
        "pause",
        "step",
        "back",
        "rewind",
        "hurry",
        "slower",
        "reboot",
        "load 1",
        "undo",
        "open x",
    ):
        with pytest.raises(StateError, match="neither be stopped nor turned back"):
            console.command(command)
    console.command("end rewind")
    console.command("save 1")
    assert not console.status.paused
    console.command("beside")
    assert console.status.beside is None
    console.command("pause")
    assert console.status.paused


def test_ending_it_closes_it_and_undo_leads_back_before_it(panel):
    console = panel()
    for _ in range(4):
        console.tick()
    before = console.status.frame
    both(console)
    console.command("beside")
    console.command("undo")
    assert np.array_equal(console.status.frame.ui, before.ui) and console.status.frame.tick >= before.tick
    console.close()
    assert not console.opened[0].open


def test_one_that_cannot_start_is_said_and_can_be_tried_again(panel):
    console = panel(missing=True)
    for count in (1, 2):
        console.command("beside")
        until(console, lambda: not console.status.starting)
        assert sum("xvfb, thunar" in line for line in console.said) == count
    assert console.status.beside is None


def test_the_dream_outlives_a_real_desktop_that_ends(panel):
    console = both(panel(last=3))
    until(console, lambda: console.status.beside is None)
    assert "the real desktop has ended (gone)" in console.said[-1]
    console.tick()
    console.close()
    assert not console.opened[0].open


def test_one_that_is_ended_while_it_starts_does_not_stay(panel):
    console = panel(started=False)
    console.command("beside")
    console.command("beside")
    assert not console.status.starting
    console.gate.set()
    console.close()
    assert not any(real.open for real in console.opened)


def test_a_screenshot_shows_both(panel, tmp_path):
    console = both(panel())
    console.command("screenshot")
    with Image.open(next((tmp_path / "pictures").glob("*.png"))) as picture:
        assert picture.size == (128 + 16 + 128, 96)


def test_without_a_way_to_open_one_it_is_refused(tmp_path):
    console = Console(PaintWorld(), Intake(), home=tmp_path, say=print)
    with pytest.raises(StateError, match="ncdesktop run"):
        console.command("beside")
    console.close()
