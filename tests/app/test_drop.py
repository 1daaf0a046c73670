"""Files dropped on the window: the right ones do something, the wrong ones are a message."""

import numpy as np
import pygame
import pytest
from PIL import Image
from worlds import PaintWorld

from ncdesktop.app.window import Look, Window
from ncdesktop.app.worker import Worker
from ncdesktop.emulator.console import Console


@pytest.fixture
def window(monkeypatch, tmp_path):
    """A window on SDL's dummy display, over a paused paint world."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()

    def make_console(intake, say):
        console = Console(PaintWorld(), intake, home=tmp_path, say=say)
        console.command("pause")
        return console

    worker = Worker(make_console, lambda: None)
    yield Window(worker, guest=(128, 96), size=(256, 192), look=Look(), home=tmp_path)
    worker.quit()
    while not worker.ended():
        pygame.time.wait(5)
    pygame.display.quit()


def drop(window, path):
    """Drop a file, wait until it was dealt with; return what was said."""
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
