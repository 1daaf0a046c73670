"""A display of its own for the window's tests: Xvfb, a window manager, injected input and screenshots."""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import Xlib.display
from PIL import ImageGrab
from worlds import PaintWorld

from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake

PROGRAM = Path(__file__).with_name("show_paint.py")
ROOT = Path(__file__).parents[2]


class Display:
    """One X server; `shown` starts the window on it."""

    def __init__(self, home):
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
        self._server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as file:
            self.name = f":{file.readline().strip()}"
        self.environment = os.environ | {
            "DISPLAY": self.name,
            "SDL_AUDIODRIVER": "dummy",
            "NCDESKTOP_HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        self._manager = subprocess.Popen(["openbox"], env=self.environment, stderr=subprocess.DEVNULL)

    def xdotool(self, *words):
        command = ["xdotool", *(str(word) for word in words)]
        return subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    def picture(self):
        return np.asarray(ImageGrab.grab(xdisplay=self.name))

    def close(self):
        for process in (self._manager, self._server):
            process.terminate()
            process.wait()


class Shown:
    """A running window: its output line by line, and input at guest pixels."""

    def __init__(self, display, *words, program=(str(PROGRAM),), start_new_session=False):
        self.display = display
        self.process = subprocess.Popen(
            [sys.executable, *program, *words],
            env=display.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=start_new_session,
        )
        self.actions = []
        self.lines = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def up(self):
        """Wait until the window is there and has the focus."""
        deadline_s = time.monotonic() + 30
        command = ["xdotool", "getactivewindow", "getwindowname"]
        while True:  # until the window manager has given the window the focus
            found = subprocess.run(command, env=self.display.environment, capture_output=True, text=True)
            if found.stdout.startswith("ncdesktop"):
                self.window = self.display.xdotool("getactivewindow").strip()
                return self
            assert self.process.poll() is None, self.process.stderr.read()
            assert time.monotonic() < deadline_s, "the window did not come up"
            time.sleep(0.05)

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def title(self):
        return self.display.xdotool("getwindowname", self.window).strip()

    def place(self):
        """Return left, top, width, height of the window's inside on the display."""
        connection = Xlib.display.Display(self.display.name)
        window = connection.create_resource_object("window", int(self.window))
        inside = window.get_geometry()
        corner = window.translate_coords(connection.screen().root, 0, 0)
        connection.close()
        return -corner.x, -corner.y, inside.width, inside.height

    def point(self, x, y):
        """Move the pointer over a guest pixel of the 128x96 screen."""
        left, top, width, height = self.place()
        self.display.xdotool(
            "mousemove", left + round((x + 0.5) * width / 128), top + round((y + 0.5) * height / 96)
        )

    def picture(self):
        left, top, width, height = self.place()
        return self.display.picture()[top : top + height, left : left + width]

    def wait_for(self, condition, *, seconds=15):
        """Wait until `condition` holds for the edges of all actions so far; return those edges."""
        deadline_s = time.monotonic() + seconds
        while True:
            while not self.lines.empty():
                line = self.lines.get()
                if line.startswith("{"):
                    self.actions.append(json.loads(line))
            edges = [edge for action in self.actions for edge in action["edges"]]
            if condition(edges):
                return edges
            assert time.monotonic() < deadline_s, f"did not happen; last input seen: {edges[-8:]}"
            time.sleep(0.02)

    def wait_until(self, condition, *, seconds=15):
        deadline_s = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline_s, "did not happen"
            time.sleep(0.05)

    def loaded(self):
        """Wait until the world's screen is shown; the paint world's paper is (40, 40, 40)."""
        self.wait_until(lambda: (np.abs(self.picture()[::8, ::8].astype(int) - 40) < 2).all(2).mean() > 0.5)
        return self

    def quit(self):
        self.display.xdotool("key", "Control_R+q")

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()
        self.process.stderr.close()


@pytest.fixture(scope="session")
def display(tmp_path_factory):
    if not all(shutil.which(name) for name in ("Xvfb", "xdotool", "openbox")):
        pytest.skip("needs Xvfb, xdotool and openbox")
    display = Display(tmp_path_factory.mktemp("home"))
    yield display
    display.close()


@pytest.fixture
def show(display):
    """Return a function that starts the window; it ends with the test."""
    shown = []

    def start(*words, **options):
        shown.append(Shown(display, *words, **options))
        return shown[-1].up()

    yield start
    for window in shown:
        window.close()


@pytest.fixture
def status(tmp_path):
    """What a console shows after a tick."""
    console = Console(PaintWorld(), Intake(), home=tmp_path, say=print, rewind_seconds=0)
    console.tick()
    status = console.status
    console.close()
    return status
