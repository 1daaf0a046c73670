"""Listening: one page, one socket a viewer, and an end that loses nothing."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from aiohttp import WSMsgType, web

from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake
from ncdesktop.emulator.worker import Worker
from ncdesktop.errors import InputError
from ncdesktop.paths import home
from ncdesktop.serve.gate import dress, guard
from ncdesktop.serve.room import Room

__all__ = ["Server", "serve"]

log = logging.getLogger(__name__)

_PAGE = Path(__file__).parent / "page"
_LAST_PORT = 65535
_HEARTBEAT_S = 10
_LARGEST_BYTES = 1 << 14
"""A message beyond this ends its connection; beyond `messages.LONGEST_MESSAGE` it is refused alone."""
_PATIENCE_S = 2
"""How long a connection may take to end once the server stops."""


class Server:
    """One world for all who have the link. Used as an asynchronous context.

    link: for browsers; room: the viewers; worker: the world's thread
    """

    def __init__(
        self,
        make_console: Callable[[Intake, Callable[[str], None]], Console],
        *,
        address: str,
        port: int,
        token: str,
        host_key: str = "Control_R",
        view_only: bool = False,
    ) -> None:
        """make_console: loads the world, in the world's thread; port: 0 for any that is free.

        Raises InputError if it cannot listen there.
        """
        self._listening = _listen(address, port)
        self._loop = asyncio.get_running_loop()
        self._address = address
        self._token = token
        self.worker = Worker(make_console, self._notify)
        self.room = Room(self.worker, home=home(), host=host_key, view_only=view_only)
        application = web.Application(middlewares=[guard(token)])
        application.on_response_prepare.append(dress)
        application.router.add_get("/", self._page)
        application.router.add_get("/socket", self._socket)
        application.router.add_static("/page", _PAGE)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_PATIENCE_S)

    @property
    def link(self) -> str:
        host = self._address
        if host in ("0.0.0.0", "::", ""):
            host = socket.gethostname()
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self._listening.getsockname()[1]}/?token={self._token}"

    async def __aenter__(self) -> "Server":
        await self._runner.setup()
        await web.SockSite(self._runner, self._listening).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Tell the viewers, let the world save and end, and close; raises what ended the world if that was an error."""
        try:
            farewells = [viewer.close("the server has stopped") for viewer in self.room.viewers]
            await asyncio.gather(*farewells)
            self.worker.quit()
            while not self.worker.ended():
                await asyncio.sleep(0.02)
        finally:
            await self._runner.cleanup()

    def _notify(self) -> None:
        # the world may be quicker than __init__, but never than the loop's next turn
        self._loop.call_soon_threadsafe(lambda: self.room.ticked())

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGE / "index.html")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, max_msg_size=_LARGEST_BYTES, compress=False)
        await socket.prepare(request)
        viewer = self.room.join(socket)
        sender = asyncio.create_task(viewer.send())
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self.room.hear(viewer, message.data)
                elif message.type is WSMsgType.BINARY:
                    self.room.refuse(viewer, "a message of bytes, expected text")
                else:
                    self.room.refuse(viewer, f"{socket.exception()}")
        finally:
            self.room.leave(viewer)
            sender.cancel()
        return socket


def _listen(address: str, port: int) -> socket.socket:
    if port > _LAST_PORT:
        raise InputError(f"--port {port} is none, expected 0 to {_LAST_PORT}")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as error:
        reason = f"{error.strerror or error}".partition(" (")[0]
        raise InputError(
            f"cannot listen on {address}, port {port}: {reason}; choose others with --host and --port"
        ) from error


async def serve(server: Server, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT, SIGTERM, SIGHUP or the world's end. announce: takes the lines that the user must see."""
    stopped = asyncio.Event()
    hung_up = signal.getsignal(signal.SIGHUP) != signal.SIG_IGN  # nohup has it ignored
    for number in (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hung_up else [])):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with server:
        announce(f"open {server.link}")
        while not stopped.is_set() and not server.worker.ended():
            try:
                await asyncio.wait_for(stopped.wait(), 0.2)
            except TimeoutError:
                continue
