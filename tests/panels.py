"""What tests of the front panel share: time that they move, ticks that they live through, the picture."""


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
