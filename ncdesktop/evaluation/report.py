"""The report of an evaluation: one HTML page with tables, curves of the training, worst ticks and videos, worst first."""

import html
import json
from pathlib import Path
from typing import Any

import numpy as np

from ncdesktop.emulator.capture import save_png
from ncdesktop.errors import InputError
from ncdesktop.evaluation.figures import table
from ncdesktop.evaluation.measure import Example, Measured
from ncdesktop.evaluation.metrics import right_cells
from ncdesktop.paths import write_atomically
from ncdesktop.world import CELL

__all__ = ["LONG_DREAM", "curves", "read_log", "write_report"]

LONG_DREAM = "long-dream.mp4"
"""In the report's folder, if there is one."""
_WIDTH, _HEIGHT, _MARGIN = 340, 140, 26
_RED = (255, 0, 0)
_STYLE = """
body { font: 15px/1.5 sans-serif; max-width: 1180px; margin: 2em auto; padding: 0 1em; color: #222 }
pre { background: #f5f5f5; padding: 1em; overflow-x: auto } img, video { max-width: 100% }
figure { margin: 1.5em 0 } figcaption { color: #555 } svg { margin: 0 8px 8px 0 }
"""


def read_log(path: Path) -> list[dict[str, float]]:
    """Return the lines of a training's `log.jsonl`, validation figures with the others; raises InputError if it is none."""
    try:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot read {path} as log of a training: {reason}") from error
    if not all(isinstance(line, dict) and "ticks" in line for line in lines):
        raise InputError(
            f"{path} is no log of a training: expected lines with `ticks`; give a run's log.jsonl"
        )
    return [line | line.pop("validation", {}) for line in lines]


def write_report(
    folder: Path, found: dict[str, Any], measured: Measured, *, command: str, log: list[dict[str, float]]
) -> Path:
    """Write `report.html` and its pictures into `folder`, where the videos are already; return the page's path."""
    parts = [f"<h1>Evaluation of model {html.escape(str(found['model']))}</h1>"]
    parts.append(f"<p><code>{html.escape(command)}</code></p><pre>{html.escape(table(found))}</pre>")
    if log:
        parts.append("<h2>Over training</h2><p>Across: thousands of ticks seen.</p>" + curves(log))
    if "stability" in found:
        parts.append(f'<h2>A long dream</h2><video src="{LONG_DREAM}" controls preload="metadata"></video>')
    parts.append("<h2>Worst ticks of each kind</h2><p>Before, recorded, dreamt (wrong cells framed).</p>")
    for number, example in enumerate(measured.worst):
        name = f"tick-{number:02d}.png"
        save_png(folder / name, _side_by_side(example))
        words = f"{example.kind}: {example.session}, tick {example.tick}, {example.wrong} cells wrong"
        parts.append(f'<figure><img src="{name}"><figcaption>{html.escape(words)}</figcaption></figure>')
    parts.append(
        "<h2>Free dreams, worst first</h2><p>Left the recording, right the dream on the same input.</p>"
    )
    for film in sorted(measured.films, key=lambda film: film.right):
        words = f"{film.name}: {100 * film.right:.0f} % of the touched cells right at the last horizon"
        parts.append(
            f'<figure><video src="{html.escape(film.name)}" controls preload="metadata"></video>'
            f"<figcaption>{html.escape(words)}</figcaption></figure>"
        )
    page = f'<!doctype html><meta charset="utf-8"><title>Evaluation</title><style>{_STYLE}</style>{"".join(parts)}'
    write_atomically(folder / "report.html", page.encode())
    return folder / "report.html"


def curves(log: list[dict[str, float]]) -> str:
    """Return one small SVG chart for each number in the log that changes, over ticks seen."""
    names = dict.fromkeys(name for line in log for name in line if name not in ("step", "ticks", "elapsed_s"))
    charts = []
    for name in names:
        points = [
            (line["ticks"] / 1000, line[name]) for line in log if isinstance(line.get(name), int | float)
        ]
        if len({value for _, value in points}) > 1:
            charts.append(_chart(name, points))
    return "".join(charts)


def _chart(name: str, points: list[tuple[float, float]]) -> str:
    x, y = np.array(points).T
    span_x, span_y = max(np.ptp(x), 1e-9), max(np.ptp(y), 1e-9)
    across = _MARGIN + (x - x.min()) / span_x * (_WIDTH - 2 * _MARGIN)
    down = _HEIGHT - _MARGIN - (y - y.min()) / span_y * (_HEIGHT - 2 * _MARGIN)
    line = " ".join(f"{at_x:.1f},{at_y:.1f}" for at_x, at_y in zip(across, down, strict=True))
    labels = [
        (_MARGIN, 14, f"{name}: {y[-1]:.4g} now, {y.min():.4g} to {y.max():.4g}"),
        (_MARGIN, _HEIGHT - 8, f"{x.min():.4g} k"),
        (_WIDTH - 2 * _MARGIN, _HEIGHT - 8, f"{x.max():.4g} k"),
    ]
    texts = "".join(
        f'<text x="{at_x}" y="{at_y}" font-size="11">{html.escape(words)}</text>'
        for at_x, at_y, words in labels
    )
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}"><rect width="100%" height="100%" fill="#fafafa"/>'
        f'<polyline points="{line}" fill="none" stroke="#2f5d8a" stroke-width="1.5"/>{texts}</svg>'
    )


def _side_by_side(example: Example) -> np.ndarray:
    """Return before, recorded and dreamt beside each other, wrong cells of the dream framed in red."""
    marked = example.dreamt.copy()
    for row, column in np.argwhere(~right_cells(example.recorded, example.dreamt)).tolist():
        cell = marked[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        cell[0], cell[:, 0] = _RED, _RED
    gap = np.full((len(marked), 6, 3), 255, np.uint8)
    return np.concatenate([example.before, gap, example.recorded, gap, marked], 1)
