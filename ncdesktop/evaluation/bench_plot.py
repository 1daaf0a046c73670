"""The figures of `bench` as one picture: ticks by log against the time a tick has, peers, growth."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ncdesktop.emulator.capture import save_png
from ncdesktop.emulator.text import blend, text_image
from ncdesktop.world import FPS

__all__ = ["plot"]

_WIDTH, _ROW, _LEFT, _RIGHT, _MARGIN = 900, 22, 230, 190, 16
_INK, _FAINT, _LINE = (30, 34, 40), (110, 118, 128), (200, 90, 60)
_SHADES = ((60, 130, 200), (130, 180, 225), (200, 220, 240))
_PERCENTILES = ("p50", "p95", "p99")

Bars = Sequence[tuple[str, Sequence[float]]]
"""Names and their values, ascending: drawn over one another, the largest faintest."""


def plot(path: Path, found: dict[str, Any]) -> None:
    """Write the figures as PNG; raises InputError if that cannot be done."""
    budget_ms = 1000 / FPS
    parts = [
        _bars("ms a tick: p50, p95, p99 (line: the time a tick has)", _ticks(found), line=budget_ms),
        _bars("ms to paint so many cells", [(name, (value,)) for name, value in found["paint_ms"].items()]),
    ]
    if "growth" in found:
        for title, key in (
            ("ms to look at a whole screen, by its size", "resolution"),
            ("ms to look at the whole screen, by millions of parameters", "model_size"),
            ("ms a tick (p50), by the ticks dreamed before", "dreamed"),
        ):
            parts.append(_bars(title, [(name, (value,)) for name, value in found["growth"][key].items()]))
        speed = [(name, (of["ticks_a_second"],)) for name, of in found["growth"]["training"].items()]
        parts.append(_bars("training, ticks a second, painting changed cells or all", speed))
    save_png(path, np.concatenate(parts))


def _ticks(found: dict[str, Any]) -> Bars:
    logs = {f"dream, {name}": spent for name, spent in found["tick_ms"].items()}
    logs |= {f"dream 1024x768, {name}": of["tick_ms"] for name, of in found.get("large", {}).items()}
    logs |= {name: of["tick_ms"] for name, of in found.get("peers", {}).items() if "tick_ms" in of}
    return [(name, [spent[share] for share in _PERCENTILES]) for name, spent in logs.items()]


def _bars(title: str, bars: Bars, *, line: float | None = None) -> np.ndarray:
    """Return a picture (h, _WIDTH, 3) of horizontal bars; line: a value to mark."""
    height = (len(bars) + 1) * _ROW + 2 * _MARGIN
    picture = np.full((height, _WIDTH, 3), 255, np.uint8)
    scale = (_WIDTH - _LEFT - _RIGHT) / max(*(max(values) for _, values in bars), line or 0.0)
    words = [(title, 15, _INK, _MARGIN, _MARGIN // 2)]
    for place, (name, values) in enumerate(bars):
        top = _MARGIN + _ROW * (place + 1)
        for value, shade in reversed(list(zip(values, _SHADES, strict=False))):
            picture[top + 3 : top + _ROW - 5, _LEFT : _LEFT + max(1, round(value * scale))] = shade
        told = " / ".join(f"{value:.1f}" for value in values)
        words += [
            (name, 13, _FAINT, _MARGIN, top),
            (told, 13, _INK, _LEFT + round(max(values) * scale) + 8, top),
        ]
    if line is not None:
        at = _LEFT + round(line * scale)
        picture[_MARGIN + _ROW : -_MARGIN, at] = _LINE
    for word, size_px, color, left, top in words:
        picture = blend(picture, text_image(word, size_px, color), left=left, top=top)
    return picture
