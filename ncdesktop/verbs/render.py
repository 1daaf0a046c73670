"""`ncdesktop render`: a dream without a window, or a film of a recorded session; leaves video, pictures or a session."""

import argparse
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ncdesktop.actions import Action
from ncdesktop.emulator.capture import Sheet, VideoWriter, read_picture, save_png
from ncdesktop.emulator.emulator import Emulator, Moment
from ncdesktop.emulator.snapshots import load_moment, save_moment
from ncdesktop.emulator.text import caption
from ncdesktop.emulator.wording import Wording
from ncdesktop.errors import InputError, SessionError
from ncdesktop.paths import write_atomically
from ncdesktop.recorded_world import RecordedWorld
from ncdesktop.script import Script, read_script
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.verbs.dreaming import add_dream, open_dream
from ncdesktop.verbs.options import at_least, new_file
from ncdesktop.world import Frame, World

__all__ = ["add_arguments", "dream", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "`render --session S` dreams on the input of a session, from its first frame; `render --script FILE` dreams "
        "on an action script; `render S` dreams nothing: it films the recorded session S with pointer and captions. "
        "Without --video, --sheet or --as-session, video.mp4 and sheet.png are left; frames.crc32 always is."
    )
    parser.add_argument(
        "recorded", nargs="?", type=Path, metavar="SESSION", help="film this recorded session, dream nothing"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--session", type=Path, metavar="DIR", help="dream on the input of this session, from its first frame"
    )
    source.add_argument(
        "--script", type=Path, metavar="FILE", help="dream on this action script (or actions.jsonl)"
    )
    parser.add_argument(
        "--ticks", type=at_least(1), metavar="N", help="how many, 15 a second (default: as the input lasts)"
    )
    parser.add_argument(
        "--start",
        type=Path,
        metavar="IMAGE",
        help="with --script: screen to start from (default: the model's)",
    )
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="start from this state; in a session, go on at its tick"
    )
    parser.add_argument("--save-state", type=Path, metavar="FILE", help="write the state at the end here")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", required=True, help="folder for what is made; new or empty"
    )
    parser.add_argument("--video", action="store_true", help="leave video.mp4")
    parser.add_argument(
        "--sheet", action="store_true", help="leave sheet.png, frames of the whole run in one picture"
    )
    parser.add_argument(
        "--as-session", action="store_true", help="leave the dream as a session in DIR/session"
    )
    add_dream(parser)


def run(arguments: argparse.Namespace) -> None:
    inputs = [arguments.recorded, arguments.session, arguments.script]
    if sum(item is not None for item in inputs) != 1:
        raise InputError(
            "render needs one input: SESSION to film it, or --session DIR or --script FILE to dream on it"
        )
    if arguments.start and (not arguments.script or arguments.state):
        raise InputError(
            "--start goes with --script and without --state; a session and a state bring their own screen"
        )
    if arguments.recorded and (arguments.state or arguments.save_state or arguments.as_session):
        raise InputError(
            "--state, --save-state and --as-session belong to a dream; use --session DIR in place of DIR"
        )
    new_file(arguments.out)
    if arguments.save_state and arguments.save_state.exists():
        raise InputError(f"{arguments.save_state} exists already; choose another place")
    folder = arguments.session or arguments.recorded
    session = open_session(folder) if folder else None
    world = RecordedWorld(session) if session and arguments.recorded else open_dream(arguments)
    dream(arguments, world, session)


def dream(arguments: argparse.Namespace, world: World, session: Session | None = None) -> None:
    """Run `world` as the arguments of `render` say and leave the files; raises before anything is written."""
    emulator = Emulator(world)
    script = _begin(arguments, emulator, session)
    ticks = arguments.ticks or len(script.actions)
    if not ticks:
        raise InputError("the input has ended where the state was saved; say with --ticks how long to go on")
    chosen = arguments.video or arguments.sheet or arguments.as_session
    outputs = _Outputs(
        arguments.out,
        emulator,
        ticks,
        video=arguments.video or not chosen,
        sheet=arguments.sheet or not chosen,
        session=arguments.as_session,
    )
    wording = Wording()
    for tick, action in enumerate(
        tqdm(_lasting(script.actions, emulator, ticks), total=ticks, unit="tick", disable=None)
    ):
        words = script.caption_at(tick) if script.captions else wording.add(action)
        outputs.add(action, emulator.tick(action), words)
    outputs.close()
    if arguments.save_state:
        save_moment(arguments.save_state, emulator.moment(), emulator.frame, time=datetime.now())
    emulator.close()


def _begin(arguments: argparse.Namespace, emulator: Emulator, session: Session | None) -> Script:
    """Start the world as the arguments say; return what the user does from there on."""
    size = emulator.world.size
    moment = load_moment(arguments.state) if arguments.state else None
    if session is None:
        screen = read_picture(arguments.start, size=size) if arguments.start else None
        _start(emulator, seed=arguments.seed, screen=screen, moment=moment)
        return read_script(arguments.script, size=size, before=emulator.action, seed=arguments.seed)
    if session.size != size:
        found = f"{session.size[0]}x{session.size[1]}"
        raise SessionError(
            f"{session.folder} is {found}, the model's screen is {size[0]}x{size[1]}; use another session"
        )
    if moment is not None and moment.state.tick >= len(session.ticks):
        raise InputError(
            f"{arguments.state} was saved at tick {moment.state.tick}, {session.folder} has {len(session.ticks)}; use its own state"
        )
    screen = None if arguments.recorded else next(session.frames(stop=1))
    frame = _start(emulator, seed=arguments.seed, screen=screen, moment=moment)
    return Script(tuple(session.actions[frame.tick + 1 :]))


def _start(emulator: Emulator, *, seed: int, screen: np.ndarray | None, moment: Moment | None) -> Frame:
    """Start the world from a screen, its own one, or a moment; return the first frame."""
    frame = emulator.start(seed=seed, start=screen)
    return frame if moment is None else emulator.restore(moment)


def _lasting(actions: tuple[Action, ...], emulator: Emulator, ticks: int) -> Iterator[Action]:
    """Yield `ticks` actions: the given ones, then those of a user at rest."""
    yield from actions[:ticks]
    for _ in range(ticks - len(actions)):
        yield emulator.action


class _Outputs:
    """The files of one run, written tick by tick."""

    def __init__(
        self, folder: Path, emulator: Emulator, ticks: int, *, video: bool, sheet: bool, session: bool
    ) -> None:
        size = emulator.world.size
        self._folder = folder
        self._checksums: list[str] = []
        self._video = VideoWriter(folder / "video.mp4", size=size) if video else None
        self._sheet = Sheet(ticks) if sheet else None
        self._session = (
            SessionWriter(folder / "session", size=size, source="dream", policy="render") if session else None
        )

    def add(self, action: Action, frame: Frame, words: str) -> None:
        """Append a tick."""
        self._checksums.append(f"{zlib.crc32(frame.pixels.tobytes()):08x}\n")
        if self._video:
            self._video.write(caption(frame.pixels, words))
        if self._sheet:
            self._sheet.add(frame.pixels)
        if self._session:
            self._session.write(action, frame)

    def close(self) -> None:
        """Finish all files."""
        if self._video:
            self._video.close()
        if self._sheet:
            save_png(self._folder / "sheet.png", self._sheet.picture())
        if self._session:
            self._session.close()
        try:
            write_atomically(self._folder / "frames.crc32", "".join(self._checksums).encode())
        except OSError as error:
            raise InputError(f"cannot write {self._folder / 'frames.crc32'}: {error.strerror}") from error
