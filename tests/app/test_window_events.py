"""What the window does with pygame's events, on SDL's dummy display: drops, a storm of input, input while loading."""

import threading
from pathlib import Path

import numpy as np
import pygame
import pytest
from PIL import Image
from worlds import PaintWorld

from ncdesktop.app.window import Look, Window
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.hotkeys import ACTING
from ncdesktop.emulator.snapshots import slot_file
from ncdesktop.emulator.worker import Worker
from ncdesktop.events import Button, Key, Move


@pytest.fixture
def window(monkeypatch, tmp_path):
    """A window over a paused paint world, which loads when its `gate` is opened."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    gate = threading.Event()

    def make_console(intake, say):
        gate.wait()
        console = Console(PaintWorld(), intake, home=tmp_path, say=say)
        console.command("pause")
        return console

    worker = Worker(make_console, lambda: None)
    window = Window(worker, guest=(128, 96), size=(256, 192), look=Look(), home=tmp_path)
    window.gate = gate
    yield window
    gate.set()
    worker.quit()
    while not worker.ended():
        pygame.time.wait(5)
    pygame.display.quit()


def drop(window, path):
    """Drop a file, wait until it was dealt with; return what was said."""
    window.gate.set()
    pygame.event.clear()
    pygame.event.post(pygame.Event(pygame.DROPFILE, file=str(path)))
    window._handle(pygame.event.poll())
    return window.worker.messages.get(timeout=10)


def test_a_dropped_picture_starts_the_dream_from_it(window, tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / "a.png")
    assert drop(window, tmp_path / "a.png") == "started from a.png"


def at_tick(window, tick):
    """Wait until the world is at a tick; return its status then."""
    while window.worker.status is None or window.worker.status.frame.tick != tick:
        pygame.time.wait(5)
    return window.worker.status


def test_a_dropped_state_is_where_the_dream_goes_on(window, tmp_path):
    window.gate.set()
    for command in ("step", f"save {tmp_path / 'a.state'}", "step", "step"):
        window.worker.command(command)
    assert window.worker.messages.get(timeout=10) == f"saved {tmp_path / 'a.state'}"
    at_tick(window, 3)
    assert drop(window, tmp_path / "a.state") == "loaded a.state"
    at_tick(window, 1)


def test_a_dropped_session_is_replayed(window, tmp_path):
    window.gate.set()
    for command in ("record", "step", "step", "step", "record"):
        window.worker.command(command)
    assert window.worker.messages.get(timeout=10) == "recording"
    told, folder = window.worker.messages.get(timeout=10).split(" to ")
    assert told == "recorded 3 ticks"
    lived = at_tick(window, 3).frame.ui
    window.worker.command("step")
    for dropped in (Path(folder), Path(folder) / "session.json"):
        pygame.event.post(pygame.Event(pygame.DROPFILE, file=str(dropped)))
        window._handle(pygame.event.get(pygame.DROPFILE)[0])
        assert at_tick(window, 0).replayed == (0, 3)
        for _ in range(3):
            window.worker.command("step")
        assert window.worker.messages.get(timeout=10) == "replay ended, all 3 ticks as recorded"
        assert np.array_equal(at_tick(window, 3).frame.ui, lived)


def test_a_wrong_file_is_a_message_and_never_a_crash(window, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing of ours")
    assert "is not a state" in drop(window, tmp_path / "notes.txt")
    assert "not there" in drop(window, tmp_path / "gone.state")
    assert "not a session" in drop(window, tmp_path)
    assert not window.worker.ended()


def test_who_only_looks_on_can_neither_act_nor_make_the_dream_another(window, tmp_path):
    window.gate.set()
    window.look.view_only = True
    window.worker.command("step")
    window.worker.command("save 1")
    assert window.worker.messages.get(timeout=10) == "saved to slot 1"
    for command in sorted(ACTING):
        window._command(command)
        assert "only be looked at" in window._toasts.lines[-1]
    window._handle(pygame.Event(pygame.DROPFILE, file=str(slot_file(tmp_path, 1, model="paint-1"))))
    window.worker.command("step")
    while window.worker.status.frame.tick < 2:
        pygame.time.wait(5)
    assert window.worker.messages.empty()
    assert window.worker.status.action.edges == ()
    assert {command.split()[0] for command in ACTING} == {
        "reboot", "load", "undo", "tour", "beside", "ctrl_alt_del",
    }  # fmt: skip


def key(number, down):
    """The event of letter key `number` going down or up."""
    kind = pygame.KEYDOWN if down else pygame.KEYUP
    letter = chr(ord("a") + number)
    return pygame.Event(
        kind, key=pygame.K_a + number, unicode=letter, mod=0, scancode=pygame.KSCAN_A + number
    )


def storm(count):
    """Yield events of a wild user and what the world must see of each."""
    for number in range(count):
        match number % 5:
            case 0 | 1:
                down = number % 5 == 0
                yield key(number // 5 % 26, down), Key(chr(ord("a") + number // 5 % 26), down)
            case 2:
                x = number // 5 % 128
                yield pygame.Event(pygame.MOUSEMOTION, pos=(x * 2, 50), buttons=(0, 0, 0)), Move(x, 25)
            case _:
                down = number % 5 == 3
                kind = pygame.MOUSEBUTTONDOWN if down else pygame.MOUSEBUTTONUP
                yield pygame.Event(kind, pos=(number // 5 % 128 * 2, 50), button=1), Button(1, down)


def test_a_storm_of_10000_events_reaches_the_world_whole_and_in_order(window):
    window.gate.set()
    while window.worker.status is None:
        pygame.time.wait(5)
    pygame.event.clear()
    events, expected = zip(*storm(10_000), strict=True)
    for start in range(0, 10_000, 1000):
        for event in events[start : start + 1000]:
            pygame.event.post(event)
        while (event := pygame.event.poll()).type != pygame.NOEVENT:
            window._handle(event)
    taken = [event for _ in range(10_000) for event in window.worker.intake.take()]  # a key at a time
    assert taken == list(expected)


@pytest.mark.parametrize(("code", "letter", "name"), [(0x436, "ж", "U0436"), (0, "é", "eacute")])
def test_letters_of_every_alphabet_reach_the_world(window, code, letter, name):
    window.gate.set()
    while window.worker.status is None:
        pygame.time.wait(5)
    for kind, typed in ((pygame.KEYDOWN, letter), (pygame.KEYUP, "")):
        window._handle(pygame.Event(kind, key=code, unicode=typed, mod=0, scancode=pygame.KSCAN_GRAVE))
    taken = [event for _ in range(2) for event in window.worker.intake.take()]
    assert [(event.name, event.down) for event in taken] == [(name, True), (name, False)]


def test_input_while_the_world_loads_does_not_reach_it(window):
    window._handle(pygame.Event(pygame.MOUSEBUTTONDOWN, pos=(10, 10), button=1))
    assert window.worker.intake.take() == ()
