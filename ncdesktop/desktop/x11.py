"""One X display: the screen without the pointer, the pointer's place and shape, and input as if by a person."""

import contextlib
import logging

import numpy as np
from Xlib import XK, X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayConnectionError, XError
from Xlib.ext import xtest

from ncdesktop.desktop.requests import Z_PIXMAP, GetCursor, SharedMemory, ShmAttach, ShmGetImage
from ncdesktop.errors import DesktopError
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.world import Cursor

__all__ = ["CONNECTION_ERRORS", "Screen", "close", "connect", "show_arrow"]

log = logging.getLogger(__name__)

CONNECTION_ERRORS = (ConnectionClosedError, DisplayConnectionError, ConnectionError, XError)
"""What a call here raises when the server has gone."""

_WHEEL_UP, _WHEEL_DOWN, _WHEEL_LEFT, _WHEEL_RIGHT = 4, 5, 6, 7
_ARROW = 68
_UNICODE_KEYSYM = 0x01000000

for _group in ("xf86", "xkb"):
    XK.load_keysym_group(_group)


def connect(name: str) -> Display:
    """Open the X display `name`; raises DesktopError if nothing answers."""
    try:
        return Display(name)
    except (DisplayConnectionError, ConnectionError, OSError) as error:
        raise DesktopError(f"no X server answers on display {name}: {error}") from error


def close(display: Display) -> None:
    """Close a connection, whether or not the server is still there."""
    with contextlib.suppress(*CONNECTION_ERRORS):
        display.close()
    display.display.socket.close()


def show_arrow(display: Display) -> None:
    """Make the pointer an arrow where no program says otherwise; a bare X server shows a cross."""
    font = display.open_font("cursor")
    black, white = (0, 0, 0), (0xFFFF, 0xFFFF, 0xFFFF)
    arrow = font.create_glyph_cursor(font, _ARROW, _ARROW + 1, black, white)
    display.screen().root.change_attributes(cursor=arrow)
    display.sync()


class Screen:
    """The root window of a display."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._root = display.screen().root
        self.size = (display.screen().width_in_pixels, display.screen().height_in_pixels)
        width, height = self.size
        self._shm_opcode = self._extension("MIT-SHM")
        self._xfixes_opcode = self._extension("XFIXES")
        self._extension("XTEST")
        display.xfixes_query_version()
        self._memory = SharedMemory(width * height * 4)
        self._segment = display.display.allocate_resource_id()
        protocol = display.display
        ShmAttach(
            display=protocol,
            opcode=self._shm_opcode,
            shmseg=self._segment,
            shmid=self._memory.number,
            read_only=0,
        )
        display.sync()
        self._memory.forget()
        self._pixels = np.ctypeslib.as_array(self._memory.buffer).reshape(height, width, 4)
        display.xtest_grab_control(True)  # menus grab the server: input has to get through
        self._keycodes: dict[str, int] = {}
        self._spare_keycodes = self._find_spare_keycodes()
        self._cursors: dict[int, Cursor] = {}

    def capture(self) -> np.ndarray:
        """Return the screen without the pointer, (H, W, 3) uint8 RGB."""
        width, height = self.size
        ShmGetImage(
            display=self._display.display, opcode=self._shm_opcode, drawable=self._root, x=0, y=0, width=width,
            height=height, plane_mask=0xFFFFFFFF, format=Z_PIXMAP, shmseg=self._segment, offset=0,
        )  # fmt: skip
        return np.ascontiguousarray(self._pixels[:, :, 2::-1])

    def pointer(self) -> tuple[int, int]:
        """Return where the pointer is."""
        at = self._root.query_pointer()
        return at.root_x, at.root_y

    def cursor(self) -> Cursor:
        """Return the pointer's shape."""
        shape = GetCursor(display=self._display.display, opcode=self._xfixes_opcode)
        if shape.serial not in self._cursors:
            self._cursors[shape.serial] = _read_cursor(shape)
        return self._cursors[shape.serial]

    def inject(self, event: Event) -> None:
        """Do what a person's hand would do. A key that no keyboard has gets a spare place on this one."""
        match event:
            case Move(x, y):
                xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
            case Button(button, down):
                xtest.fake_input(self._display, X.ButtonPress if down else X.ButtonRelease, button)
            case Wheel(dx, dy):
                turns = [_WHEEL_UP if dy > 0 else _WHEEL_DOWN] * abs(dy)
                turns += [_WHEEL_RIGHT if dx > 0 else _WHEEL_LEFT] * abs(dx)
                for button in turns:
                    xtest.fake_input(self._display, X.ButtonPress, button)
                    xtest.fake_input(self._display, X.ButtonRelease, button)
            case Key(name, down):
                if code := self._keycode(name):
                    xtest.fake_input(self._display, X.KeyPress if down else X.KeyRelease, code)
        self._display.flush()

    def close(self) -> None:
        """Let go of the screen and close the display."""
        del self._pixels
        self._memory.close()
        close(self._display)

    def _extension(self, name: str) -> int:
        found = self._display.query_extension(name)
        if found is None:
            raise DesktopError(f"the X server has no {name} extension; use Xvfb of a current X.Org")
        return found.major_opcode

    def _keycode(self, name: str) -> int:
        if name not in self._keycodes:
            keysym = _keysym(name)
            code = self._display.keysym_to_keycode(keysym) if keysym else 0
            if keysym and not code and self._spare_keycodes:
                code = self._spare_keycodes.pop()
                self._display.change_keyboard_mapping(code, [[keysym, keysym]])
                self._display.sync()
            if not code:
                log.warning("the desktop's keyboard has no key %s; it is not typed", name)
            self._keycodes[name] = code
        return self._keycodes[name]

    def _find_spare_keycodes(self) -> list[int]:
        first, last = self._display.display.info.min_keycode, self._display.display.info.max_keycode
        mapping = self._display.get_keyboard_mapping(first, last - first + 1)
        return [code for code, keysyms in enumerate(mapping, start=first) if not any(keysyms)]


def _keysym(name: str) -> int:
    if keysym := XK.string_to_keysym(name):
        return keysym
    return _UNICODE_KEYSYM + int(name[1:], 16) if name.startswith("U") and len(name) > 4 else 0


def _read_cursor(shape: GetCursor) -> Cursor:
    """Turn premultiplied ARGB words into straight RGBA bytes."""
    count = shape.width * shape.height
    words = np.frombuffer(shape.data[: count * 4], "<u4").reshape(shape.height, shape.width)
    channels = np.stack([words >> 16 & 255, words >> 8 & 255, words & 255], -1)
    alpha = (words >> 24)[..., None]
    straight = np.minimum(255, (channels * 255 + alpha // 2) // np.maximum(alpha, 1))
    image = np.concatenate([straight, alpha], -1).astype(np.uint8)
    name = bytes(shape.data[count * 4 : count * 4 + shape.name_bytes]).decode("latin-1")
    return Cursor(image, (shape.hotspot_x, shape.hotspot_y), name)
