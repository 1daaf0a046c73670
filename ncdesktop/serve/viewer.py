"""One browser: what it still has to be told, and never more than it can take."""

import asyncio
from collections import deque
from contextlib import suppress

from aiohttp import web

from ncdesktop.emulator.hostkey import HostKey
from ncdesktop.emulator.hotkeys import COMMANDS
from ncdesktop.serve.keyboard import Keyboard
from ncdesktop.serve.messages import Refused
from ncdesktop.serve.screens import Screen, Screens

__all__ = ["Viewer"]

MOST_UNSHOWN = 8
"""Screens on their way that the page has not drawn yet; a viewer that is further behind gets none until it has."""
_MOST_LINES = 32


class Viewer:
    """A socket, the hands at its other end, and what was sent.

    number: tells it from the others; probing: it shows the probe; sent_bytes: in all
    """

    def __init__(self, number: int, socket: web.WebSocketResponse, screens: Screens, *, host: str) -> None:
        """host: keysym name of the host key."""
        self.number = number
        self.keyboard = Keyboard()
        self.hostkey = HostKey(host, COMMANDS)
        self.probing = False
        self.sent_bytes = 0
        self._socket = socket
        self._screens = screens
        self._news = asyncio.Event()
        self._lines: deque[str] = deque(maxlen=_MOST_LINES)
        self._standing: dict[str, str] = {}
        self._told: dict[str, str] = {}
        self._screen: Screen | None = None
        self._unshown: deque[int] = deque()
        self._cursors: set[int] = set()

    def tell(self, line: str) -> None:
        """Have a line sent that matters by itself; of too many the oldest are dropped."""
        self._lines.append(line)
        self._news.set()

    def tell_newest(self, kind: str, line: str) -> None:
        """Have a line sent that replaces the one of its kind before, sent or not."""
        self._standing[kind] = line
        self._news.set()

    def look(self) -> None:
        """There may be a newer screen."""
        self._news.set()

    def shown(self, number: int) -> None:
        """The page has drawn this screen; raises Refused if it was not sent or drawn before."""
        if number not in self._unshown:
            raise Refused(f"screen {number} is none of those on their way")
        while self._unshown and self._unshown[0] <= number:
            self._unshown.popleft()
        self._news.set()

    async def send(self) -> None:
        """Send what there is to tell, the newest of each, until cancelled or the viewer is gone."""
        with suppress(ConnectionError):
            while True:
                await self._news.wait()
                self._news.clear()
                while self._lines:
                    await self._text(self._lines.popleft())
                if len(self._unshown) < MOST_UNSHOWN:
                    await self._send_standing()
                    await self._send_screen()

    async def close(self, words: str) -> None:
        """End the connection with the reason."""
        await self._socket.close(code=1001, message=words.encode())

    async def _send_standing(self) -> None:
        for kind in list(self._standing):
            line = self._standing.pop(kind)
            if line != self._told.get(kind):
                self._told[kind] = line
                await self._text(line)

    async def _send_screen(self) -> None:
        newest = self._screens.newest
        if newest is None or newest is self._screen:
            return
        cursor, message = self._screens.cursor, self._screens.message(self._screen)
        self._screen = newest
        self._unshown.append(newest.number)
        if cursor is not None and cursor not in self._cursors:
            self._cursors.add(cursor)
            await self._bytes(self._screens.cursor_message(cursor))
        await self._bytes(message)

    async def _text(self, line: str) -> None:
        self.sent_bytes += len(line)
        await self._socket.send_str(line)

    async def _bytes(self, message: bytes) -> None:
        self.sent_bytes += len(message)
        await self._socket.send_bytes(message)
