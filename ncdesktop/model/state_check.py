"""A saved state is checked against the model that will go on from it: a damaged one would lead an index astray ticks later."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from ncdesktop.actions import LONG_AGO
from ncdesktop.errors import StateError
from ncdesktop.keysyms import key_count
from ncdesktop.model.choices import STACK
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.placer import BEYOND
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.world import State

__all__ = ["check_state"]

_FAR = 1 << 20
"""Pixels; further from the screen nothing is, however long it was dragged."""
_EMBEDDED = 1e4
"""A thousand times what embeddings hold."""


def check_state(state: State, model: NCGUIWorld, like: Mapping[str, np.ndarray]) -> None:
    """Raise StateError unless `state` can be gone on from: arrays of the shapes and types of those in `like`, which are another
    state's of the model, and numbers that it can have."""
    if state.size != model.size:
        raise StateError(f"this state is of a screen of {state.size}, this model dreams {model.size}")
    for name, expected in like.items():
        found = state.arrays.get(name)
        if found is None:
            raise StateError(f"this state lacks parts or is damaged: there is no {name}")
        if (found.shape, found.dtype) != (expected.shape, expected.dtype):
            raise StateError(
                f"this state is damaged: {name} is {found.dtype} {found.shape}, expected {expected.dtype} {expected.shape}"
            )
    for name, (least, most) in _ranges(state, model).items():
        values = state.arrays[name]
        if not ((values >= least) & (values <= most)).all():  # nor is NaN
            raise StateError(f"this state is damaged: {name} holds numbers that it cannot have")
    for name in ("screen/boxes", "screen/taken"):
        sizes = state.arrays[name].reshape(-1, 4)[:, 2:] - state.arrays[name].reshape(-1, 4)[:, :2]
        if (
            not ((sizes >= 0) & (sizes <= model.size[::-1])).all()
            or ((sizes == 0).any(1) != (sizes == 0).all(1)).any()
        ):
            raise StateError(f"this state is damaged: {name} holds what is no box")


def _ranges(state: State, model: NCGUIWorld) -> dict[str, tuple[ArrayLike, ArrayLike]]:
    """Return the least and the greatest number that arrays can hold."""
    width, height = model.size
    return {
        "screen/count": (1, 1 + STACK),
        "screen/changed_at": (-_FAR, state.tick),
        "screen/left_at": (-_FAR, state.tick),
        "screen/embedded": (-_EMBEDDED, _EMBEDDED),
        "screen/placed": (
            (NO_SPRITE, -BEYOND, -BEYOND),
            (len(model.sprites) + NO_SPRITE, height - 1, width - 1),
        ),
        "screen/followed": (-_FAR, _FAR),
        "screen/edges": (0, 1),
        "screen/boxes": (-_FAR, _FAR),
        "screen/taken": (-_FAR, _FAR),
        "screen/across": (0, width),
        "screen/down": (0, height),
        "screen/came_at": (-_FAR, state.tick),
        "screen/rests_since": (-_FAR, state.tick),
        "screen/gone_at": (-_FAR, state.tick),
        "screen/recounted_at": (-_FAR, state.tick),
        "memory/features": (-4, 4),
        "memory/keys": (0, key_count() - 1),
        "memory/points": (-_FAR, _FAR),
        "memory/ages": (0, LONG_AGO),
        "memory/held": (0, 1),
        "cursor": (0, max(len(model.cursors) - 1, 0)),
    }
