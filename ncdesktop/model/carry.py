"""Drags that carry a thing whole: cut out as it was when taken hold of, and put over what it had covered, to the pixel.

Cell by cell, as the network decides all else, a dragged window frays a little more in every tick.
"""

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.decide import Decided
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import cells_of, differing, screen_of
from ncdesktop.model.sprites import overlap
from ncdesktop.model.state import ScreenState
from ncdesktop.world import CELL

__all__ = ["carry_", "put_down_"]

_SURE = 0.1
"""Odds that a box is right to the pixel, from which on it is carried: pixels too many or too few beat a torn window."""
_FOLLOWS_CELLS, _FOLLOWS, _INSIDE = 3, 0.4, 0.5
_STILL_THERE = 0.9


def carry_(
    model: NCGUIWorld, state: ScreenState, decided: Decided, place: int, lead: Tensor, goal: Tensor
) -> tuple[Tensor, Tensor] | None:
    """Where the network lets the screen follow a drag, and knows the box of what it carries: return the screen (H, W, 3) after it
    and the cells (rows, columns) that differ, and let what is `decided` of dream `place`, all of whose screen was looked at,
    become that, in place. Else None.

    lead, goal: (2,), see `TickInputs.lead` and `ncdesktop.model.drag.goal`
    """
    if not bool(lead.any()):
        return None
    choice = decided.decisions.choice[place]
    # what was dropped, since its cells would go wrong one by one, may be carried
    happens = decided.changed[place] | (decided.probability[place] > 0.5)
    follows = (choice.argmax(-1) == Choice.SHIFT) & happens
    if int(follows.sum()) < _FOLLOWS_CELLS:
        return None
    if not bool(state.holds) and not _take_(model, state, decided, place, goal - lead, follows):
        return None
    box = state.carried + lead.flip(0).repeat(2)
    top, left, bottom, right = state.carried.tolist()
    image = state.cargo[: bottom - top, : right - left]
    inside, own = overlap(state.under.shape, image.shape, *box[:2].tolist())
    shown = state.under.clone()
    shown[inside] = image[own]
    differs = differing(shown, state.screen)
    there = _cells_in(state, box)
    if not bool(state.holds) and int((follows & there).sum()) < _FOLLOWS * int((differs & there).sum()):
        state.let_go_()
        return None  # something else follows in it, as an edge does where a window is resized
    state.holds = torch.ones_like(state.holds)
    decided.changed[place] = torch.where(differs | there | follows, differs, decided.changed[place])
    decided.decisions.choose_(place, differs, Choice.SHIFT)
    return shown, differs


def put_down_(model: NCGUIWorld, state: ScreenState, moved: Tensor, lead: Tensor) -> None:
    """Let what is carried be where `carry_` has shown it, in place, and the cells `moved` (rows, columns), which that has changed,
    forget where on its way they showed it: what they remember is what it covers, or has left."""
    rows, columns = torch.nonzero(moved & state.lifted, as_tuple=True)
    state.forget_(rows, columns, model.cell_encoder.nothing)
    state.carried = state.carried + lead.flip(0).repeat(2)
    state.lifted = _cells_in(state, state.carried)


def _take_(
    model: NCGUIWorld, state: ScreenState, decided: Decided, place: int, at: Tensor, follows: Tensor
) -> bool:
    """Find out, in place, what the pointer held at `at` (2,): what was carried before, if it is still there, else a box that is
    sure and in which cells follow. Tell whether there is any."""
    covered = state.under
    if not _still_there(state, at):
        features = decided.features[place : place + 1]
        box, sure = model.carrier(features, state.embedded[None, :, :, 0], at[None])
        inside = follows & _cells_in(state, box[0])
        if float(sure) < _SURE or int(inside.sum()) < _INSIDE * int(follows.sum()):
            return False
        state.carried = box[0]
        covered = _beneath(model, state, decided, place)
    top, left, bottom, right = state.carried.tolist()
    here, own = overlap(state.screen.shape, (bottom - top, right - left), top, left)
    state.cargo, under = state.cargo.clone(), state.screen.clone()
    state.cargo[own], under[here] = state.screen[here], covered[here]
    state.under, state.lifted = under, _cells_in(state, state.carried)
    return True


def _still_there(state: ScreenState, at: Tensor) -> bool:
    """Tell whether what was carried last is held at `at` (2,), (x, y), and still looks so."""
    top, left, bottom, right = state.carried.tolist()
    x, y = at.tolist()
    if not (top <= y < bottom and left <= x < right):
        return False
    here, own = overlap(state.screen.shape, (bottom - top, right - left), top, left)
    return float((state.screen[here] == state.cargo[own]).all(-1).float().mean()) > _STILL_THERE


def _beneath(model: NCGUIWorld, state: ScreenState, decided: Decided, place: int) -> Tensor:
    """Return the screen (H, W, 3) with the cells of what is carried as the network thinks the likeliest that they were before."""
    cells = cells_of(state.screen).clone()
    rows, columns = torch.nonzero(_cells_in(state, state.carried), as_tuple=True)
    odds = decided.decisions.choice[place, rows, columns, Choice.EARLIER : Choice.GENERATE]
    cells[rows, columns] = state.contents[rows, columns, 1 + odds.argmax(-1)]
    fresh = state.empty[rows, columns].all(-1)
    rows, columns = rows[fresh], columns[fresh]
    cells[rows, columns] = model.vocabulary[
        model.selector.words(decided.features[place, rows, columns]).argmax(1)
    ]
    return screen_of(cells)


def _cells_in(state: ScreenState, box: Tensor) -> Tensor:
    """Return (rows, columns) bool: cells that a box (4,) of pixels touches."""
    top, left, bottom, right = box.tolist()
    touched = torch.zeros(state.grid, dtype=torch.bool, device=state.screen.device)
    rows = slice(max(top, 0) // CELL, -(-max(bottom, 0) // CELL))
    touched[rows, max(left, 0) // CELL : -(-max(right, 0) // CELL)] = True
    return touched
