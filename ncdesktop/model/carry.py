"""Drags that carry a thing whole, or stretch it: cut out as it was when taken hold of, and put over what it had covered, to the pixel.

Cell by cell, as the network decides all else, a dragged window frays a little more in every tick. Which edges of it follow the
pointer says the pointer's shape, see `ncdesktop.model.stretch`.
"""

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.decide import EVENT_CELLS
from ncdesktop.model.decided import Decided
from ncdesktop.model.drag import NOWHERE
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import cells_of, differing, screen_of
from ncdesktop.model.state import ScreenState
from ncdesktop.model.stretch import edges_of
from ncdesktop.model.things import (
    add_,
    arranged,
    bring_,
    cells_in,
    doubt_,
    forget_,
    imagine_,
    is_seen_in,
    is_stretched,
    on_screen,
    refresh_,
    thing_at,
    unseen_beneath,
)

__all__ = ["carry_", "put_down_"]

_SURE = 0.1
"""Odds that a box is right to the pixel, from which on it is carried: pixels too many or too few beat a torn window."""
_FOLLOWS_CELLS, _FOLLOWS, _INSIDE = 3, 0.4, 0.5
_MOSTLY = 0.5
"""Share of what changes that follows the pointer, from which on all of it does."""
_VOTES, _LEAST = 2.0, 1e-6
"""How much moments count in what lies beneath, to a cell's own say; least chance of either."""
_LEAST_PX = 48
"""No thing gets smaller along a side by an edge that is moved."""


def carry_(
    model: NCGUIWorld,
    state: ScreenState,
    decided: Decided,
    place: int,
    lead: Tensor,
    goal: Tensor,
    shape: str,
    tick: int,
) -> tuple[Tensor, Tensor] | None:
    """Where the network lets the screen follow a drag, and knows the box of what it carries: return the screen (H, W, 3) after it
    and the cells (rows, columns) that differ, and let what is `decided` of dream `place`, all of whose screen was looked at,
    become that, in place. Else None.

    lead, goal: (2,), see `TickInputs.lead` and `ncdesktop.model.drag.goal`
    shape:      name of the pointer's shape
    """
    choice = decided.decisions.choice[place].argmax(-1)
    if not bool(lead.any()):
        moves = decided.changed[place] & (choice == Choice.SHIFT)
        opens = decided.changed[place] & (choice == Choice.SPRITE)
        if (
            bool((goal != NOWHERE).all())
            and not opens.any()
            and int(moves.sum()) > _MOSTLY * int(decided.changed[place].sum())
        ):
            decided.changed[place] = False  # a drag that does not move, whatever else would come of it
        return None
    edges = state.edges if bool(state.holds) else state.edges.new_tensor(edges_of(shape))
    # what was dropped, since its cells would go wrong one by one, may be carried
    follows = decided.changed[place] | (decided.probability[place] > 0.5)
    if bool(edges.all()):  # of a thing that stretches few cells follow the pointer
        follows &= choice == Choice.SHIFT
    if int(follows.sum()) < _FOLLOWS_CELLS:
        return None
    if not bool(state.holds) and not _take_(model, state, decided, place, goal - lead, follows, edges, tick):
        _stay_(decided, place, follows)
        return None
    if not bool(edges.all()) and not is_stretched(state):
        state.taken = state.boxes[0].clone()
    box = _moved(state, lead)
    shown, _ = arranged(state, on_screen(state), box)
    differs = differing(shown, state.screen)
    there = cells_in(state, box) | (state.lifted & ~edges.all())
    if not bool(state.holds) and int((follows & there).sum()) < _FOLLOWS * int((differs & there).sum()):
        forget_(state, 0)
        _stay_(decided, place, follows)
        return None  # something else follows in it
    state.holds = torch.ones_like(state.holds)
    beside = decided.changed[place] & ~decided.doubted(model.selector)[place]
    decided.changed[place] = torch.where(differs | there | follows, differs, beside)
    decided.decisions.choose_(place, differs, Choice.SHIFT)
    return shown, differs


def _stay_(decided: Decided, place: int, follows: Tensor) -> None:
    """Let nothing happen, in place, where much would follow the pointer that nobody knows the box of: it would be torn for good, and the
    next tick may know it."""
    if int(follows.sum()) >= EVENT_CELLS:
        decided.changed[place] = False


def put_down_(state: ScreenState, lead: Tensor, tick: int) -> None:
    """Let what is carried be where `carry_` has shown it, in place."""
    state.boxes[0], state.rests_since[0] = _moved(state, lead), tick
    state.lifted, state.exact[0] = cells_in(state, state.boxes[0]), True


def _moved(state: ScreenState, lead: Tensor) -> Tensor:
    """Return the box (4,) of what is carried when the edges that follow have moved by `lead` (2,)."""
    box = state.boxes[0] + lead.flip(0).repeat(2) * state.edges
    if bool(state.edges.all()):
        return box
    limits = box.new_tensor(state.screen.shape[:2])
    (first, last), (first_moves, _) = box.unflatten(0, (2, 2)), state.edges.unflatten(0, (2, 2))
    sizes = (last - first).clamp(min=_LEAST_PX).minimum(limits)
    moved_first = torch.where(first_moves > 0, last - sizes, first)
    return torch.cat([moved_first, moved_first + sizes])


def _take_(
    model: NCGUIWorld,
    state: ScreenState,
    decided: Decided,
    place: int,
    at: Tensor,
    follows: Tensor,
    edges: Tensor,
    tick: int,
) -> bool:
    """Find out, in place, what the pointer held at `at` (2,), by which `edges`: the thing at the front there, if one is known, else a box that
    is sure and in which cells follow; and what lies beneath. Tell whether there is any."""
    refresh_(state)
    shown, features = state.embedded[:, :, 0], decided.features[place]
    thing = thing_at(state, *at.tolist())
    box, sure = state.boxes[:1], 0.0
    if thing is None or not bool(state.exact[thing]):
        seen = model.finder.seen(state.screen[None])
        box, chance = model.finder(seen, torch.zeros_like(at[:1]), at[None])
        sure = float(chance)
    if thing is not None and (sure < _SURE or is_seen_in(state, thing, box[0])):
        bring_(state, thing)
    else:
        inside = follows & cells_in(state, box[0])
        if sure < _SURE or int(inside.sum()) < _INSIDE * int(follows.sum()):
            return False
        if thing is not None:
            forget_(state, thing)
        add_(state, box[0], tick)
        doubt_(state)
    if unseen_beneath(state).any():
        imagine_(state, _beneath(model, state, decided, place, state.boxes[0]))
    top, _, bottom, _ = state.boxes[0].tolist()
    if not bool(edges.all()):
        state.across = torch.zeros_like(state.across)
        state.across[: bottom - top], state.down = model.carrier(features, shown, state.boxes[0])
    state.edges, state.lifted = edges, cells_in(state, state.boxes[0])
    return True


def _beneath(model: NCGUIWorld, state: ScreenState, decided: Decided, place: int, box: Tensor) -> Tensor:
    """Return the screen (H, W, 3) with the cells in a box (4,) as the network thinks the likeliest that they were before."""
    cells = cells_of(state.screen).clone()
    rows, columns = torch.nonzero(cells_in(state, box), as_tuple=True)
    odds = decided.decisions.choice[place, rows, columns, Choice.EARLIER : Choice.GENERATE]
    odds = _by_moments(odds.float(), state.left_at[rows, columns], state.empty[rows, columns])
    cells[rows, columns] = state.contents[rows, columns, 1 + odds.argmax(-1)]
    fresh = state.empty[rows, columns].all(-1)
    rows, columns = rows[fresh], columns[fresh]
    cells[rows, columns] = model.vocabulary[
        model.selector.words(decided.features[place, rows, columns]).argmax(1)
    ]
    return screen_of(cells)


def _by_moments(odds: Tensor, left: Tensor, empty: Tensor) -> Tensor:
    """Return odds (N, K) of what cells remember, to have been there before, with the votes of all cells: what lies under a window left the
    screen in few moments, as a rule in that in which the window came.

    left: (N, K) ticks in which each was covered; empty (N, K) bool
    """
    chance = odds.softmax(-1).masked_fill(empty, 0.0)
    _, moment = left.unique(return_inverse=True)
    votes = chance.new_zeros(int(moment.max()) + 1).index_add(0, moment.flatten(), chance.flatten())
    return chance.clamp(min=_LEAST).log() + _VOTES * (votes[moment] / len(odds)).clamp(min=_LEAST).log()
