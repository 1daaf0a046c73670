"""Counts turned into figures: one JSON object for other programs, one table for people."""

from typing import Any

import numpy as np

from ncdesktop.evaluation.measure import Measured
from ncdesktop.evaluation.metrics import Source
from ncdesktop.evaluation.ticks import HORIZONS, KINDS, PROMPT

__all__ = ["figures", "table"]

_DELAYED = tuple(kind for kind in KINDS if kind not in PROMPT)
_COPIES = ("shift", "stack")


def figures(measured: Measured) -> dict[str, Any]:
    """Return all figures; shares are None where nothing was there to measure. "nothing" is the guess of no change."""
    asked = sum(int(_sum(measured, "dream", (kind,), "asked")) for kind in KINDS)
    return {
        **_of(measured, "dream"),
        "ticks": asked,
        "ticks_stood_for": round(_sum(measured, "dream", tuple(KINDS), "ticks")),
        "rollouts": measured.rollouts,
        "nothing": _of(measured, "nothing"),
        "kinds": {kind: _of_kind(measured, kind) for kind in KINDS},
        "sources": {source.name.lower(): _of_source(measured, source.name.lower()) for source in Source},
    }


def _sum(measured: Measured, who: str, kinds: tuple[str, ...], what: str) -> float:
    return sum(measured.counts[who, kind, what] for kind in kinds)


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _of(measured: Measured, who: str) -> dict[str, Any]:
    def prompt(what: str) -> float:
        return _sum(measured, who, PROMPT, what)

    def delayed(what: str) -> float:
        return _sum(measured, who, _DELAYED, what)

    def of_copies(what: str) -> float:
        return sum(prompt(f"{source} {what}") for source in _COPIES)

    horizons = {
        name: {what: measured.counts[who, name, what] for what in ("touched", "right", "strict")}
        for name in HORIZONS
    }
    everything = tuple(KINDS)
    rate = delayed("changed") / max(delayed("cells"), 1)
    constant = -(rate * np.log(max(rate, 1e-12)) + (1 - rate) * np.log(1 - min(rate, 1 - 1e-12)))
    ssim = measured.likeness[who]
    characters = measured.counts[who, "text", "characters"]
    return {
        "change_recall": _share(prompt("hits"), prompt("changed")),
        "change_precision": _share(prompt("hits"), prompt("said")),
        "drawn_recall": _share(prompt("drawn hits"), prompt("changed")),
        "drawn_precision": _share(prompt("drawn hits"), prompt("drawn")),
        "copies_exact": _share(of_copies("exact"), of_copies("changed")),
        "copies_exact_of_drawn": _share(of_copies("drawn exact"), of_copies("drawn")),
        "copies_share": _share(of_copies("changed"), prompt("changed")),
        "cell_accuracy": {
            "teacher_forced": _share(prompt("right"), prompt("changed")),
            **{name: _share(counts["right"], counts["touched"]) for name, counts in horizons.items()},
        },
        "cell_accuracy_strict": {
            name: _share(counts["strict"], counts["touched"]) for name, counts in horizons.items()
        },
        "ssim_after_15": round(float(np.mean(ssim)), 4) if ssim else None,
        "cursor_shape_accuracy": _share(
            _sum(measured, who, everything, "cursor"), _sum(measured, who, everything, "ticks")
        ),
        "text_accuracy": _share(characters - measured.counts[who, "text", "edits"], characters),
        "delayed_log_loss": _round(delayed("loss"), delayed("ticks")),
        "delayed_log_loss_constant": _round(constant * delayed("cells"), delayed("ticks")),
    }


def _round(part: float, whole: float) -> float | None:
    return round(float(part / whole), 4) if whole else None


def _of_kind(measured: Measured, kind: str) -> dict[str, Any]:
    def count(what: str) -> float:
        return measured.counts["dream", kind, what]

    return {
        "ticks": round(count("ticks")),
        "asked": int(count("asked")),
        "cells": _round(count("changed"), count("ticks")),
        "recall": _share(count("hits"), count("changed")),
        "precision": _share(count("hits"), count("said")),
        "right": _share(count("right"), count("changed")),
        "wrong_cells": _round(count("wrong"), count("ticks")),
        "log_loss": _round(count("loss"), count("ticks")),
    }


def _of_source(measured: Measured, source: str) -> dict[str, Any]:
    def count(what: str) -> float:
        return _sum(measured, "dream", PROMPT, f"{source} {what}")

    return {
        "share": _share(count("changed"), _sum(measured, "dream", PROMPT, "changed")),
        "drawn": _share(count("drawn"), count("changed")),
        "exact": _share(count("exact"), count("changed")),
        "exact_of_drawn": _share(count("drawn exact"), count("drawn")),
        "right": _share(count("right"), count("changed")),
    }


_ROWS = (
    ("change recall, prompt ticks", ("change_recall",)),
    ("change precision, prompt ticks", ("change_precision",)),
    ("  recall of what was drawn", ("drawn_recall",)),
    ("  precision of what was drawn", ("drawn_precision",)),
    ("copies supplied bit for bit", ("copies_exact",)),
    ("  of those seen to change", ("copies_exact_of_drawn",)),
    ("cells right, teacher-forced", ("cell_accuracy", "teacher_forced")),
    ("cells right after 1 s alone, tolerant", ("cell_accuracy", "1s")),
    ("cells right after 4 s alone, tolerant", ("cell_accuracy", "4s")),
    ("cells right after 16 s alone, tolerant", ("cell_accuracy", "16s")),
    ("SSIM+15", ("ssim_after_15",)),
    ("text as read, teacher-forced", ("text_accuracy",)),
    ("cursor shape", ("cursor_shape_accuracy",)),
    ("log loss of delayed ticks, nats a tick", ("delayed_log_loss",)),
    ("  of a constant rate", ("delayed_log_loss_constant",)),
)


def table(found: dict[str, Any]) -> str:
    """Return the figures as a text table for people."""
    lines = [f"{'':42}{'dream':>9}{'nothing changes':>18}"]
    for words, path in _ROWS:
        values: list[Any] = [found, found["nothing"]]
        for key in path:
            values = [value[key] for value in values]
        lines.append(f"{words:42}{_text(values[0]):>9}{_text(values[1]):>18}")
    kinds = ("ticks", "asked", "cells", "recall", "precision", "right", "wrong_cells", "log_loss")
    lines += ["", *_grid("kind of tick", found["kinds"], kinds)]
    lines += ["", *_grid("pixels could be had from", found["sources"], tuple(found["sources"]["shift"]))]
    sentence = (
        "{ticks} ticks asked, which stand for {ticks_stood_for} by natural weights; {rollouts} free dreams. "
        "cells: changed a tick; recall, precision: at a half;"
    )
    lines += ["", sentence.format(**found)]
    lines += ["right: mean error below 8/255, of changed cells; wrong_cells: of the whole screen, a tick."]
    if "stability" in found:
        shares = " ".join(_text(share) for share in found["stability"])
        lines += [
            "",
            f"cells that look as a real screen does there, minute by minute of a long dream: {shares}",
        ]
    return "\n".join(lines)


def _grid(title: str, rows: dict[str, dict[str, Any]], columns: tuple[str, ...]) -> list[str]:
    lines = [f"{title:26}" + "".join(f"{name.replace('_', ' '):>16}" for name in columns)]
    for name, row in rows.items():
        lines.append(f"{name:26}" + "".join(f"{_text(row[column]):>16}" for column in columns))
    return lines


def _text(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.4f}"
