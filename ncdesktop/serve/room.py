"""The room around the dream: who drives, who looks on, and what all of them are told."""

import base64
import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web

from ncdesktop.emulator.capture import png
from ncdesktop.emulator.console import Status
from ncdesktop.emulator.hotkeys import COMMANDS, HELD, HOTKEYS, host_words
from ncdesktop.emulator.marks import kinds_of, marks_of, words_of
from ncdesktop.emulator.snapshots import SLOTS, find_slot, read_slot
from ncdesktop.emulator.worker import Worker
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.serve.keyboard import base_name, strokes_of
from ncdesktop.serve.messages import (
    Command,
    Drive,
    Message,
    Ping,
    Probe,
    Refused,
    Release,
    Shown,
    Slots,
    Stroke,
    Typed,
    read_message,
)
from ncdesktop.serve.screens import Screens
from ncdesktop.serve.viewer import Viewer
from ncdesktop.world import FPS

__all__ = ["OFFERED", "PAGE_COMMANDS", "Room"]

log = logging.getLogger(__name__)

PAGE_COMMANDS = frozenset({"fullscreen", "slots", "hud", "probe", "help", "screenshot"})
"""Commands that a page does by itself, whoever drives."""
_WINDOW_COMMANDS = frozenset({"scaling", "larger", "smaller", "original", "beside", "save", "quit"})
OFFERED = frozenset(COMMANDS.values()) - _WINDOW_COMMANDS
"""Commands that a browser can give; nothing else that the console knows, such as opening files, can be reached."""

_UNKNOWN_SIZE = (1 << 15, 1 << 15)


class Room:
    """All viewers of one world. All calls come from the event loop's thread.

    driver:  the one viewer whose input reaches the world, None if nobody does
    refused: messages refused so far
    """

    def __init__(
        self,
        worker: Worker,
        *,
        home: Path,
        host: str = "Control_R",
        view_only: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """home: folder of the slots; host: keysym name of the host key; view_only: nobody can drive."""
        self.viewers: list[Viewer] = []
        self.driver: Viewer | None = None
        self.refused = 0
        self._worker = worker
        self._home = home
        self._host = host
        self._view_only = view_only
        self._clock = clock
        self._screens = Screens()
        self._joined = 0
        self._held: set[str] = set()
        self._figures: dict[str, Any] = {}
        self._figured_tick = -FPS

    def join(self, socket: web.WebSocketResponse) -> Viewer:
        """Let a viewer in; whoever comes while nobody drives does."""
        self._joined += 1
        viewer = Viewer(self._joined, socket, self._screens, host=self._host)
        self.viewers.append(viewer)
        rows = [
            {"label": row.label, "does": row.does, "held": row.held, "commands": offered}
            for row in HOTKEYS
            if (offered := {keys: command for keys, command in row.commands.items() if command in OFFERED})
        ]
        hello = {"you": viewer.number, "host": host_words(self._host), "view_only": self._view_only}
        viewer.tell(json.dumps({"hello": hello | {"hotkeys": rows}}))
        if self.driver is None and not self._view_only:
            self.driver = viewer
        self._tell_all()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """A viewer is gone; what it held is let go."""
        self.viewers.remove(viewer)
        if viewer is self.driver:
            self._let_go()
            self.driver = None
        self._tell_all()

    def hear(self, viewer: Viewer, text: str) -> None:
        """Do what a viewer says, or refuse it."""
        try:
            self._do(viewer, read_message(text, size=self._size() or _UNKNOWN_SIZE))
        except Refused as refusal:
            self.refuse(viewer, str(refusal))

    def refuse(self, viewer: Viewer, reason: str) -> None:
        """Tell a viewer why its message was not followed, and count it."""
        self.refused += 1
        log.debug("refused a message of viewer %d: %s", viewer.number, reason)
        viewer.tell(json.dumps({"refused": reason}))

    def ticked(self) -> None:
        """The world has something new to show or to say."""
        while not self._worker.messages.empty():
            line = json.dumps({"say": self._worker.messages.get()})
            for viewer in self.viewers:
                viewer.tell(line)
        status = self._worker.status
        if status is not None:
            self._screens.show(status.frame)
            if any(viewer.probing for viewer in self.viewers):
                probe = _probe(status)
                for viewer in self.viewers:
                    if viewer.probing:
                        viewer.tell_newest("probe", probe)
        self._tell_all()

    def _size(self) -> tuple[int, int] | None:
        """Return (width, height) of the screen, None while the world is loading."""
        status = self._worker.status
        return None if status is None else (status.frame.ui.shape[1], status.frame.ui.shape[0])

    def _tell_all(self) -> None:
        line = json.dumps({"status": self._scene()})
        for viewer in self.viewers:
            viewer.tell_newest("status", line)

    def _scene(self) -> dict[str, Any]:
        """Return all that a page shows besides the screen."""
        room = {"driver": self.driver.number if self.driver else None, "viewers": len(self.viewers)}
        status = self._worker.status
        if status is None:
            return room
        if not 0 <= status.frame.tick - self._figured_tick < FPS:
            self._figured_tick = status.frame.tick
            self._figures = {
                "fps": round(status.figures.fps, 1),
                "p50_ms": round(status.figures.p50_ms, 1),
                "p99_ms": round(status.figures.p99_ms, 1),
                "stage_ms": {name: round(spent, 1) for name, spent in status.figures.stage_ms.items()},
                "rewind_s": round(status.rewind[0]),
                "rewind_mb": round(status.rewind[1]),
                "refused": self.refused,
            }
        return room | {
            "size": self._size(),
            "paused": status.paused,
            "speed": status.speed,
            "hurried": status.hurried,
            "travel": status.travel,
            "recording": status.recording,
            "led": status.led,
            "caption": status.caption,
            "replayed": status.replayed,
            "slot": status.slot,
            "seed": status.seed,
            "figures": self._figures,
        }

    def _do(self, viewer: Viewer, message: Message) -> None:
        match message:
            case Shown(number):
                viewer.shown(number)
            case Ping(number):
                viewer.tell(json.dumps({"pong": number}))
            case Probe(on):
                viewer.probing = on
                self.ticked()
            case Slots():
                viewer.tell_newest("slots", json.dumps({"slots": self._slots()}))
            case Drive(take):
                self._drive(viewer, take)
            case Command(text):
                self._command(viewer, text)
            case Stroke():
                self._stroke(viewer, message)
            case Release():
                self._release(viewer)
            case Typed(text):
                self._give(viewer, *strokes_of(text))
            case Move():
                self._give(viewer, message)
            case Button(button, down):
                if viewer.hostkey.button(button, down):
                    self._give(viewer, message)
            case Wheel():
                if viewer.hostkey.wheel():
                    self._give(viewer, message)

    def _slots(self) -> list[dict[str, Any]]:
        """Return what the slots hold, and why those that cannot be loaded cannot."""
        if (status := self._worker.status) is None:
            return []
        found = []
        for slot in SLOTS:
            snapshot = read_slot(find_slot(self._home, slot, model=status.model))
            if snapshot is None:
                continue
            picture = None if snapshot.picture is None else base64.b64encode(png(snapshot.picture)).decode()
            told = {"tick": snapshot.tick, "time": snapshot.time, "fault": snapshot.fault(status.model)}
            found.append({"slot": slot, "picture": picture} | told)
        return found

    def _drive(self, viewer: Viewer, take: bool) -> None:
        if self._view_only:
            raise Refused("this dream can only be looked at")
        if take != (viewer is self.driver):
            self._let_go()
            self.driver = viewer if take else None
            self._tell_all()

    def _stroke(self, viewer: Viewer, stroke: Stroke) -> None:
        name = viewer.keyboard.name(stroke)
        base = base_name(stroke) or name
        if base is None:
            return
        verdict = viewer.hostkey.key(base, stroke.down)
        if verdict.fired is not None and COMMANDS[verdict.fired] in OFFERED:
            self._command(viewer, COMMANDS[verdict.fired])
        self._end(viewer, verdict.ended)
        if verdict.passes and name is not None and (stroke.down or viewer is self.driver):
            self._give(viewer, Key(name, stroke.down))

    def _release(self, viewer: Viewer) -> None:
        viewer.keyboard.forget()
        self._end(viewer, viewer.hostkey.lost_focus())
        if viewer is self.driver:
            self._let_go()

    def _end(self, viewer: Viewer, combinations: tuple[str, ...]) -> None:
        for combination in combinations:
            if COMMANDS[combination] in self._held and viewer is self.driver:
                self._command(viewer, f"end {COMMANDS[combination]}")

    def _command(self, viewer: Viewer, text: str) -> None:
        name, ends = text.removeprefix("end "), text.startswith("end ")
        if name not in (HELD if ends else OFFERED):
            raise Refused(f"{text!r} is no command that a browser can give")
        if name in PAGE_COMMANDS:
            viewer.tell(json.dumps({"do": name}))
            return
        self._check_drives(viewer)
        if ends:
            self._held.discard(name)
        elif name in HELD:
            self._held.add(name)
        self._worker.command(text)

    def _give(self, viewer: Viewer, *events: Event) -> None:
        self._check_drives(viewer)
        if self._worker.status is None:
            raise Refused("the dream is still loading")
        for event in events:
            self._worker.intake.put(replace(event, time_s=self._clock()))

    def _check_drives(self, viewer: Viewer) -> None:
        if self._view_only:
            raise Refused("this dream can only be looked at")
        if viewer is not self.driver:
            raise Refused("you are looking on; take the wheel first")

    def _let_go(self) -> None:
        """Nothing is held any more: no key, no button, no command."""
        self._worker.intake.release_all(self._clock())
        for command in self._held:
            self._worker.command(f"end {command}")
        self._held.clear()


def _probe(status: Status) -> str:
    """Return what the probe shows of a tick."""
    insight = status.frame.insight
    change = None
    if insight is not None:
        change = base64.b64encode(np.round(insight.change * 255).astype(np.uint8).tobytes()).decode()
    words = [words_of(event) for event in status.action.edges if not isinstance(event, Move)]
    found = {"kinds": kinds_of(status), "marks": marks_of(status), "change": change, "input": words}
    return json.dumps({"probe": found})
