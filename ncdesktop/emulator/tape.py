"""A session and its film, written by a process of its own: encoding shares neither interpreter nor memory with a tick."""

import multiprocessing
import os
import queue
import shutil
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from ncdesktop.actions import Action
from ncdesktop.emulator.capture import Film
from ncdesktop.errors import InputError, NCDesktopError, SessionError, StateError
from ncdesktop.session import SessionWriter, open_session
from ncdesktop.state_file import save_state
from ncdesktop.world import Frame, State

__all__ = ["START_FILE", "Tape"]

START_FILE = "start.state"
"""In a session of the dream: the state before its first tick, from which it replays bit for bit."""
_NICE = 10
_NO_SCREEN = np.zeros((0, 0, 3), np.uint8)


class Tape:
    """One session and its film, begun with the first tick.

    state: before that tick; ticks: written so far; over: nothing more is written, by what went wrong or since all is

    Threads of this process would do, but encoders that share the interpreter make the window wait for it: 5 ms a tick
    at p95 where the drawing itself took 3. If this process is killed, the other one finishes the files.
    """

    def __init__(self, folder: Path, state: State, say: Callable[[str], None]) -> None:
        """say: takes, from another thread, the line that tells what became of it."""
        self.state = state
        self.ticks = 0
        self.over = False
        self._folder = folder
        self._say = say
        self._queue: queue.SimpleQueue[tuple[Action, Frame] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)

    def write(self, action: Action, frame: Frame) -> None:
        """Append a tick; returns at once."""
        if not self.ticks:
            self._thread.start()
        self.ticks += 1
        self._queue.put((action, frame))

    def end(self) -> None:
        """Have the files finished; returns at once."""
        if self.ticks:
            self._queue.put(None)
        else:
            self._say("nothing was recorded")

    @property
    def finished(self) -> bool:
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Wait until the files of a tape that has ended are finished."""
        if not self.finished:
            self._thread.join()

    def _run(self) -> None:
        fault = self._write_aside()
        self._say(fault or f"recorded {self.ticks} ticks to {self._folder}")
        self.over = True

    def _write_aside(self) -> str:
        """Hand all ticks to the writing process; return what went wrong, in words, "" if nothing did."""
        processes = multiprocessing.get_context("spawn")  # a fork would inherit threads and locks half done
        ticks, sender = processes.Pipe(duplex=False)
        reasons, reason = processes.Pipe(duplex=False)
        process = processes.Process(
            target=_write_all, args=(ticks, reason, self._folder, self.state.size), daemon=True
        )
        process.start()
        ticks.close()
        reason.close()
        try:
            sender.send(self.state)
            while (tick := self._queue.get()) is not None:
                action, frame = tick
                sender.send((action, replace(frame, ui=_NO_SCREEN, insight=None)))
                sender.send_bytes(np.ascontiguousarray(frame.ui).reshape(-1).data)
            sender.send(None)
        except OSError:
            pass  # the process has ended, and says why
        try:
            return f"recording ended: {reasons.recv()}"
        except EOFError:
            process.join()
        return f"recording ended: its process was stopped ({process.exitcode})" if process.exitcode else ""


def _write_all(ticks: Connection, reason: Connection, folder: Path, size: tuple[int, int]) -> None:
    """Write what comes until None or the end of the sender; send what went wrong, if anything did."""
    for name in ("SIGINT", "SIGHUP"):  # Ctrl+C, a closed terminal: the sender ends this properly
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    files: list[SessionWriter | Film] = []
    fault: NCDesktopError | None = None
    try:
        session = SessionWriter(folder, size=size, source="dream")
        files.append(session)
        film = Film(folder.with_name(f"{folder.name}.mp4"), size=size)
        files.append(film)
        save_state(folder / START_FILE, ticks.recv())
        while (tick := ticks.recv()) is not None:
            action, frame = tick
            ui = np.frombuffer(ticks.recv_bytes(), np.uint8).reshape(size[1], size[0], 3)
            frame = replace(frame, ui=ui)
            session.write(action, frame)
            film.write(frame.pixels)
    except EOFError:
        pass  # the sender was killed: what came is kept
    except (SessionError, InputError, StateError) as error:
        fault = error
    for file in reversed(files):  # a film that cannot be finished leaves its place on the disk to the session
        try:
            file.close()
        except (SessionError, InputError) as error:
            fault = fault or error
    if fault is not None:
        if files:
            _remove_unless_readable(folder)
        reason.send(str(fault))


def _remove_unless_readable(folder: Path) -> None:
    """Leave of a recording that has failed what can be opened."""
    try:
        open_session(folder)
    except SessionError:
        shutil.rmtree(folder, ignore_errors=True)
