"""The vector environment: its dreams go on as environments of their own would."""

from pathlib import Path

import gymnasium
import numpy as np
import pytest
from gymnasium.vector.utils import iterate

import ncdesktop.environment  # noqa: F401 registers
from ncdesktop.environment.vector_env import DesktopVectorEnv
from ncdesktop.errors import InputError

TICKS, LIMIT = 12, 5


def make_vec(weights: Path, dreams: int = 3, **arguments: object) -> gymnasium.vector.VectorEnv:
    env = gymnasium.make_vec("ncdesktop/Desktop-v0", num_envs=dreams, weights=weights, **arguments)
    assert isinstance(env, DesktopVectorEnv)
    return env


def draw(env: gymnasium.vector.VectorEnv, ticks: int, *, seed: int) -> list[dict[str, np.ndarray]]:
    env.action_space.seed(seed)
    return [env.action_space.sample() for _ in range(ticks)]


def test_each_dream_is_the_environment_of_its_seed_over_several_episodes(tiny_weights: Path) -> None:
    env = make_vec(tiny_weights, max_episode_steps=LIMIT)
    ones = [
        gymnasium.make("ncdesktop/Desktop-v0", weights=tiny_weights, max_episode_steps=LIMIT)
        for _ in range(3)
    ]
    observations, infos = env.reset(seed=7)
    expected = [one.reset(seed=7 + dream)[0] for dream, one in enumerate(ones)]
    assert np.array_equal(observations, expected) and observations in env.observation_space
    assert infos["tick"].tolist() == [0, 0, 0]
    over, exact = False, 0
    for actions in draw(env, TICKS, seed=1):
        observations, rewards, terminations, truncations, infos = env.step(actions)
        for dream, (one, action) in enumerate(zip(ones, iterate(env.action_space, actions), strict=True)):
            if over:
                (observation, info), reward, terminated, truncated = one.reset(), 0.0, False, False
            else:
                observation, reward, terminated, truncated, info = one.step(action)
            assert (rewards[dream], terminations[dream], truncations[dream]) == (
                reward,
                terminated,
                truncated,
            )
            assert infos["tick"][dream] == info["tick"]
            difference = np.abs(observations[dream].astype(int) - observation)
            exact += not difference.any()
        over = truncations.all()
    assert exact >= 0.9 * 3 * TICKS


def test_a_restored_state_goes_on_bit_for_bit_and_can_be_branched(tiny_weights: Path) -> None:
    env = make_vec(tiny_weights)
    env.reset(seed=0)
    assert isinstance(env, DesktopVectorEnv)
    for actions in draw(env, 5, seed=0):
        env.step(actions)
    states, later = env.get_state(), draw(env, 5, seed=1)
    expected = [env.step(actions)[0] for actions in later]
    env.set_state(states)
    assert all(
        np.array_equal(env.step(actions)[0], seen) for actions, seen in zip(later, expected, strict=True)
    )
    observations, _ = env.set_state([states[1]] * 3)
    assert np.array_equal(observations[0], observations[1]) and np.array_equal(
        observations[1], observations[2]
    )
    with pytest.raises(ValueError, match="shorter"):
        env.set_state(states[:2])


def test_screens_are_rendered_and_wrong_arguments_refused(tiny_weights: Path) -> None:
    env = make_vec(tiny_weights, dreams=2, render_mode="rgb_array")
    observations, _ = env.reset(seed=[4, None])
    rendered = env.render()
    assert rendered is not None and np.array_equal(np.stack(rendered), observations)
    env.close()
    with pytest.raises(ValueError, match="expected at least 1"):
        make_vec(tiny_weights, dreams=0)
    with pytest.raises(InputError, match=r"probes are for 512x384|Tesseract"):
        make_vec(tiny_weights, task="menu")
