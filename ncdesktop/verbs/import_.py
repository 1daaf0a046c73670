"""`ncdesktop import`: recordings of the NeuralComputer data engine as sessions."""

import argparse
import shutil
from pathlib import Path

import av
from tqdm import tqdm

from ncdesktop.actions import Action, fold
from ncdesktop.desktop.foreign import Recording, find_recordings, read_events
from ncdesktop.errors import InputError, SessionError
from ncdesktop.session import SessionWriter
from ncdesktop.world import CELL, FPS, Frame

__all__ = ["add_arguments", "import_recording", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "FOLDER holds videos/NAME.mp4 and actions/NAME.csv (synthetic use), or actions/screen_NAME.csv with "
        "actions/NAME.json (an agent). The pointer stays in the pictures, where the engine has drawn it."
    )
    parser.add_argument(
        "folder", nargs="+", type=Path, metavar="FOLDER", help="output folder of the data engine"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the sessions")


def run(arguments: argparse.Namespace) -> None:
    recordings = [found for folder in arguments.folder for found in find_recordings(folder)]
    targets = [arguments.out / recording.name for recording in recordings]
    for number, target in enumerate(targets):
        if target.exists() or target in targets[:number]:
            raise InputError(f"{target} exists already or comes twice; choose another place with --out")
    for recording, target in tqdm(
        list(zip(recordings, targets, strict=True)), unit="session", desc="importing", disable=None
    ):
        import_recording(recording, target)
    print(f"{len(recordings)} sessions in {arguments.out}")


def import_recording(recording: Recording, folder: Path) -> None:
    """Write one recording as a session; raises SessionError that names file and fault, and leaves nothing then."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with av.open(recording.video) as container:
            _write(container, recording, part)
        part.rename(folder)
    except (av.FFmpegError, OSError) as error:
        raise SessionError(f"{recording.video}: cannot be read as video: {error.strerror}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write(container: av.container.InputContainer, recording: Recording, folder: Path) -> None:
    if not container.streams.video:
        raise SessionError(f"{recording.video}: holds no video")
    stream = container.streams.video[0]
    size, rate = (stream.width, stream.height), stream.average_rate
    if rate != FPS:
        raise SessionError(f"{recording.video}: {rate} frames a second, expected {FPS}")
    if size[0] % CELL or size[1] % CELL:
        raise SessionError(f"{recording.video}: is {size[0]}x{size[1]}, expected multiples of {CELL}")
    events = read_events(recording, size)
    policy = "agent" if recording.agent else "synthetic"
    action, count = Action((size[0] // 2, size[1] // 2)), 0
    writer = SessionWriter(folder, size=size, source="neuralcomputer", policy=policy)
    try:
        for picture in container.decode(stream):
            if count < len(events):
                action = fold(action, events[count])
                writer.write(action, Frame(count, picture.to_ndarray(format="rgb24"), action.pointer))
            count += 1
    finally:
        writer.close()
    if count != len(events):
        raise SessionError(
            f"{recording.frames}: has {len(events)} frames, {recording.video.name} has {count}"
        )
