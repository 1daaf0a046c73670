"""A real server over the small paint world in a thread of its own, and viewers without a browser."""

import asyncio
import threading
import time

from aiohttp import ClientSession, WSMsgType
from worlds import PaintWorld

from ncdesktop.emulator.console import Console
from ncdesktop.serve.server import Server

TOKEN = "right"


class Served:
    """A server in a thread of its own. world: what it shows; link: for browsers"""

    def __init__(self, home, **options):
        self.world = PaintWorld(tick_s=options.pop("tick_s", 0.0))
        self.home = home
        self.tours = options.pop("tours", ())
        self._options = {"address": "127.0.0.1", "port": 0, "token": TOKEN} | options
        self._ready, self._thread = threading.Event(), threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        self.wait_until(lambda: self.server.worker.status is not None)

    def _run(self):
        asyncio.run(self._serve())

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self.server = Server(self._console, **self._options)
        self.link, self.room = self.server.link, self.server.room
        async with self.server:
            self._ready.set()
            await self._stop.wait()

    def _console(self, intake, say):
        return Console(self.world, intake, home=self.home, say=say, tours=self.tours)

    @property
    def status(self):
        return self.server.worker.status

    def command(self, text):
        self.server.worker.command(text)

    def edges(self):
        """Return all that has reached the world, without the times."""
        return [edge for action in list(self.world.seen) for edge in action.edges]

    def wait_until(self, condition, *, seconds=10):
        deadline_s = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline_s, "did not happen"
            time.sleep(0.01)
        return found

    def close(self):
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()


def visit(served, talk):
    """Run a coroutine function that uses sockets: talk(connect), connect() awaits a new one."""

    async def go():
        async with ClientSession() as session:
            url = served.link.replace("/?", "/socket?").replace("http:", "ws:")
            return await asyncio.wait_for(talk(lambda **options: session.ws_connect(url, **options)), 20)

    return asyncio.run(go())


async def hear(socket, kind):
    """Return the next line of a kind, "bytes" for a message of bytes; what comes before it is left out."""
    while True:
        message = await socket.receive(10)
        if message.type is WSMsgType.BINARY:
            if kind == "bytes":
                return message.data
        elif message.type is WSMsgType.TEXT:
            if kind in (line := message.json()):
                return line[kind]
        else:
            assert kind == "close", f"the connection ended: {message}"
            return message
