"""The front panel of a running emulator: every command that a user can give, by name, headless or in the window."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ncdesktop.actions import Action
from ncdesktop.emulator.emulator import Emulator
from ncdesktop.emulator.figures import Figures, Meter
from ncdesktop.emulator.intake import Intake
from ncdesktop.emulator.pace import Pace
from ncdesktop.events import Key
from ncdesktop.world import Frame, Start, World

__all__ = ["Console", "Status"]


@dataclass(frozen=True)
class Status:
    """All that a window shows of the emulator after a tick or command; never changes.

    action:       of the tick that `frame` ends
    input_time_s: when the oldest input of that tick happened, None without input
    """

    frame: Frame
    action: Action
    figures: Figures
    paused: bool = False
    speed: float = 1.0
    input_time_s: float | None = None


class Console:
    """An emulator with all its extensions. One thread makes all calls; input comes through `intake`."""

    def __init__(
        self,
        world: World,
        intake: Intake,
        *,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.perf_counter,
        seed: int = 0,
        start: Start = None,
    ) -> None:
        """say: takes one line for the user, such as "saved to slot 1"."""
        self.intake = intake
        self._say = say
        self._clock = clock
        self._seed = seed
        self._pace = Pace(clock)
        self._meter = Meter(clock)
        self._input_time_s: float | None = None
        self._emulator = Emulator(world, [self._meter])
        self._action = Action(self._emulator.start(seed=seed, start=start).pointer)
        self._commands: dict[str, Callable[[str], None]] = {
            "pause": self._pause,
            "step": self._step,
            "hurry": self._hurry,
            "faster": lambda _: self._change_speed(+1),
            "slower": lambda _: self._change_speed(-1),
            "reboot": self._reboot,
            "ctrl_alt_del": self._ctrl_alt_del,
        }

    @property
    def commands(self) -> frozenset[str]:
        """Names that `command` knows."""
        return frozenset(self._commands)

    @property
    def status(self) -> Status:
        return Status(
            frame=self._emulator.frame,
            action=self._action,
            figures=self._meter.figures,
            paused=self._pace.paused,
            speed=self._pace.speed,
            input_time_s=self._input_time_s,
        )

    def command(self, text: str) -> None:
        """Do one command: a name, and what it takes after a space; "end NAME" when a held command is let go."""
        name, _, argument = text.partition(" ")
        if name == "end":
            name, argument = argument, "end"
        self._commands[name](argument)

    def wait_s(self) -> float | None:
        """Return the seconds until `tick` should be called; None: not before another command."""
        return self._pace.wait_s()

    def tick(self) -> None:
        """Let one tick pass with the input that has come since the last one."""
        self._pace.ticked()
        events = self.intake.take()
        times_s = [event.time_s for event in events if event.time_s]
        self._input_time_s = min(times_s, default=None)
        self._emulator.feed(events)
        self._action = self._emulator.action

    def close(self) -> None:
        """End the world and all that was begun."""
        self._emulator.close()

    def _pause(self, _: str) -> None:
        if self._pace.paused:
            self._pace.resume()
        else:
            self._pace.paused = True

    def _step(self, _: str) -> None:
        self._pace.paused = True
        self.tick()

    def _hurry(self, argument: str) -> None:
        self._pace.hurried = argument != "end"

    def _change_speed(self, step: int) -> None:
        self._say(f"speed {self._pace.change_speed(step):g}")

    def _reboot(self, _: str) -> None:
        self._emulator.start(seed=self._seed)
        self._say("rebooted")

    def _ctrl_alt_del(self, _: str) -> None:
        names = ("Control_L", "Alt_L", "Delete")
        for name in names:
            self.intake.put(Key(name, True))
        for name in reversed(names):
            self.intake.put(Key(name, False))
