"""Typed characters put on the screen at the caret, to the pixel, where the network lets something change."""

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.decide import EVENT_CELLS, Decided
from ncdesktop.model.inputs import TickInputs
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import cells_of, pixels_in, windows
from ncdesktop.model.sprites import overlap
from ncdesktop.model.state import ScreenState
from ncdesktop.model.typist import PATCH, SEEN, corner, typed_keys
from ncdesktop.world import CELL

__all__ = ["write_"]

_SURE = 0.5
"""Probability that a caret writes the character, from which on it does."""
_SEARCHED = 6
"""Likeliest places around which it is searched for: with the first letter, a title is likelier to change."""
_SAME = 10
"""A pixel that differs by so little, of 255, stays as it is."""


def write_(
    model: NCGUIWorld, state: ScreenState, decided: Decided, place: int, inputs: TickInputs, likely: float
) -> tuple[Tensor, Tensor] | None:
    """Where characters are typed, no more than that seems to happen, and it is known where the caret is: return the screen (H, W, 3)
    after it and the cells (h, w) that are written, and let what is `decided` of dream `place` be that around the caret, in place.
    Else None.

    likely: probability that anything changes, at a glance: a letter does not wait for the looks to be sure of it
    """
    typed = [int(key) for key in typed_keys(inputs.keys[place, -1:], inputs.features[place, -1:])[0] if key]
    changed, choice = decided.changed[place], decided.decisions.choice[place].argmax(-1)
    few = int(changed.sum()) < EVENT_CELLS and (likely > _SURE or bool(changed.any()))
    if not typed or not few:
        return None
    origin = inputs.origin[place].long()
    at = _likeliest(decided.probability[place]) + origin
    around = at * CELL + (CELL - torch.tensor(SEEN, device=at.device)) // 2
    shown = state.screen.clone()
    for key in typed:
        if not _write_key_(model, shown, around, torch.tensor([key], device=at.device)):
            return None
    (top, left), (height, width) = origin.tolist(), changed.shape
    differs = (cells_of(shown) != cells_of(state.screen)).flatten(2).any(-1)
    written = differs[top : top + height, left : left + width]
    decided.changed[place] = changed & (choice != Choice.GENERATE) | written
    decided.decisions.choose_(place, written, Choice.GENERATE)
    return shown, written


def _likeliest(probability: Tensor) -> Tensor:
    """Return the likeliest cells (N, 2) of a screen, as far apart as what is seen around one reaches."""
    left, cells = probability.clone(), []
    for _ in range(_SEARCHED):
        row, column = divmod(int(left.argmax()), left.shape[1])
        cells.append((row, column))
        left[max(row - 1, 0) : row + 2, max(column - 2, 0) : column + 3] = -1
    return torch.tensor(cells, device=left.device)


def _write_key_(model: NCGUIWorld, screen: Tensor, around: Tensor, key: Tensor) -> bool:
    """Let the screen become what a key (1,) makes of it, in place, if in what is seen with its corners at `around` (N, 2) a caret writes
    it; tell whether one does."""
    here = around.new_zeros(len(around))
    seen = pixels_in(windows(screen[None], here, around, SEEN))
    sure, places = model.typist.places(seen, key.expand(len(around))).softmax(1)[:, :-1].max(1)
    if float(sure.max()) < _SURE:
        return False
    best = int(sure.argmax())
    at = corner(around[best] + torch.stack([places[best] // SEEN[1], places[best] % SEEN[1]]))
    patch = windows(screen[None], here[:1], at[None], PATCH)
    painted = (model.typist(pixels_in(patch), key)[0].clamp(-1, 1) + 1) * 127.5
    painted = painted.round().to(torch.uint8).movedim(0, -1)
    same = (painted.int() - patch[0].int()).abs().amax(-1, keepdim=True) < _SAME
    inside, own = overlap(screen.shape, painted.shape, *at.tolist())
    screen[inside] = torch.where(same, patch[0], painted)[own]
    return True
