"""The world's thread: loads the world, lets ticks pass on time and does commands, so that the window never waits."""

import logging
import queue
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from ncdesktop.emulator.console import Console, Status
from ncdesktop.emulator.intake import Intake
from ncdesktop.errors import NCDesktopError

__all__ = ["Worker"]

log = logging.getLogger(__name__)


class Worker:
    """Runs a Console in a thread of its own. A command that fails is told and logged; a tick that fails ends the thread.

    status:   of the latest tick, None while the world is loading
    messages: lines for the user
    """

    def __init__(
        self, make_console: Callable[[Intake, Callable[[str], None]], Console], notify: Callable[[], None]
    ) -> None:
        """make_console: called in the new thread; notify: called after every change of `status` and for every message, from any thread."""
        self.intake = Intake()
        self.messages: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.status: Status | None = None
        self._commands: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._make_console = make_console
        self._notify = notify
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="world")
        self._end: Future[None] = self._threads.submit(self._run)

    def command(self, text: str) -> None:
        """Have the console do a command as soon as the tick under way has ended."""
        self._commands.put(text)

    def quit(self) -> None:
        """Have the thread save and end; `ended` tells when it has."""
        self._commands.put("quit")

    def ended(self) -> bool:
        """Return whether the thread has ended; raises what ended it if that was an error."""
        if not self._end.done():
            return False
        self._threads.shutdown()
        self._end.result()
        return True

    def _say(self, line: str) -> None:
        self.messages.put(line)
        self._notify()

    def _run(self) -> None:
        try:
            console = self._make_console(self.intake, self._say)
            try:
                self._loop(console)
            finally:
                console.close()
        finally:
            self._notify()

    def _loop(self, console: Console) -> None:
        while True:
            self.status = console.status
            self._notify()
            wait_s = console.wait_s()
            try:
                command = self._commands.get(block=wait_s != 0, timeout=wait_s or None)
            except queue.Empty:
                console.tick()
                continue
            if command == "quit":
                return
            try:
                console.command(command)
            except NCDesktopError as error:
                self._say(" ".join(str(error).split()))
            except Exception as error:
                # ours, but no reason to end the dream: a fault that lasts ends the next tick
                log.exception("command %r failed", command)
                self._say(" ".join(f"that failed, by a fault of ncdesktop: {error!r}".split()))
