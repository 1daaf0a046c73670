"""The commands that keep moments and jump: reboot, slots, files saved, opened or dropped, and undoing the jumps."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np

from ncdesktop.emulator.capture import read_picture
from ncdesktop.emulator.emulator import Emulator, Moment
from ncdesktop.emulator.replay import Replay
from ncdesktop.emulator.snapshots import (
    AUTOSAVE,
    SLOTS,
    find_slot,
    load_moment,
    save_moment,
    slot_file,
    states_folder,
)
from ncdesktop.emulator.tape import START_FILE
from ncdesktop.errors import InputError, SessionError, StateError
from ncdesktop.paths import free_path
from ncdesktop.session import Session, frame_crc32, open_session

__all__ = ["Moments"]

_UNDO_STEPS = 8


class Moments:
    """Jumps to other moments.

    model: whose states these are; slot: the one last saved or loaded, None before
    """

    def __init__(
        self,
        emulator: Emulator,
        replay: Replay,
        *,
        home: Path,
        seed: int,
        settle: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        """home: folder of the program's files; settle: called after each jump; say: takes a line for the user."""
        self._emulator = emulator
        self._replay = replay
        self._home = home
        self._seed = seed
        self._settle = settle
        self._say = say
        self.model = emulator.moment().state.model
        self._undo_moments: list[Moment] = []
        self.slot: int | None = None
        self.commands: dict[str, Callable[[str], None]] = {
            "reboot": self._reboot,
            "save": self._save,
            "load": self._load,
            "undo": self._undo,
            "open": self.open,
        }

    def save(self, path: Path) -> None:
        """Write this moment to a file; raises StateError if that cannot be done."""
        save_moment(path, self._emulator.moment(), self._emulator.frame, time=datetime.now())

    def autosave(self) -> None:
        """Write this moment to where --resume looks for it."""
        self.save(slot_file(self._home, AUTOSAVE, model=self.model))

    def open(self, argument: str) -> None:
        """Load a state, replay a session, or start from a picture, whichever the path `argument` is."""
        path = Path(argument)
        folder = path.parent if path.name in ("session.json", "actions.jsonl", "video.mkv") else path
        if folder.is_dir():
            self._open_session(open_session(folder))
        elif path.suffix.lower() in (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"):
            self.start_from(read_picture(path, size=self._emulator.world.size), f"started from {path.name}")
        elif path.is_file():
            self._restore(load_moment(path))
            self._say(f"loaded {path.name}")
        else:
            raise InputError(f"{path} is not there")

    def start_from(self, screen: np.ndarray | None, words: str) -> None:
        """Begin anew from a screen (H, W, 3), None for the world's own, and say `words`; can be undone."""
        before = self._emulator.moment()
        self._emulator.start(seed=self._seed, start=screen)
        self._jumped_from(before)
        self._say(words)

    def resume(self) -> None:
        """Go on where the last run was quit; raises StateError if it left nothing."""
        path = find_slot(self._home, AUTOSAVE, model=self.model)
        if not path.exists():
            raise StateError(f"there is nothing to resume: {path} is not there yet; start without --resume")
        self._restore(load_moment(path))

    def _reboot(self, _: str) -> None:
        self.start_from(None, "rebooted")

    def _save(self, argument: str) -> None:
        """Save to a slot, to a file of its own named `argument`, or without one to a file named by the time."""
        if argument.isdecimal():
            self.slot = _slot(argument)
            self.save(slot_file(self._home, self.slot, model=self.model))
            self._say(f"saved to slot {self.slot}")
            return
        folder = states_folder(self._home, self.model)
        path = Path(argument) if argument else free_path(folder, ".state")
        if path.exists():
            raise InputError(f"{path} exists already; choose another place")
        self.save(path)
        self._say(f"saved {path}")

    def _load(self, argument: str) -> None:
        slot = _slot(argument)
        path = find_slot(self._home, slot, model=self.model)
        if not path.exists():
            raise StateError(f"slot {slot} is empty; Shift with the same keys saves to it")
        self._restore(load_moment(path))
        self.slot = slot
        self._say(f"loaded slot {slot}")

    def _undo(self, _: str) -> None:
        if not self._undo_moments:
            self._say("nothing to undo")
            return
        self._emulator.restore(self._undo_moments.pop())
        self._settle()
        self._say("undone")

    def _open_session(self, session: Session) -> None:
        if session.size != self._emulator.world.size:
            found, expected = (
                f"{width}x{height}" for width, height in (session.size, self._emulator.world.size)
            )
            raise SessionError(
                f"{session.folder} is {found}, this dream is {expected}; it cannot be replayed here"
            )
        checksums = [tick.crc32 for tick in session.ticks]
        start = session.folder / START_FILE
        if start.exists() and (moment := load_moment(start)).state.model == self.model:
            self._restore(moment)
            self._replay.play(session.actions, checksums)
        else:
            screen = next(session.frames(stop=1))
            self.start_from(screen, f"replaying {session.name} from its first picture")
            if frame_crc32(self._emulator.frame.ui) != checksums[0]:
                self._say("the first picture differs already")
            self._replay.play(session.actions[1:], checksums[1:])

    def _restore(self, moment: Moment) -> None:
        before = self._emulator.moment()
        self._emulator.restore(moment)
        self._jumped_from(before)

    def _jumped_from(self, before: Moment) -> None:
        self._undo_moments = [*self._undo_moments, before][-_UNDO_STEPS:]
        self._settle()


def _slot(argument: str) -> int:
    if not argument.isdecimal() or int(argument) not in SLOTS:
        raise InputError(f"{argument!r} is no slot, expected {SLOTS[0]} to {SLOTS[-1]}")
    return int(argument)
