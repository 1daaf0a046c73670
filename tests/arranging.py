"""Screens with one thing that has opened, and what is decided of them."""

import torch
from covered import BOX, covered
from tiny import make_tiny_model
from torch import Tensor

from ncdesktop.actions import FEATURES, HISTORY, KEYS_A_TICK
from ncdesktop.model.choices import CHOICES, Choice
from ncdesktop.model.decided import Decided
from ncdesktop.model.glimpse import PRESS, Glimpse
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.rearrange import rearrange_
from ncdesktop.model.screen import cells_of, differing
from ncdesktop.model.selector import Decisions
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.model.state import ScreenState
from ncdesktop.model.things import add_

ON_IT, ELSEWHERE = torch.tensor([40, 40]), torch.tensor([100, 120])
GOES_AT = 9
OTHER = (40, 40, 120, 120)


__all__ = [
    "ELSEWHERE",
    "GOES_AT",
    "ON_IT",
    "OTHER",
    "becomes",
    "opened",
    "pressed",
    "rearranged",
    "some_of",
    "write_",
]


def opened() -> tuple[NCGUIWorld, ScreenState, Tensor, Tensor]:
    """Return a model and a screen on which something is known to have opened in BOX, what lies beneath it, and the screen."""
    model = make_tiny_model()
    with torch.inference_mode():
        state, beneath, _ = covered(model)
    state.behind = beneath.clone()
    add_(state, torch.tensor(BOX), 1)
    return model, state, beneath, state.screen.clone()


def becomes(*cells: tuple[int, int], choice: int = Choice.EARLIER) -> Decided:
    """Let cells show what they showed before."""
    choices, changed = torch.zeros(1, 8, 8, len(CHOICES)), torch.zeros(1, 8, 8, dtype=torch.bool)
    for row, column in cells:
        choices[0, row, column, choice], changed[0, row, column] = 5, True
    facts = torch.full((1, 3), -1), torch.ones(1), torch.zeros(1), torch.zeros(1, 8, 8)
    return Decided(
        changed, changed.float(), Decisions(changed.float(), choices), torch.zeros(1, 8, 8, 16), *facts
    )


def some_of(state: ScreenState, other: Tensor, share: float) -> list[tuple[int, int]]:
    """Return a share of the cells in which a screen differs."""
    cells = torch.nonzero(differing(state.screen, other)).tolist()
    return [(row, column) for row, column in cells[: round(share * len(cells))]]


def write_(model: NCGUIWorld, state: ScreenState, shown: Tensor, tick: int) -> None:
    cells = torch.nonzero(differing(shown, state.screen), as_tuple=True)
    pixels = cells_of(shown)[cells]
    state.write_(*cells, pixels, model.embed(pixels), tick, nothing=model.cell_encoder.nothing)


def pressed(at: Tensor) -> Glimpse:
    """Return a moment after a press (x, y)."""
    points = torch.zeros(1, 4, 2)
    points[0, PRESS] = at
    return Glimpse(
        features=torch.zeros(1, HISTORY, FEATURES),
        keys=torch.zeros(1, HISTORY, KEYS_A_TICK, dtype=torch.int64),
        points=points,
        ages=torch.full((1, 2), 5.0),
        fovea=torch.zeros(1, 2, 3, 64, 64),
        cursor=torch.zeros(1, dtype=torch.int64),
        placed=torch.full((1, 3), NO_SPRITE),
        shown=torch.zeros(1, 8, 8, 16),
        age=torch.zeros(1, 8, 8),
    )


def rearranged(
    model: NCGUIWorld,
    state: ScreenState,
    decided: Decided,
    press: Tensor,
    tick: int,
    *,
    dragged: bool = False,
) -> Tensor | None:
    done = rearrange_(model, state, decided, 0, pressed(press), tick, dragged=dragged)
    if done is None:
        return None
    assert done[1].equal(differing(done[0], state.screen)) and bool((decided.changed[0] | ~done[1]).all())
    return done[0]
