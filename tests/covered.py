"""A screen of which something covers a part."""

import torch
from tiny import random_screen
from torch import Tensor

from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import cells_of
from ncdesktop.model.state import ScreenState, new_screen_state

__all__ = ["BOX", "covered"]

BOX = (20, 12, 70, 75)
"""top, left, bottom, right of what covers"""


def covered(model: NCGUIWorld) -> tuple[ScreenState, Tensor, Tensor]:
    """Return a screen on which something has opened in BOX, what lies beneath it, and its pixels."""
    beneath, window = (torch.from_numpy(random_screen(seed).copy()) for seed in (1, 2))
    shown, (top, left, bottom, right) = beneath.clone(), BOX
    shown[top:bottom, left:right] = window[top:bottom, left:right]
    with torch.inference_mode():
        embedded = model.embed(cells_of(beneath).flatten(0, 1)).unflatten(0, (8, 8))
        state = new_screen_state(beneath, embedded, model.cell_encoder.nothing)
        rows, columns = torch.nonzero(
            (cells_of(shown) != cells_of(beneath)).flatten(2).any(-1), as_tuple=True
        )
        pixels = cells_of(shown)[rows, columns]
        state.write_(rows, columns, pixels, model.embed(pixels), 1, nothing=model.cell_encoder.nothing)
    return state, beneath, window[top:bottom, left:right]
