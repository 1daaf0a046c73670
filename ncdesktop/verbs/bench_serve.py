"""What `bench` times of the browser view: what viewers add to a tick, and what they are sent."""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ncdesktop.actions import Action
from ncdesktop.emulator.console import Console
from ncdesktop.evaluation.bench import Log
from ncdesktop.world import Frame, Start, State, World

__all__ = ["describe_serve", "serve_figures"]

_MANY = 50
_TICKS = 150


@dataclass
class _Led:
    """A world that waits, dreams a log once it is told to begin, and waits again.

    step_ms: of each tick of the log; served_ms: processor time of the server's thread within each; done: the log has ended
    """

    world: World
    log: Log
    seed: int
    loop: asyncio.AbstractEventLoop
    done: asyncio.Event
    begun: bool = False
    step_ms: list[float] = field(default_factory=list)
    served_ms: list[float] = field(default_factory=list)
    _served_s: float | None = None

    def __post_init__(self) -> None:
        self.size = self.world.size
        self._actions = iter(self.log.actions[:_TICKS])

    def reset(self, seed: int | None = None, start: Start = None) -> Frame:
        self._frame = self.world.reset(self.seed, self.log.start)
        return self._frame

    def step(self, action: Action) -> Frame:
        ours = next(self._actions, None) if self.begun else None
        if ours is not None:
            began_s = time.perf_counter()
            self._frame = self.world.step(ours)
            self.step_ms.append(1000 * (time.perf_counter() - began_s))
            self.loop.call_soon_threadsafe(self._served)
        elif self.begun:
            self.loop.call_soon_threadsafe(self.done.set)
        return self._frame

    def get_state(self) -> State:
        return self.world.get_state()

    def set_state(self, state: State) -> Frame:
        return self.world.set_state(state)

    def close(self) -> None:
        """Leave the world to its owner."""

    def _served(self) -> None:
        now_s = time.thread_time()
        if self._served_s is not None:
            self.served_ms.append(1000 * (now_s - self._served_s))
        self._served_s = now_s


def serve_figures(world: World, log: Log, *, seed: int = 0) -> dict[str, Any]:
    """Dream a log, at most 10 s of it, without viewers, with one and with 50, at 15 ticks a second; figures under "serve".

    added_cpu_ms:  processor time of the server within a tick, all of it while one viewer looks on
    step_ms:       mean of the dream's own step with so many viewers
    slowdown_50:   how much longer the same steps take with 50 viewers than with none, median
    viewer_fps_50: screens a second that the slowest of the 50 has got
    kb_s:          kB a second that one viewer is sent, the first whole screen left out

    The viewers run in a process of their own, on this machine. Nothing if the extra `serve` is not installed.
    """
    if find_spec("aiohttp") is None:
        return {}
    runs = {count: asyncio.run(_run(world, log, seed, count)) for count in (0, 1, _MANY)}
    led, one, one_s = runs[1]
    _, many, many_s = runs[_MANY]
    slower = np.array(runs[_MANY][0].step_ms) / runs[0][0].step_ms
    steps = {count: float(np.mean(run[0].step_ms)) for count, run in runs.items()}
    return {
        "serve": {
            "added_cpu_ms": {
                f"p{share}": round(float(np.percentile(led.served_ms, share)), 2) for share in (50, 95, 99)
            },
            "step_ms": {str(count): round(mean, 2) for count, mean in steps.items()},
            "slowdown_50": round(float(np.median(slower)) - 1, 3),
            "viewer_fps_50": round(min(got["screens"] for got in many) / many_s, 1),
            "kb_s": round(one[0]["bytes"] / one_s / 1000, 1),
        }
    }


async def _run(world: World, log: Log, seed: int, count: int) -> tuple[_Led, list[dict[str, int]], float]:
    """Dream the log with `count` viewers; return its times, what each viewer has got, and the seconds it took."""
    from ncdesktop.serve.gate import new_token
    from ncdesktop.serve.server import Server

    led = _Led(world, log, seed, asyncio.get_running_loop(), asyncio.Event())
    with TemporaryDirectory(prefix="ncdesktop-bench-") as folder:
        server = Server(
            lambda intake, say: Console(led, intake, home=Path(folder), say=say, rewind_seconds=0),
            address="127.0.0.1",
            port=0,
            token=new_token(),
        )
        async with server:
            crowd = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "ncdesktop.serve.crowd", server.link, str(count)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            assert crowd.stdout is not None
            await crowd.stdout.readline()
            await asyncio.sleep(0.5)  # for the first, whole screens
            sent = [viewer.sent_bytes for viewer in server.room.viewers]
            began_s = time.perf_counter()
            led.begun = True
            await led.done.wait()
            spent_s = time.perf_counter() - began_s
            told = [viewer.sent_bytes for viewer in server.room.viewers]
            got = json.loads((await crowd.communicate(b""))[0])
    for one, before, after in zip(got, sent, told, strict=True):
        one["bytes"] = after - before
        one["screens"] -= 1  # the first, whole one
    return led, got, spent_s


def describe_serve(found: dict[str, Any]) -> str:
    """Return the figures of the browser view as a line for people."""
    if "serve" not in found:
        return "browser view: not timed, its library is missing: pip install 'ncdesktop[serve]'"
    of = found["serve"]
    return (
        "a viewer adds {p50:.1f} ms to a tick (p95 {p95:.1f}, p99 {p99:.1f})".format(**of["added_cpu_ms"])
        + f" and is sent {of['kb_s']:.0f} kB/s; with {_MANY} the dream takes {of['slowdown_50']:+.0%} "
        f"and each gets {of['viewer_fps_50']:.1f} screens/s"
    )
