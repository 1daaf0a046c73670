"""What was carried goes whole and comes back whole, where the network lets it.

A thing that has been moved has covered its cells in many moments, and cell by cell it went, and came back, in pieces. What lies beneath
it is known to the pixel since it was taken hold of, and what it showed since it went.
"""

import torch
from torch import Tensor

from ncdesktop.model.carry import cells_in, image_of, is_there
from ncdesktop.model.choices import Choice
from ncdesktop.model.decide import Decided
from ncdesktop.model.drag import NOWHERE
from ncdesktop.model.screen import cells_of, differing
from ncdesktop.model.sprites import overlap
from ncdesktop.model.state import ScreenState

__all__ = ["bring_back_", "remove_"]

_GOES, _GOES_FROM_AFAR = 0.3, 0.7
"""Share of its cells that uncover what lies beneath, from which on all of them do: where it was pressed last itself, and where
something else was, which may come to the front of a part of it."""
_COMES = 0.3
"""Share of its cells that show it again, from which on all of them do."""


def remove_(
    state: ScreenState, decided: Decided, place: int, press: Tensor, tick: int, *, held: bool
) -> tuple[Tensor, Tensor] | None:
    """Where so many cells of what was carried last, and is there still, become what lies beneath: return the screen (H, W, 3) without
    it and the cells (rows, columns) that differ, and let what is `decided` of dream `place` be that, in place. Where fewer do, or a
    button is `held`, let none if it was pressed itself. Returns None then.

    press: (2,), (x, y) pixels of the last press
    """
    if not _may_change(state, decided, place) or not is_there(state):
        return None
    changed, (top, left, bottom, right) = decided.changed[place], state.carried.tolist()
    here, own = overlap(state.screen.shape, (bottom - top, right - left), top, left)
    shown = state.screen.clone()
    shown[here] = state.under[here]
    differs, become = _become(state, decided, place, shown)
    x, y = press.tolist()
    itself = top <= y < bottom and left <= x < right
    if held or int(become.sum()) < (_GOES if itself else _GOES_FROM_AFAR) * int(differs.sum()):
        if itself:
            changed &= ~become
        return None
    image = image_of(state).clone()
    image[own] = state.screen[here]
    state.cargo = state.cargo.clone()
    state.cargo[: bottom - top, : right - left] = image
    state.taken, state.gone_at = state.carried, torch.full_like(state.gone_at, tick)
    changed |= differs
    decided.decisions.choose_(place, differs, Choice.EARLIER)
    return shown, differs


def bring_back_(
    state: ScreenState, decided: Decided, place: int, *, held: bool
) -> tuple[Tensor, Tensor] | None:
    """Where so many cells of what `remove_` has taken away show it again: return the screen (H, W, 3) with it and the cells (rows, columns)
    that differ, and let what is `decided` of dream `place` be that, in place, and elsewhere no more than what changed when it went.
    Else None.
    """
    if held or not bool(state.is_gone) or not _may_change(state, decided, place):
        return None
    top, left, bottom, right = state.carried.tolist()
    here, own = overlap(state.screen.shape, (bottom - top, right - left), top, left)
    shown = state.screen.clone()
    shown[here] = image_of(state)[own]
    differs, become = _become(state, decided, place, shown)
    if int(become.sum()) < max(1, _COMES * int(differs.sum())):
        return None
    decided.changed[place] &= state.changed_at == state.gone_at
    decided.changed[place] |= differs
    decided.decisions.choose_(place, differs, Choice.EARLIER)
    state.under, state.lifted = state.screen.clone(), cells_in(state, state.carried)
    state.come_back_()
    return shown, differs


def _may_change(state: ScreenState, decided: Decided, place: int) -> bool:
    changed = decided.changed[place]
    return changed.shape == state.grid and int(state.carried[0]) != NOWHERE and bool(changed.any())


def _become(state: ScreenState, decided: Decided, place: int, shown: Tensor) -> tuple[Tensor, Tensor]:
    """Return (rows, columns) bool: the cells in which a screen differs, and of these those that become what it shows, as they remember it."""
    differs = differing(shown, state.screen)
    rows, columns = torch.nonzero(decided.changed[place] & differs, as_tuple=True)
    source = decided.decisions.choice[place, rows, columns].argmax(-1)
    earlier = (source >= Choice.EARLIER) & (source < Choice.GENERATE)
    becomes = state.contents[rows, columns, (source - Choice.EARLIER + 1) * earlier]
    become = torch.zeros_like(differs)
    become[rows, columns] = earlier & (becomes == cells_of(shown)[rows, columns]).flatten(1).all(1)
    return differs, become
