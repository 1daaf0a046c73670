"""What the window does with pygame's events, on SDL's dummy display: drops, a storm of input, input while loading."""

import threading

import numpy as np
import pygame
import pytest
from PIL import Image
from worlds import PaintWorld

from ncdesktop.app.window import Look, Window
from ncdesktop.emulator.console import Console
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


def test_a_wrong_file_is_a_message_and_never_a_crash(window, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing of ours")
    assert "is not a state" in drop(window, tmp_path / "notes.txt")
    assert "not there" in drop(window, tmp_path / "gone.state")
    assert "not a session" in drop(window, tmp_path)
    assert not window.worker.ended()


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
                yield pygame.Event(pygame.MOUSEMOTION, pos=(x * 2, 50)), Move(x, 25)
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
    taken = [event for _ in range(5) for event in window.worker.intake.take()]
    assert taken == list(expected)


def test_input_while_the_world_loads_does_not_reach_it(window):
    window._handle(pygame.Event(pygame.MOUSEBUTTONDOWN, pos=(10, 10), button=1))
    assert window.worker.intake.take() == ()
