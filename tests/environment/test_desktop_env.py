"""`ncdesktop/Desktop-v0`: Gymnasium's own check, repeatable, restorable, on any world."""

import subprocess
import sys
import warnings
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from tiny import TINY_SIZE, random_screen
from worlds import PaintWorld

import ncdesktop.environment  # noqa: F401 registers
from ncdesktop.errors import InputError, StateError
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.recorded_world import RecordedWorld
from ncdesktop.session import Session
from ncdesktop.state_file import save_state


def make(**arguments: object) -> gymnasium.Env:
    return gymnasium.make("ncdesktop/Desktop-v0", **arguments)


def play(env: gymnasium.Env, ticks: int, *, seed: int) -> list[np.ndarray]:
    """Observations of `ticks` steps with the actions that `seed` draws."""
    env.action_space.seed(seed)
    return [env.step(env.action_space.sample())[0] for _ in range(ticks)]


def same(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return all(np.array_equal(one, two) for one, two in zip(first, second, strict=True))


def test_gymnasium_finds_no_fault(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")  # it tries the render mode "human" too
    env = make(weights=tiny_weights, render_mode="rgb_array")
    check_env(env.unwrapped)
    env.close()


def test_same_seed_and_actions_give_the_same_observations_and_another_seed_others(tiny_weights: Path) -> None:
    env, runs = make(weights=tiny_weights), []
    for seed in (1, 1, 2):
        observation, _ = env.reset(seed=seed)
        runs.append([observation, *play(env, 30, seed=7)])
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


def test_observation_is_the_screen_with_the_pointer(tiny_world: NeuralWorld) -> None:
    env = make(world=tiny_world, render_mode="rgb_array")
    observation, info = env.reset(seed=0)
    frame = tiny_world.reset(0)
    assert np.array_equal(observation, frame.pixels) and not np.array_equal(observation, frame.ui)
    assert np.array_equal(env.render(), observation)
    assert info == {"tick": 0, "cursor": "left_ptr"}


def test_a_restored_state_goes_on_bit_for_bit(tiny_weights: Path) -> None:
    env = make(weights=tiny_weights)
    env.reset(seed=3)
    play(env, 10, seed=1)
    state = env.unwrapped.get_state()
    here, expected = env.unwrapped.set_state(state)[0], play(env, 20, seed=2)
    play(env, 5, seed=3)
    assert np.array_equal(env.unwrapped.set_state(state)[0], here)
    assert same(play(env, 20, seed=2), expected)


def test_an_episode_begins_from_a_screen_a_state_or_a_state_file(
    tiny_world: NeuralWorld, tmp_path: Path
) -> None:
    env = make(world=tiny_world)
    screen = random_screen(9)
    env.reset(seed=0, options={"start": screen})
    assert np.array_equal(tiny_world.get_state().arrays["screen/screen"], screen)
    play(env, 5, seed=0)
    state = tiny_world.get_state()
    save_state(tmp_path / "a.state", state)
    first, info = env.reset(options={"start": state})
    second, _ = env.reset(options={"start": tmp_path / "a.state"})
    assert info["tick"] == 5 and np.array_equal(first, second)


def test_wrong_options_and_arguments_are_refused(tiny_world: NeuralWorld, tmp_path: Path) -> None:
    env = make(world=tiny_world)
    for options, error, words in (
        ({"begin": 1}, InputError, "unknown reset options"),
        ({"start": np.zeros((3, 3, 3), np.uint8)}, InputError, "start screen"),
        ({"start": tmp_path / "none.state"}, StateError, "none.state"),
    ):
        with pytest.raises(error, match=words):
            env.reset(options=options)
    with pytest.raises(ValueError, match="render mode"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make(world=tiny_world, render_mode="ansi")


def test_any_world_can_be_acted_in() -> None:
    world = PaintWorld()
    env = make(world=world)
    env.reset(seed=0)
    env.action_space.seed(0)
    chosen = env.action_space.sample()
    env.step(chosen)
    assert world.seen[0].pointer == tuple(chosen["pointer"]) and len(world.seen[0].edges) > 4
    env.close()
    assert world.reset().pixels.shape == (96, 128, 3)  # whoever passed it closes it


def test_a_recorded_session_ends_the_episode(small_session: Session) -> None:
    env = make(world=RecordedWorld(small_session))
    env.reset()
    for tick in range(1, len(small_session.ticks)):
        _, reward, terminated, truncated, info = env.step(env.action_space.sample())
        assert truncated == (tick == len(small_session.ticks) - 1)
    assert (reward, terminated, info["tick"]) == (0.0, False, len(small_session.ticks) - 1)


def test_registering_loads_neither_network_nor_window() -> None:
    code = "import sys, ncdesktop.environment, gymnasium\ngymnasium.spec('ncdesktop/Desktop-v0')\nassert 'torch' not in sys.modules and 'pygame' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_world_of_another_size_has_no_tasks(tiny_world: NeuralWorld) -> None:
    assert tiny_world.size == TINY_SIZE
    with pytest.raises(InputError, match=r"probes are for 512x384, this world is 128x128|Tesseract"):
        make(world=tiny_world, task="menu")
