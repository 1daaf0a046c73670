"""What `bench` times of the emulator: how much window, figures and recording add to a tick, and snapshots."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ncdesktop.actions import Action
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake
from ncdesktop.evaluation.input_logs import Log
from ncdesktop.world import Frame, Start, State, World

__all__ = ["describe", "emulator_figures"]

_SCALE = 2
_SLOTS = range(1, 10)
_TICKS = 150


class _Watched:
    """A world that notes what its last step took. spent_s: see `_now_s`."""

    def __init__(self, world: World) -> None:
        self.size = world.size
        self.spent_s = _now_s() * 0
        self._world = world

    def reset(self, seed: int | None = None, start: Start = None) -> Frame:
        return self._world.reset(seed, start)

    def step(self, action: Action) -> Frame:
        began_s = _now_s()
        frame = self._world.step(action)
        self.spent_s = _now_s() - began_s
        return frame

    def get_state(self) -> State:
        return self._world.get_state()

    def set_state(self, state: State) -> Frame:
        return self._world.set_state(state)

    def close(self) -> None:
        """Leave the world to its owner."""


def emulator_figures(world: World, log: Log, *, seed: int = 0) -> dict[str, Any]:
    """Dream a log as the window does, at most 10 s of it, once without and once with rewinding; return the figures under "emulator".

    added_ms:     of each tick all but the world's own step, while session and film are recorded: input, recording, the
                  drawing of screen, pointer and figures at twice the size, the flip; as a clock on the wall sees it
    added_cpu_ms: the same as processor time, whatever else the machine does
    added_rewinding_ms, added_rewinding_cpu_ms: these where all of it can be rewound, too, as by default
    save_ms, load_ms: a slot's saving and loading with all that belongs to it, median

    Drawn without a display unless SDL_VIDEODRIVER names the driver of one.
    """
    added: dict[str, dict[str, float]] = {}
    saves, loads = list[float](), list[float]()
    for name, rewind_seconds in (("added", 0), ("added_rewinding", _TICKS)):
        with TemporaryDirectory(prefix="ncdesktop-bench-") as folder:
            watched, intake = _Watched(world), Intake()
            console = Console(
                watched,
                intake,
                home=Path(folder),
                say=lambda line: None,
                seed=seed,
                start=log.start,
                rewind_seconds=rewind_seconds,
            )
            try:
                wall, processor = _live(console, watched, intake, log).T
                added |= {f"{name}_ms": _percentiles(wall), f"{name}_cpu_ms": _percentiles(processor)}
                console.command("record")  # the end of it
                saves += [_timed(console, f"save {slot}") for slot in _SLOTS]
                loads += [_timed(console, f"load {slot}") for slot in _SLOTS]
            finally:
                console.close()
    medians = {
        name: round(float(np.median(values)), 1) for name, values in (("save_ms", saves), ("load_ms", loads))
    }
    return {"emulator": added | medians}


def _now_s() -> np.ndarray:
    """Return (2,) seconds: of the wall clock, and of this thread on a processor."""
    return np.array((time.perf_counter(), time.thread_time()))


def _live(console: Console, watched: _Watched, intake: Intake, log: Log) -> np.ndarray:
    """Return (ticks, 2) milliseconds of each tick but for the world's step, while recording and drawing all of it."""
    # pygame takes a moment to import
    from ncdesktop.app.unattended import UnattendedWindow

    window = UnattendedWindow(watched.size, scale=_SCALE)
    added = []
    console.command("record")
    try:
        for action in log.actions[:_TICKS]:
            time.sleep(console.wait_s() or 0)
            began_s = _now_s()
            for event in action.edges:
                intake.put(event)
            console.tick()
            window.show(console.status)
            added.append(1000 * (_now_s() - began_s - watched.spent_s))
    finally:
        window.close()
    return np.array(added)


def _percentiles(values: np.ndarray) -> dict[str, float]:
    return {f"p{share}": round(float(np.percentile(values, share)), 2) for share in (50, 95, 99)}


def _timed(console: Console, command: str) -> float:
    began_s = time.perf_counter()
    console.command(command)
    return 1000 * (time.perf_counter() - began_s)


def describe(found: dict[str, Any]) -> str:
    """Return the figures of the emulator as lines for people."""
    of = found["emulator"]
    wall, cpu, rewinding, rewinding_cpu = (
        "{p50:.1f} ms (p95 {p95:.1f}, p99 {p99:.1f})".format(**of[name])
        for name in ("added_ms", "added_cpu_ms", "added_rewinding_ms", "added_rewinding_cpu_ms")
    )
    return (
        f"window, figures and recording add {wall} to a tick, {cpu} of processor time\n"
        f"with rewinding {rewinding}, {rewinding_cpu}\n"
        f"a slot is saved in {of['save_ms']:.0f} ms, loaded in {of['load_ms']:.0f} ms"
    )
