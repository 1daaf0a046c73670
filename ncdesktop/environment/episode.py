"""One episode of an environment: how it begins, what an agent's choice does, what it is worth, how it is kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ncdesktop.actions import Action
from ncdesktop.environment.spaces import to_action
from ncdesktop.environment.tasks import Task
from ncdesktop.errors import InputError
from ncdesktop.recorded_world import RecordedWorld
from ncdesktop.state_file import load_state
from ncdesktop.world import Frame, State, World

__all__ = ["Episode", "EpisodeState"]


@dataclass(frozen=True)
class EpisodeState:
    """Everything an episode needs to go on from a tick: the world, the last action, what the task has seen."""

    world: State
    action: Action
    progress: Any


class Episode:
    """A world from one reset to the next. Whoever owns it steps the world, alone or with others."""

    def __init__(self, world: World, *, task: str | None) -> None:
        """task: a probe's name; raises InputError if it cannot be had"""
        self.world = world
        self._task = Task(task, world) if task else None
        self.frame: Frame

    def begin(self, seed: int, options: dict[str, Any] | None) -> None:
        """Reset the world. options: {"start": State, path of a state file, or screen (H, W, 3) uint8}."""
        options = options or {}
        if unknown := set(options) - {"start"}:
            raise InputError(f"unknown reset options {sorted(unknown)}, expected start")
        start = options.get("start")
        if self._task:
            if start is not None:
                raise InputError("a task begins with screens of its own; leave out the start, or the task")
            self.frame = self._task.begin(seed)
        else:
            if isinstance(start, str | Path):
                start = load_state(Path(start))
            self.frame = self.world.reset(seed, start)
        self._action = Action(self.frame.pointer)

    def take(self, chosen: dict[str, Any]) -> Action:
        """Return the Action with which the world goes on."""
        self._action = to_action(chosen, self._action)
        return self._action

    def see(self, frame: Frame) -> tuple[float, bool, bool]:
        """Take what the world shows after it; return reward, terminated and truncated."""
        self.frame = frame
        done = self._task is not None and self._task.see(frame)
        return float(done), done, isinstance(self.world, RecordedWorld) and self.world.ended

    @property
    def info(self) -> dict[str, Any]:
        """tick; cursor: name of the shape shown; with a task also script and passed, see `Task`"""
        cursor = self.frame.cursor.name if self.frame.cursor else ""
        found: dict[str, Any] = {"tick": self.frame.tick, "cursor": cursor}
        if self._task:
            found |= {"script": self._task.script, "passed": self._task.passed}
        return found

    def get_state(self) -> EpisodeState:
        """Return all that is needed to go on from here; later steps do not change it."""
        progress = self._task.get_progress() if self._task else None
        return EpisodeState(self.world.get_state(), self._action, progress)

    def set_state(self, state: EpisodeState) -> None:
        """Go back to a state of an episode with the same task in the same kind of world and model."""
        if (state.progress is None) != (self._task is None):
            raise InputError("this state is of an episode with another task")
        self.frame = self.world.set_state(state.world)
        self._action = state.action
        if self._task:
            self._task.set_progress(state.progress)
