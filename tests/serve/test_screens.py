"""What is sent of the screen: the cells that differ from what that viewer was last sent, and nothing else."""

import struct
import zlib
from dataclasses import replace

import numpy as np
from tiny import random_screen, tiny_cursors

from ncdesktop.serve.screens import Screens
from ncdesktop.world import Frame

ARROW, HAND = tiny_cursors()


def drawn(message, screen):
    """Draw a message over a screen (H, W, 3) as the page does; return it and the number of cells."""
    kind, count, *_ = struct.unpack("<BxHIIhhH", message[:18])
    assert kind == 1
    screen = screen.copy()
    if count:
        body = zlib.decompress(message[18:])
        places = np.frombuffer(body[: 2 * count], "<u2")
        for place, cell in zip(
            places, np.frombuffer(body[2 * count :], np.uint8).reshape(count, 16, 16, 3), strict=True
        ):
            row, column = divmod(int(place), screen.shape[1] // 16)
            screen[row * 16 : row * 16 + 16, column * 16 : column * 16 + 16] = cell
    return screen, count


def test_a_late_joiner_gets_the_whole_screen_and_then_only_what_changes():
    screens, one = Screens(), random_screen(1)
    screens.show(Frame(3, one, (5, 6), ARROW))
    shown, count = drawn(screens.message(None), np.zeros_like(one))
    assert (shown == one).all() and count == 64
    seen, two = screens.newest, one.copy()
    two[40, 40] += 1
    screens.show(Frame(4, two, (7, 6), ARROW))
    shown, count = drawn(screens.message(seen), shown)
    assert (shown == two).all() and count == 1
    seen = screens.newest
    screens.show(Frame(5, two.copy(), (8, 6), ARROW))
    assert len(screens.message(seen)) == 18
    assert struct.unpack("<BxHIIhhH", screens.message(seen)) == (1, 0, 3, 5, 8, 6, 0)


def test_a_viewer_that_missed_screens_is_taken_to_the_newest():
    screens, shown = Screens(), random_screen(1)
    screens.show(Frame(0, shown, (0, 0)))
    seen = screens.newest
    for tick in range(1, 5):
        screens.show(Frame(tick, random_screen(tick + 1), (0, 0)))
    assert (drawn(screens.message(seen), shown)[0] == random_screen(5)).all()


def test_viewers_at_the_same_screen_share_one_message():
    screens = Screens()
    screens.show(Frame(0, random_screen(1), (0, 0)))
    assert screens.message(None) is screens.message(None)


def test_each_pointer_shape_has_one_index():
    screens, screen = Screens(), random_screen(1)
    indices = []
    for tick, cursor in enumerate((ARROW, HAND, None, replace(ARROW, image=ARROW.image.copy()), HAND)):
        screens.show(Frame(tick, screen, (0, 0), cursor))
        indices.append(screens.cursor)
    assert indices == [0, 1, None, 0, 1]
    assert screens.cursor_message(1) == struct.pack("<BxHHHhh", 2, 1, 10, 10, 4, 1) + HAND.image.tobytes()
