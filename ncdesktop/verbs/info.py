"""`ncdesktop info`: what is in sessions, as a table."""

import argparse
import json
import math
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ncdesktop.events import Button, Key, Move, Wheel
from ncdesktop.paths import write_atomically
from ncdesktop.session import Session, open_sessions
from ncdesktop.verbs.options import add_json
from ncdesktop.world import FPS, changed_cells

__all__ = ["add_arguments", "figures", "run"]

_COLUMNS = {  # figure: heading, digits after the point
    "ticks": ("ticks", 0),
    "seconds": ("seconds", 1),
    "actions_per_second": ("actions/s", 2),
    "clicks": ("clicks", 0),
    "keys": ("keys", 0),
    "wheel_turns": ("wheel", 0),
    "pointer_px_per_second": ("pointer px/s", 0),
    "changed_cells_percent": ("cells %", 2),
    "still_ticks_percent": ("still %", 1),
    "late_ticks_percent": ("late %", 2),
    "megabytes_per_hour": ("MB/h", 0),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "actions/s: presses of buttons and keys and turns of the wheel; cells %: 16x16 cells that change a tick; "
        "still %: ticks that change none; late %: ticks whose screen was taken over 8 ms after its time."
    )
    parser.add_argument(
        "session", nargs="+", type=Path, metavar="SESSION", help="folder of a session, or of several"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> None:
    sessions = open_sessions(arguments.session)
    rows = [
        (session, figures(session))
        for session in tqdm(sessions, unit="session", desc="reading", disable=None, leave=False)
    ]
    total = _total([row for _, row in rows])
    lines = [["session", "source", "policy", "size", *(heading for heading, _ in _COLUMNS.values())]]
    lines += [
        [session.name, session.source, session.policy, _size(session), *_cells(row)] for session, row in rows
    ]
    if len(rows) > 1:
        lines.append([f"{len(rows)} sessions", "", "", "", *_cells(total)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        words = [
            word.ljust(width) if column < 4 else word.rjust(width)
            for column, (word, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(words).rstrip())
    if arguments.json:
        report = {
            "sessions": [
                {
                    "session": session.name,
                    "source": session.source,
                    "policy": session.policy,
                    "size": list(session.size),
                    **row,
                }
                for session, row in rows
            ],
            "total": total,
        }
        write_atomically(arguments.json, (json.dumps(report, indent=1) + "\n").encode())


def figures(session: Session) -> dict[str, float]:
    """Return the figures of one session by name; decodes its video once."""
    clicks = keys = turns = 0
    way_px, before = 0.0, session.ticks[0].action.pointer
    for tick in session.ticks:
        for event in tick.action.edges:
            match event:
                case Move(x, y):
                    way_px += math.dist(before, (x, y))
                    before = (x, y)
                case Button(_, True):
                    clicks += 1
                case Key(_, True):
                    keys += 1
                case Wheel(dx, dy):
                    turns += abs(dx) + abs(dy)
    changed, still, last = 0.0, 0, None
    for ui in session.frames():
        if last is not None:
            share = float(np.mean(changed_cells(last, ui)))
            changed += share
            still += not share
        last = ui
    count = len(session.ticks)
    seconds, steps = count / FPS, max(count - 1, 1)
    return {
        "ticks": count,
        "seconds": seconds,
        "actions_per_second": (clicks + keys + turns) / seconds,
        "clicks": clicks,
        "keys": keys,
        "wheel_turns": turns,
        "pointer_px_per_second": way_px / seconds,
        "changed_cells_percent": 100 * changed / steps,
        "still_ticks_percent": 100 * still / steps,
        "late_ticks_percent": 100 * session.late_ticks / count,
        "megabytes_per_hour": (session.folder / "video.mkv").stat().st_size / 1e6 / (seconds / 3600),
    }


def _total(rows: list[dict[str, float]]) -> dict[str, float]:
    """Return sums of counts, and means of the rest weighted by length."""
    ticks = sum(row["ticks"] for row in rows)
    counts = ("ticks", "seconds", "clicks", "keys", "wheel_turns")
    return {
        name: sum(row[name] for row in rows)
        if name in counts
        else sum(row[name] * row["ticks"] for row in rows) / ticks
        for name in _COLUMNS
    }


def _cells(row: dict[str, float]) -> list[str]:
    return [f"{row[name]:.{digits}f}" for name, (_, digits) in _COLUMNS.items()]


def _size(session: Session) -> str:
    return f"{session.size[0]}x{session.size[1]}"
