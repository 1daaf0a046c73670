"""What tests of the front panel share: time that they move, ticks that they live through, the picture, a recording."""

import time
from pathlib import Path


class Clock:
    """Time that passes when told to."""

    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


def pixels(console):
    return console.status.frame.pixels


def live(console, ticks=1):
    for _ in range(ticks):
        console.tick()


def recorded(console):
    """End the recording; return the folder of its session once its files are finished."""
    console.command("record")
    deadline_s = time.monotonic() + 20
    while not console.said[-1].startswith("recorded "):
        assert time.monotonic() < deadline_s, console.said
        time.sleep(0.01)
    return Path(console.said[-1].split(" to ")[1])
