"""`ncdesktop console`: the emulator without a window, its commands and a person's input a line each."""

import argparse
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ncdesktop.actions import Action
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake
from ncdesktop.errors import InputError, NCDesktopError
from ncdesktop.script import WORDS, Hand
from ncdesktop.session import frame_crc32
from ncdesktop.verbs.dreaming import add_beginning, add_dream, begin_console, check_beginning

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "A line is a command of the emulator (pause, step, back, rewind, `end rewind`, reboot, save N or FILE, load N, undo, open FILE, "
        "screenshot, record, ...), a line of an action script (click, type echo hello, wait 30, ...: ticks pass as fast as "
        "they are dreamt), or `status`. A line that fails is told and the dream goes on; the exit code is then 2."
    )
    help_ = "lines to do (default: those that come from stdin)"
    parser.add_argument("lines", nargs="?", type=Path, metavar="FILE", help=help_)
    add_beginning(parser)
    add_dream(parser)


def run(arguments: argparse.Namespace) -> int:
    check_beginning(arguments)
    lines = _lines(arguments.lines)
    console = begin_console(arguments, Intake(), lambda line: print(line, flush=True), autosave=False)
    failed = False
    try:
        for number, line in enumerate(lines, start=1):
            try:
                _do(console, line.strip())
            except NCDesktopError as error:
                failed = True
                print(f"ncdesktop: line {number}: {' '.join(str(error).split())}", file=sys.stderr)
    finally:
        console.close()
    return 2 if failed else 0


def _lines(path: Path | None) -> Iterator[str]:
    """Return the lines of a file, or of stdin as they come; raises InputError if the file cannot be read."""
    if path is None:
        return iter(sys.stdin)
    try:
        return iter(path.read_text().splitlines())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InputError(f"cannot read {path}: {reason}") from error


def _do(console: Console, line: str) -> None:
    """Do one line; raises NCDesktopError if it cannot be done."""
    name, _, argument = line.partition(" ")
    if not line or line.startswith("#"):
        return
    if name == "status":
        print(_told(console), flush=True)
    elif name in console.commands or (name == "end" and argument in console.commands):
        console.command(line)
    else:
        for action in _input(console, line):
            for event in action.edges:
                console.intake.put(event)
            console.tick()


def _input(console: Console, line: str) -> list[Action]:
    """Return what a person does in a line of an action script; raises InputError if it is none."""
    if line.split()[0] not in WORDS:
        commands = ", ".join(sorted(console.commands))
        raise InputError(
            f"unknown command {line.split()[0]!r}, expected one of the emulator ({commands}), one of a script ({', '.join(WORDS)}), or status"
        )
    height, width = console.status.frame.ui.shape[:2]
    hand = Hand((width, height), replace(console.status.action, edges=()), random.Random(0))
    try:
        hand.do(line)
    except ValueError as error:
        raise InputError(str(error)) from error
    return hand.actions


def _told(console: Console) -> str:
    status = console.status
    changed = status.figures.changed
    cells = "none" if changed is None else f"{int(changed.sum())} of {changed.size}"
    doing = [
        *(["paused"] if status.paused else []),
        *(["recording"] if status.recording else []),
        *(["replay {} of {}".format(*status.replayed)] if status.replayed else []),
    ]
    told = f"tick {status.frame.tick}, pointer {status.frame.pointer[0]} {status.frame.pointer[1]}, changed cells {cells}"
    return ", ".join([told, f"screen {frame_crc32(status.frame.ui):08x}", *doing])
