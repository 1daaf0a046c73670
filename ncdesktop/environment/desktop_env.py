"""`ncdesktop/Desktop-v0`: a world as a Gymnasium environment."""

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box

from ncdesktop.environment.episode import Episode, EpisodeState
from ncdesktop.environment.spaces import action_space
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.paths import embedded_weights
from ncdesktop.world import FPS, World

__all__ = ["DesktopEnv"]


class DesktopEnv(gymnasium.Env[np.ndarray, dict[str, Any]]):
    """A desktop that is seen and used tick by tick, 15 of them a second of its own time.

    observation: (H, W, 3) uint8 RGB, the screen with the pointer
    action:      see `action_space`
    reward:      1 when the task is done, which ends the episode; without a task always 0
    info:        see `Episode.info`
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array", "human"], "render_fps": FPS}  # noqa: RUF012

    def __init__(
        self,
        *,
        render_mode: str | None = None,
        world: World | None = None,
        weights: Path | str | None = None,
        device: str = "cpu",
        task: str | None = None,
    ) -> None:
        """world:   any World, which stays its owner's to close; by default a dream
        weights: folder of the dream's model, the embedded one by default; device: where it is dreamed
        task:    name of a probe, see `ncdesktop.evaluation.probes.GROUPS`
        """
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f"unknown render mode {render_mode!r}, expected one of rgb_array, human")
        self.render_mode = render_mode
        self._own = world is None
        if world is None:
            world = NeuralWorld.from_pretrained(Path(weights or embedded_weights()), device=device)
        self._episode = Episode(world, task=task)
        width, height = world.size
        self.observation_space = Box(0, 255, (height, width, 3), np.uint8)
        self.action_space = action_space(world.size)
        self._spectator: Any = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin anew; see `Episode.begin` for the options. The same seed and actions give the same observations."""
        super().reset(seed=seed)
        self._episode.begin(int(self.np_random.integers(2**31)) if seed is None else seed, options)
        return self._seen()

    def step(self, action: dict[str, Any]) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Let one tick pass in which the agent does `action`."""
        frame = self._episode.world.step(self._episode.take(action))
        reward, terminated, truncated = self._episode.see(frame)
        observation, info = self._seen()
        return observation, reward, terminated, truncated, info

    def render(self) -> np.ndarray | None:
        """Return the screen (H, W, 3) uint8 in the mode "rgb_array"; "human" shows it in a window at each tick."""
        return self._episode.frame.pixels.copy() if self.render_mode == "rgb_array" else None

    def get_state(self) -> EpisodeState:
        """Return all that is needed to go on from here, for tree search; later steps do not change it."""
        return self._episode.get_state()

    def set_state(self, state: EpisodeState) -> tuple[np.ndarray, dict[str, Any]]:
        """Go back to a state of the same task, kind of world and model; return its observation and info."""
        self._episode.set_state(state)
        return self._seen()

    def close(self) -> None:
        if self._spectator:
            self._spectator.close()
            self._spectator = None
        if self._own:
            self._episode.world.close()

    def _seen(self) -> tuple[np.ndarray, dict[str, Any]]:
        if self.render_mode == "human":
            if self._spectator is None:
                from ncdesktop.app.spectator import Spectator  # pygame only where somebody watches

                self._spectator = Spectator(self._episode.world.size, title="ncdesktop/Desktop-v0")
            self._spectator.show(self._episode.frame)
        return self._episode.frame.pixels.copy(), self._episode.info
