"""`ncdesktop record`: sessions of a real desktop, or of any X11 program, used by an actor or by you."""

from __future__ import annotations

import argparse
import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from ncdesktop.errors import InputError, SessionError
from ncdesktop.session import open_session
from ncdesktop.verbs.options import add_seed, at_least
from ncdesktop.world import CELL, FPS

if TYPE_CHECKING:
    from ncdesktop.desktop.recorder import Plan

__all__ = ["add_arguments", "run"]

log = logging.getLogger(__name__)

_POLICIES = ("goal", "slow", "fast", "live")
_SESSION_S = 90


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "The desktop is private: an X server, a home folder and processes of its own that end with the recorder. "
        "Each session is compared with what was captured before it gets its name."
    )
    parser.add_argument(
        "--policy", choices=_POLICIES, default="goal",
        help="goal: like a person with a purpose; slow, fast: at random; live: you, in a window (default: goal)",
    )  # fmt: skip
    parser.add_argument(
        "--minutes",
        type=_minutes,
        default=1.0,
        metavar="M",
        help="of each recorder (default: 1; live: until you close the window)",
    )
    parser.add_argument(
        "--parallel", type=at_least(1), default=1, metavar="N", help="recorders side by side (default: 1)"
    )
    parser.add_argument(
        "--size", type=_size, default=(512, 384), metavar="WxH", help="of the screen (default: 512x384)"
    )
    parser.add_argument(
        "--tasks",
        type=_names,
        default=[],
        metavar="A,B",
        help="with goal: only these tasks; `list` names them",
    )
    parser.add_argument("--app", metavar="COMMAND", help="record this X11 program instead of the desktop")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the sessions, new or empty")
    parser.add_argument(
        "--resume", action="store_true", help="go on in a folder where some sessions are done"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="begin every session with a bare desktop (compare likes these)"
    )
    add_seed(parser)


def run(arguments: argparse.Namespace) -> None:
    from ncdesktop.desktop.packages import SERVER_PACKAGES, check_library, check_packages

    check_library()  # the rest needs it
    from ncdesktop.desktop.pool import record_all
    from ncdesktop.desktop.profile import profile_of
    from ncdesktop.desktop.tasks import TASKS, check_tasks

    if arguments.tasks == ["list"]:
        for name, task in TASKS.items():
            print(f"{name:12} {task.__doc__}")
        return
    check_tasks(arguments.tasks)
    if arguments.out is None:
        raise InputError("--out DIR is missing: say where the sessions go")
    if arguments.tasks and (arguments.policy != "goal" or arguments.app):
        raise InputError("--tasks belongs to --policy goal on the desktop; leave one of them out")
    check_packages(SERVER_PACKAGES if arguments.app else None)
    if not arguments.app:
        profile_of(arguments.size)
    if arguments.out.exists() and any(arguments.out.iterdir()) and not arguments.resume:
        raise InputError(f"{arguments.out} is not empty; choose another folder, or go on there with --resume")
    if arguments.policy == "live":
        from ncdesktop.verbs.record_live import record_live

        for part in sorted(arguments.out.glob(".live-*.part")) if arguments.resume else []:
            _salvaged(part.with_name(part.name.removeprefix(".").removesuffix(".part")))
        record_live(arguments.out, size=arguments.size, program=arguments.app)
        return
    plans, total, done = _plan(arguments)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tqdm(total=total, initial=done, unit="tick", disable=None, desc="recording") as bar:
        record_all(plans, parallel=arguments.parallel, tell=bar.update)
    _report([plan.folder for plan in plans])


def _plan(arguments: argparse.Namespace) -> tuple[list[Plan], int, int]:
    """Return the sessions that are still to be recorded, the ticks of all, and the ticks of those that are done."""
    from ncdesktop.desktop.recorder import Plan

    each = round(arguments.minutes * 60 * FPS)
    count = math.ceil(each / (_SESSION_S * FPS))
    policy = "random" if arguments.app and arguments.policy == "goal" else arguments.policy
    plans, done = [], 0
    for number in range(count * arguments.parallel):
        seed, place = arguments.seed + number, number % count
        ticks = each * (place + 1) // count - each * place // count
        folder = arguments.out / f"{policy}-{seed:05d}"
        if (folder / "session.json").exists() or _salvaged(folder):
            done += ticks
            continue
        tasks = tuple(arguments.tasks)
        plans.append(Plan(folder, arguments.size, policy, seed, ticks, tasks, arguments.app, arguments.fresh))
    return plans, each * arguments.parallel, done


def _salvaged(folder: Path) -> bool:
    """Put in place what a killed recorder left of this session; return whether there was anything to keep."""
    from ncdesktop.desktop.recorder import part_of, salvage

    try:
        return salvage(folder) > 0
    except SessionError as error:
        log.warning("nothing to keep in %s (%s): recording it again", part_of(folder), error)
        return False


def _report(folders: list[Path]) -> None:
    sessions = [open_session(folder) for folder in folders if folder.exists()]
    ticks = sum(len(session.ticks) for session in sessions)
    late = sum(session.late_ticks for session in sessions)
    if ticks:
        video_bytes = sum((session.folder / "video.mkv").stat().st_size for session in sessions)
        rate = video_bytes / 1e6 / (ticks / FPS / 3600)
        print(
            f"{len(sessions)} sessions, {ticks} ticks, {100 * late / ticks:.2f} % late, {rate:.0f} MB an hour"
        )


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 1 / 60 <= minutes < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no length, expected minutes such as 1 or 0.5")
    return minutes


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if (
        not (width.isdecimal() and height.isdecimal())
        or int(width) % CELL
        or int(height) % CELL
        or text.startswith("0")
    ):
        raise argparse.ArgumentTypeError(f"{text!r} is no size, expected WIDTHxHEIGHT in multiples of {CELL}")
    return int(width), int(height)


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]
