"""Probes as tasks: done by an agent that does what their own person does, and by nobody else."""

import shutil

import gymnasium
import numpy as np
import pytest
from tiny import tiny_cursors

import ncdesktop.environment
from ncdesktop.actions import Action
from ncdesktop.environment.tasks import Task
from ncdesktop.errors import InputError
from ncdesktop.evaluation.probes import GROUPS
from ncdesktop.evaluation.stage import screen
from ncdesktop.events import Button, Key
from ncdesktop.script import parse_script
from ncdesktop.world import Frame, Start, State

pytestmark = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")


class MenuWorld:
    """A desktop of real screens of which only the Applications menu works, and its entry that opens a terminal."""

    size = (512, 384)

    def reset(self, seed: int | None = None, start: Start = None) -> Frame:
        self._tick, self._name = 0, "desktop"
        return self._frame((256, 192))

    def step(self, action: Action) -> Frame:
        x, y = action.pointer
        for event in action.edges:
            if event == Button(1, True):
                opens = {"desktop": "menu", "menu": "terminal" if 26 < y < 44 else "desktop"}
                self._name = opens.get(self._name, self._name) if x < 120 else self._name
            if event == Key("Escape", True):
                self._name = "desktop"
        self._tick += 1
        return self._frame(action.pointer)

    def get_state(self) -> State:
        return State("menu", "", self._tick, self.size, {"name": np.array(self._name)})

    def set_state(self, state: State) -> Frame:
        self._tick, self._name = state.tick, str(state.arrays["name"])
        return self._frame((256, 192))

    def close(self) -> None:
        pass

    def _frame(self, pointer: tuple[int, int]) -> Frame:
        return Frame(self._tick, screen(self._name), pointer, tiny_cursors()[0])


def make(task: str) -> gymnasium.Env:
    return gymnasium.make("ncdesktop/Desktop-v0", world=MenuWorld(), task=task)


def follow_script(env: gymnasium.Env, info: dict, before: Action, *, ticks: int = 10_000) -> tuple:
    """Do what the task's own person would do for the present part; return the last step and action."""
    step: tuple = ()
    for action in parse_script(info["script"], size=(512, 384), before=before).actions[:ticks]:
        step = env.step(ncdesktop.environment.from_action(action, before))
        before = action
        if step[2] or step[4]["passed"] > info["passed"]:
            break
    return step, before


@pytest.mark.parametrize(("task", "parts"), [("menu", 1), ("menu_closes", 2), ("open_by_menu", 2)])
def test_the_probes_own_script_earns_the_reward(task: str, parts: int) -> None:
    env = make(task)
    _, info = env.reset(seed=0)
    before, rewards = Action((256, 192)), 0.0
    for part in range(parts):
        assert info["passed"] == part
        (_, reward, terminated, truncated, info), before = follow_script(env, info, before)
        assert not truncated
        rewards += reward
        assert terminated == (part == parts - 1)
    assert (rewards, info["passed"]) == (1.0, parts)


def test_a_wrong_program_earns_nothing() -> None:
    env = make("open_by_menu")
    _, info = env.reset(seed=1)  # asks for the file manager
    (*_, info), before = follow_script(env, info, Action((256, 192)))
    assert info["passed"] == 1 and "move" in info["script"]
    for action in parse_script("move 60 35\nclick\nwait 5", size=(512, 384), before=before).actions:
        _, reward, terminated, *_ = env.step(ncdesktop.environment.from_action(action, before))
        before = action
        assert (reward, terminated) == (0.0, False)


def test_a_restored_state_knows_what_was_done() -> None:
    env = make("menu_closes")
    _, info = env.reset(seed=0)
    (*_, info), before = follow_script(env, info, Action((256, 192)))
    state = env.unwrapped.get_state()
    for _ in range(2):
        (_, reward, terminated, *_), _ = follow_script(env, info, before)
        assert (reward, terminated) == (1.0, True)
        assert env.unwrapped.set_state(state)[1]["passed"] == 1


def test_no_task_is_done_where_nothing_happens() -> None:
    for name in GROUPS:
        world = MenuWorld()
        task = Task(name, world)
        first = task.begin(0)
        assert not task.see(world.step(Action(first.pointer))), name


def test_an_unknown_task_and_a_start_beside_one_are_refused() -> None:
    with pytest.raises(InputError, match="unknown group 'fly'"):
        make("fly")
    with pytest.raises(InputError, match="screens of its own"):
        make("menu").reset(options={"start": np.zeros((384, 512, 3), np.uint8)})
