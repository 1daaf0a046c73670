"""Worlds as Gymnasium environments. Importing this registers `ncdesktop/Desktop-v0`, as Gymnasium asks of packages."""

import gymnasium

from ncdesktop.environment.spaces import action_space, from_action, to_action

__all__ = ["action_space", "from_action", "to_action"]

gymnasium.register(
    "ncdesktop/Desktop-v0",
    entry_point="ncdesktop.environment.desktop_env:DesktopEnv",
    vector_entry_point="ncdesktop.environment.vector_env:DesktopVectorEnv",
)
