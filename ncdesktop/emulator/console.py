"""The front panel of a running emulator: every command that a user can give, by name, headless or in the window."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ncdesktop.actions import Action
from ncdesktop.emulator.beside import Beside, OpenReal
from ncdesktop.emulator.capture import save_png
from ncdesktop.emulator.comparison import Comparison, draw_comparison
from ncdesktop.emulator.demo import Demo
from ncdesktop.emulator.emulator import Emulator
from ncdesktop.emulator.figures import Figures, Meter
from ncdesktop.emulator.intake import Intake
from ncdesktop.emulator.moments import Moments
from ncdesktop.emulator.recording import Recording
from ncdesktop.emulator.replay import Replay
from ncdesktop.emulator.rewind import Rewind
from ncdesktop.emulator.timecontrol import TimeControl
from ncdesktop.errors import StateError
from ncdesktop.events import Key
from ncdesktop.paths import free_path
from ncdesktop.script import read_script
from ncdesktop.world import FPS, Frame, Start, World

__all__ = ["Console", "Status"]

_LOOK_S = 0.1
"""Time between two looks, while paused, at whether the real desktop has come up."""


@dataclass(frozen=True)
class Status:
    """All that a window shows of the emulator after a tick or command; never changes.

    action:       of the tick that `frame` ends
    model:        whose states the world can go on from
    input_time_s: when the oldest input of that tick happened, None without input
    beside:       the real desktop and the dream after that tick, None if there is no real one; starting: it is on its way
    led:          a replay, a tour or time travel leads, not the user
    travel:       -1 while rewinding, +1 while going forward again, else 0
    replayed:     ticks done and in all, None without a replay
    rewind:       seconds that can be gone back, and megabytes that they take
    """

    frame: Frame
    action: Action
    figures: Figures
    model: str
    seed: int
    paused: bool
    speed: float
    hurried: bool
    travel: int
    recording: bool
    led: bool
    caption: str
    slot: int | None
    replayed: tuple[int, int] | None
    rewind: tuple[float, float]
    beside: Comparison | None
    starting: bool
    input_time_s: float | None


class Console:
    """An emulator with all its extensions. One thread makes all calls; input comes through `intake`."""

    def __init__(
        self,
        world: World,
        intake: Intake,
        *,
        home: Path,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.perf_counter,
        seed: int = 0,
        start: Start = None,
        rewind_seconds: float = 300,
        rewind_mb: float = 200,
        demo: Demo | None = None,
        tours: Sequence[Path] = (),
        real: OpenReal | None = None,
        autosave: bool = False,
    ) -> None:
        """home: folder for states, recordings and pictures; say: takes a line for the user, "saved to slot 1".

        demo: leads and hands over by itself; tours: action scripts to lead through when the user asks for it
        real: opens a real desktop to put beside the dream; autosave: keep the last moment for --resume
        """
        self.intake = intake
        self._home = home
        self._say = say
        self._seed = seed
        self._autosave = autosave
        self._demo = demo
        self._tours = list(tours)
        self._meter = Meter(clock)
        self._rewind = Rewind(seconds=rewind_seconds, budget_mb=rewind_mb)
        self._recording = Recording(say)
        self._replay = Replay(say, self._settle)
        self._beside = Beside(real, say)
        leads = [self._replay] if demo is None else [self._replay, demo]
        self._emulator = Emulator(world, [*leads, self._rewind, self._recording, self._meter, self._beside])
        self._emulator.start(seed=seed, start=start)
        self._input_time_s: float | None = None
        self._time = TimeControl(
            self._emulator, self._rewind, clock=clock, live=self._live, arrived=self._arrive, say=say
        )
        self.moments = Moments(
            self._emulator, self._replay, home=home, seed=seed, settle=self._settle, say=say
        )
        self.commands: dict[str, Callable[[str], None]] = {
            **self._time.commands,
            **self.moments.commands,
            "tour": self._tour,
            "screenshot": self._screenshot,
            "record": self._record,
            "beside": lambda _: self._beside.toggle(world.size),
            "ctrl_alt_del": self._ctrl_alt_del,
        }

    @property
    def status(self) -> Status:
        touring = self._demo is not None and self._demo.touring
        return Status(
            frame=self._emulator.frame,
            action=self._emulator.last,
            figures=self._meter.figures,
            model=self.moments.model,
            seed=self._seed,
            paused=self._time.paused,
            speed=self._time.speed,
            hurried=self._time.hurried,
            travel=self._time.travel,
            recording=self._recording.active,
            led=self._replay.active or touring or self._time.travel != 0,
            caption=self._demo.caption if self._demo else self._replay.caption,
            slot=self.moments.slot,
            replayed=(self._replay.done, self._replay.total) if self._replay.active else None,
            rewind=((self._rewind.position - self._rewind.oldest) / FPS, self._rewind.size_bytes / 1e6),
            beside=self._beside.comparison,
            starting=self._beside.starting,
            input_time_s=self._input_time_s,
        )

    def command(self, text: str) -> None:
        """Do one command: a name, and what it takes after a space; "end NAME" when a held one is let go."""
        name, _, argument = text.partition(" ")
        if name == "end":
            name, argument = argument, "end"
        if self._beside.refuses(name):
            if argument == "end":
                return
            raise StateError(
                "the time of a real desktop can neither be stopped nor turned back; end it first, then do this"
            )
        self.commands[name](argument)

    def wait_s(self) -> float | None:
        """Return the seconds until `tick` should be called; None: not before another command."""
        wait_s = self._time.wait_s()
        return _LOOK_S if wait_s is None and self._beside.starting else wait_s

    def tick(self) -> None:
        """Let one tick pass with the input that has come since the last one, or travel in time.

        A real desktop that has come up takes the dream with it, to its screen and its time.
        """
        if (real := self._beside.met()) is not None:
            self._time.go()
            self.moments.start_from(real.ui, "left the real desktop, right the dream")
        if self._time.wait_s() is not None:
            self._time.tick()

    def close(self) -> None:
        """Keep the moment for --resume, then end the world and all that was begun."""
        try:
            if (
                self._autosave and self._emulator.frame.tick > 0
            ):  # quitting at once keeps what was kept before
                self.moments.autosave()
        finally:
            self._emulator.close()

    def _live(self) -> None:
        if self._demo is not None and self._demo.begins:
            self._emulator.start(seed=self._seed + self._demo.round + 1)
        events = self.intake.take()
        self._input_time_s = min((event.time_s for event in events if event.time_s), default=None)
        self._emulator.feed(events)

    def _settle(self) -> None:
        self.intake.settle(self._emulator.releases())

    def _arrive(self) -> None:
        """Time was turned back: hold what the user holds, unless a replay goes on, whose hands are its own."""
        if not self._replay.active:
            self._settle()

    def _tour(self, _: str) -> None:
        """Begin anew and lead through the next tour; can be undone."""
        if not self._tours:
            raise StateError("there are no tours to ask for here; ncdesktop demo plays them by themselves")
        tour = self._tours.pop(0)
        self._tours.append(tour)
        script = read_script(tour, size=self._emulator.world.size, seed=self._seed)
        self.moments.start_from(None, "a tour: any click or key takes over")
        self._replay.guide(script)
        self._time.go()

    def _screenshot(self, _: str) -> None:
        path = free_path(self._home / "pictures", ".png")
        both = self._beside.comparison
        save_png(path, self._emulator.frame.pixels if both is None else draw_comparison(both))
        self._say(f"saved {path}")

    def _record(self, _: str) -> None:
        if self._recording.active:
            self._recording.end()
        else:
            self._recording.begin(self._emulator, free_path(self._home / "recordings", ""))
            self._say("recording")

    def _ctrl_alt_del(self, _: str) -> None:
        names = ("Control_L", "Alt_L", "Delete")
        for name in names:
            self.intake.put(Key(name, True))
        for name in reversed(names):
            self.intake.put(Key(name, False))
