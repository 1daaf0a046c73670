"""`ncdesktop/Desktop-v0` many times over: B dreams of one model, stepped in one batched pass."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.spaces import Box
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space, iterate

from ncdesktop.environment.episode import Episode, EpisodeState
from ncdesktop.environment.spaces import action_space
from ncdesktop.model.neural_world import NeuralWorld, step_together
from ncdesktop.paths import embedded_weights
from ncdesktop.world import FPS

__all__ = ["DesktopVectorEnv"]


class DesktopVectorEnv(VectorEnv[np.ndarray, dict[str, Any], np.ndarray]):
    """B dreams, each of which goes on as a `DesktopEnv` with its seed would, up to the rounding of larger sums.

    observation: (B, H, W, 3) uint8 RGB
    action:      a batch of `action_space`
    rewards, terminations, truncations: (B,), see `DesktopEnv`

    The step after an episode's last begins the next one; the action for it is not used.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["rgb_array"],
        "render_fps": FPS,
        "autoreset_mode": AutoresetMode.NEXT_STEP,
    }

    def __init__(
        self,
        num_envs: int,
        *,
        render_mode: str | None = None,
        weights: Path | str | None = None,
        device: str = "cpu",
        task: str | None = None,
        max_episode_steps: int | None = None,
    ) -> None:
        """num_envs: how many dreams; max_episode_steps: ticks after which an episode is cut; the rest as in `DesktopEnv`"""
        if num_envs < 1 or render_mode not in (None, "rgb_array"):
            raise ValueError(
                f"{num_envs} dreams, render mode {render_mode!r}: expected at least 1, rgb_array"
            )
        self.num_envs, self.render_mode, self._limit = num_envs, render_mode, max_episode_steps
        first = NeuralWorld.from_pretrained(Path(weights or embedded_weights()), device=device)
        self._worlds = [first, *(first.another() for _ in range(num_envs - 1))]
        self._episodes = [Episode(world, task=task) for world in self._worlds]
        self._randoms = [seeding.np_random()[0] for _ in self._worlds]
        self._ticks, self._over = np.zeros(num_envs, np.int64), np.zeros(num_envs, bool)
        width, height = first.size
        self.single_observation_space = Box(0, 255, (height, width, 3), np.uint8)
        self.single_action_space = action_space(first.size)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin all anew. seed: one for each dream, or the first one's, the next ones' follow; options: each one's."""
        seeds = [seed + dream for dream in range(self.num_envs)] if isinstance(seed, int) else seed
        for dream, one in enumerate(seeds or [None] * self.num_envs):
            self._begin(dream, one, options)
        return self._seen()

    def step(
        self, actions: dict[str, Any]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Let one tick pass in each dream."""
        rewards = np.zeros(self.num_envs)
        terminations, truncations = np.zeros((2, self.num_envs), bool)
        chosen = list(iterate(self.action_space, actions))
        going = [dream for dream in range(self.num_envs) if not self._over[dream]]
        for dream in np.flatnonzero(self._over).tolist():
            self._begin(dream, None, None)
        frames = step_together(
            [self._worlds[dream] for dream in going],
            [self._episodes[dream].take(chosen[dream]) for dream in going],
        )
        for dream, frame in zip(going, frames, strict=True):
            rewards[dream], terminations[dream], _ = self._episodes[dream].see(frame)
            self._ticks[dream] += 1
            truncations[dream] = self._limit is not None and self._ticks[dream] >= self._limit
        self._over = terminations | truncations
        observations, infos = self._seen()
        return observations, rewards, terminations, truncations, infos

    def render(self) -> tuple[np.ndarray, ...] | None:
        """Return the screens (H, W, 3) uint8 in the mode "rgb_array"."""
        return tuple(self._seen()[0]) if self.render_mode == "rgb_array" else None

    def get_state(self) -> list[EpisodeState]:
        """Return all that is needed to go on from here; later steps do not change it."""
        return [episode.get_state() for episode in self._episodes]

    def set_state(self, states: Sequence[EpisodeState]) -> tuple[np.ndarray, dict[str, Any]]:
        """Go back to states of the same task and model, one for each dream; a single one may stand at many places."""
        for episode, state in zip(self._episodes, states, strict=True):
            episode.set_state(state)
        self._over[:] = False
        return self._seen()

    def _begin(self, dream: int, seed: int | None, options: dict[str, Any] | None) -> None:
        if seed is None:
            seed = int(self._randoms[dream].integers(2**31))
        else:
            self._randoms[dream], _ = seeding.np_random(seed)
        self._episodes[dream].begin(seed, options)
        self._ticks[dream], self._over[dream] = 0, False

    def _seen(self) -> tuple[np.ndarray, dict[str, Any]]:
        infos: dict[str, Any] = {}
        for dream, episode in enumerate(self._episodes):
            infos = self._add_info(infos, episode.info, dream)
        return np.stack([episode.frame.pixels for episode in self._episodes]), infos
