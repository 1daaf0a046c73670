"""Things go, come back and come to the front whole, or not at all, where the network lets enough of their cells do so.

Cell by cell they did so in pieces: one that has been moved has covered its cells in many moments, and what lies behind another is
told by some cells as what they remember, by others as a word of the vocabulary.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.decide import Decided
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import cells_of, differing, screen_of
from ncdesktop.model.sprites import overlap
from ncdesktop.model.state import LONG_AGO, ScreenState
from ncdesktop.model.things import (
    add_,
    arranged,
    bring_,
    cells_in,
    covers,
    known,
    on_screen,
    refresh_,
    thing_at,
)
from ncdesktop.world import CELL

__all__ = ["open_", "rearrange_"]

_GOES, _GOES_FROM_AFAR = 0.3, 0.7
"""Share of its cells that uncover what lies beneath, from which on all of them do: where it was pressed last itself, and where
something else was, which may come to the front of a part of it."""
_COMES = 0.3
"""Share of the cells that would show it, from which on all of them do."""
_OPENED = 40
"""So many cells a thing has that opens."""
_PART = 0.95
"""Share of what opens that is in a thing, from which on it is a part of that: what a program writes, a dialog."""
_AS_DRAWN = 0.75
"""Share of a sprite's pixels that show it, from which on it has opened."""


@dataclass(frozen=True)
class _Case:
    """A thing goes, or comes to the front: what it takes, and what the screen (H, W, 3) would be, in which cells (rows, columns) it would
    differ, and in which of these it becomes that already."""

    place: int
    goes: bool
    least: float
    shown: Tensor
    differs: Tensor
    become: Tensor

    @property
    def share(self) -> float:
        return int(self.become.sum()) / max(int(self.differs.sum()), 1)


def rearrange_(
    model: NCGUIWorld,
    state: ScreenState,
    decided: Decided,
    place: int,
    press: Tensor,
    tick: int,
    *,
    held: bool,
) -> tuple[Tensor, Tensor] | None:
    """Where enough cells become what they would if one of the things went, or came to the front, let it do so whole: return the screen
    (H, W, 3) after it and the cells (rows, columns) that differ, and let what is `decided` of dream `place`, all of whose screen was looked at, be that, in place.
    Else, or while a button is `held`, let none of them become a part of it, and return None.

    press: (2,), (x, y) pixels of the last press
    """
    meant = decided.meant[place]
    if meant.any():
        refresh_(state)
    if meant.shape != state.grid or not meant.any() or not known(state):
        return None
    becomes, told = _become(model, state, decided, place)
    pressed = thing_at(state, *press.tolist())
    cases = [_case(state, which, goes, becomes, told, pressed) for which, goes in _possible(state)]
    enough = [case for case in cases if case.share >= case.least and bool(case.become.any())]
    changed = decided.changed[place]
    if held or not enough:
        for case in cases:
            if case.place == pressed or not case.goes:
                changed &= ~case.become
        return None
    best = max(enough, key=lambda case: case.share)
    box = state.boxes[best.place]
    shown, inside = _with_borders(state, best.shown, becomes, told & changed, box), cells_in(state, box)
    differs = differing(shown, state.screen)
    if int(state.gone_at[best.place]) != LONG_AGO:  # with it comes no more than went with it
        changed &= state.changed_at == state.gone_at[best.place]
    changed &= ~inside
    changed |= differs
    decided.decisions.choose_(place, differs, Choice.EARLIER)
    state.gone_at[best.place] = tick if best.goes else LONG_AGO
    if not best.goes:
        bring_(state, best.place)
    return shown, differs


def _with_borders(state: ScreenState, shown: Tensor, becomes: Tensor, told: Tensor, box: Tensor) -> Tensor:
    """Return a screen (H, W, 3) with cells that become what is `told` of them showing that around a box (4,) that they reach into."""
    top, left, bottom, right = box.tolist()
    here, _ = overlap(shown.shape, (bottom - top, right - left), top, left)
    around = (told & cells_in(state, box)).repeat_interleave(CELL, 0).repeat_interleave(CELL, 1)
    around[here] = False
    return torch.where(around[..., None], screen_of(becomes), shown)


def open_(model: NCGUIWorld, state: ScreenState, placed: Tensor) -> None:
    """Take it, in place, that a sprite (3,) which has opened is a thing, if the screen shows it large and whole, and it is no part of the one
    at the front."""
    body = model.sprites.body(int(placed[0]))
    if body is None:
        return
    box = state.boxes.new_tensor(body) + placed[1:].repeat(2)
    drawn = model.sprites.drawn(state.screen[None], placed[None])[0]
    here, _ = overlap(state.screen.shape, (body[2] - body[0], body[3] - body[1]), *box[:2].tolist())
    same = (drawn[here] == state.screen[here]).all(-1)
    if any(covers(state.boxes[front], box) >= _PART for front in on_screen(state)[:1]):
        return
    if same.numel() >= _OPENED * CELL**2 and float(same.float().mean()) >= _AS_DRAWN:
        add_(state, box)


def _possible(state: ScreenState) -> list[tuple[int, bool]]:
    """Return which things could go (True) and come (False)."""
    there = on_screen(state)
    return [(place, True) for place in there] + [
        (place, False) for place in known(state) if place not in there[:1]
    ]


def _case(
    state: ScreenState, which: int, goes: bool, becomes: Tensor, told: Tensor, pressed: int | None
) -> _Case:
    others = [place for place in on_screen(state) if place != which]
    shown = arranged(state, others if goes else [which, *others])
    differs = differing(shown, state.screen)
    become = differs & told & (becomes == cells_of(shown)).flatten(2).all(-1)
    least = _COMES if not goes else _GOES if which == pressed else _GOES_FROM_AFAR
    return _Case(which, goes, least, shown, differs, become)


def _become(model: NCGUIWorld, state: ScreenState, decided: Decided, place: int) -> tuple[Tensor, Tensor]:
    """Return what the cells (rows, columns, 16, 16, 3) become, and which do: those that become what they remember, or a word."""
    source, meant = decided.decisions.choice[place].argmax(-1), decided.meant[place]
    becomes, told = state.contents[:, :, 0].clone(), torch.zeros_like(meant)
    earlier = meant & (source >= Choice.EARLIER) & (source < Choice.GENERATE)
    rows, columns = torch.nonzero(earlier, as_tuple=True)
    becomes[rows, columns] = state.contents[rows, columns, source[rows, columns] - Choice.EARLIER + 1]
    named = meant & (source == Choice.DICTIONARY) & (decided.words[place] >= 0)
    becomes[named] = model.vocabulary[decided.words[place][named]]
    return becomes, told | earlier | named
