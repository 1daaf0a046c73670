"""Things go, come back and come to the front whole, or not at all, where the network lets enough of their cells do so.

Cell by cell they did so in pieces: one that has been moved has covered its cells in many moments, and what lies behind another is
told by some cells as what they remember, by others as a word of the vocabulary. Which of them does, the arranger says, and the cells.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ncdesktop.model.arranger import Known
from ncdesktop.model.choices import STACK, Choice
from ncdesktop.model.decided import Decided
from ncdesktop.model.glimpse import PRESS, Glimpse
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import differing, screen_of
from ncdesktop.model.sprites import overlap
from ncdesktop.model.state import LONG_AGO, ScreenState
from ncdesktop.model.things import (
    add_,
    arranged,
    bring_,
    cells_in,
    covers,
    forget_,
    known,
    on_screen,
    refresh_,
    shown_before,
    thing_at,
)
from ncdesktop.world import CELL

__all__ = ["PRESSED", "known_things", "open_", "rearrange_"]

_GOES, _GOES_FROM_AFAR = 0.3, 0.7
"""Share of its cells that uncover what lies beneath, from which on all of them do: where it was pressed last itself, and where
something else was, which may come to the front of a part of it."""
_COMES = 0.3
"""Share of the cells that would show it, from which on all of them do."""
_LIKELY = 0.5
"""How likely the arranger has to find it, for that to count."""
_SURE, _SURE_PARTLY = 0.9, 0.25
"""So likely, it takes no share of its cells, if such a share of what changes in its box is that."""
_PARTLY = 0.5
"""Share of what is meant to change in a thing's box, from which on that is the thing that goes or comes."""
PRESSED = 1
"""Ticks after a press in which what happens answers it, even if the pointer moves, and is no drag."""
_FEWEST = 4
"""So few cells are no part of a window."""
_OPENED = 40
"""So many cells a thing has that opens."""
_PART = 0.95
"""Share of what opens that is in a thing, from which on it is a part of that: what a program writes, a dialog."""
_ALL = 0.8
"""Share of what is known that is in what opens, from which on it may be the same, and its box better known now."""
_OPENS_TICKS = 3
"""Ticks in which a window opens, piece by piece."""
_AS_DRAWN = 0.75
"""Share of a sprite's pixels that show it, from which on it has opened."""


@dataclass(frozen=True)
class _Case:
    """A thing goes, or comes to the front: how likely, and what share of the cells it takes, what the screen (H, W, 3) would be, of which
    pixels that is not known (H, W), in which cells (rows, columns) it would differ, in which of these it becomes that already, and which share of
    what is meant to change in its box these are."""

    place: int
    goes: bool
    chance: float
    least: float
    shown: Tensor
    unknown: Tensor
    differs: Tensor
    become: Tensor
    part: float

    @property
    def share(self) -> float:
        return int(self.become.sum()) / max(int(self.differs.sum()), 1)

    def enough(self, dropped: bool) -> bool:
        """Tell whether it does so; dropped: most of what the cells would become is expected to be wrong."""
        if not bool(self.become.any()):
            return False
        if not dropped and self.chance > _SURE and self.part >= _SURE_PARTLY:
            return True
        return self.share >= self.least and (dropped or self.part >= _PARTLY or self.chance > _LIKELY)


def rearrange_(
    model: NCGUIWorld,
    state: ScreenState,
    decided: Decided,
    place: int,
    glimpse: Glimpse,
    tick: int,
    *,
    dragged: bool,
) -> tuple[Tensor, Tensor] | None:
    """Where enough cells become what they would if one of the things went, or came to the front, let it do so whole: return the screen
    (H, W, 3) after it and the cells (rows, columns) that differ, and let what is `decided` of dream `place`, all of whose screen was looked at,
    be that, in place. Else, or where something is `dragged`, let none of them become a part of it, unless the arranger finds it likely, and
    return None.

    glimpse: of this one moment
    """
    _open_once_(state, decided, place, glimpse, tick)
    meant = decided.meant[place]
    if meant.any():
        refresh_(state, tick - 1 - _OPENS_TICKS)
    if meant.shape != state.grid or int(meant.sum()) < _FEWEST or not known(state):
        return None
    becomes, told = _become(model, state, decided, place)
    target = screen_of(becomes)
    pressed = thing_at(state, *glimpse.points[0, PRESS].tolist())
    things, places = known_things(state, tick)
    chances = model.arranger.chances(glimpse, things)[0].tolist()
    likely = dict(zip(places, chances, strict=True))
    least = _odds_of_new(decided, place)
    back = [which for which in known(state) if likely[which][1] > least]
    cases = [
        _case(state, which, goes, likely[which][not goes], target, told, meant, pressed)
        for which, goes in _possible(state)
        if bool((told & cells_in(state, state.boxes[which])).any())  # else nothing of it would be seen
        or (not goes and which in back)
    ]
    changed = decided.changed[place]
    dropped = not bool(changed.any())
    enough = [
        case
        for case in cases
        if (case.enough(dropped) or (not case.goes and case.place in back))
        and not _has_just_come(state, case, tick)
    ]
    _stay_themselves_(state, decided, place, tick)
    if not bool(glimpse.keys.any()):
        decided.changed[place] &= ~(_resting(state, tick) & decided.doubted(model.selector)[place])
    drag = dragged and int(glimpse.ages[0, 0]) > PRESSED
    if drag or not enough:
        for case in cases:
            torn = pressed in (None, case.place) or not case.goes
            if _has_just_come(state, case, tick):
                changed &= ~(told & cells_in(state, state.boxes[case.place]))
            elif torn and (dragged or case.chance < _LIKELY):
                changed &= ~case.become
        return None
    best = max(enough, key=lambda case: case.chance + case.share)
    box = state.boxes[best.place]
    shown = torch.where(best.unknown[..., None], target, best.shown)
    made_up = _made_up(decided, place)
    shown, inside = _with_borders(state, shown, target, told & changed, box), cells_in(state, box)
    differs = differing(shown, state.screen)
    if int(state.gone_at[best.place]) != LONG_AGO:  # with it comes no more than went with it
        changed &= state.changed_at == state.gone_at[best.place]
    for other in on_screen(state):  # it would be made up beside what is known
        inside = inside | made_up & cells_in(state, state.boxes[other])
    changed &= ~inside
    changed |= differs
    decided.decisions.choose_(place, differs, Choice.EARLIER)
    if best.goes:
        refresh_(state)  # the last that was seen of it
    elif int(state.gone_at[best.place]) != LONG_AGO:
        state.came_at[best.place] = tick
    state.gone_at[best.place] = tick if best.goes else LONG_AGO
    if not best.goes:
        bring_(state, best.place)
    return shown, differs


def _stay_themselves_(state: ScreenState, decided: Decided, place: int, tick: int) -> None:
    """Let no cell, in place, in which a thing is seen that has been where it is for a while show what it did before, or a piece of a sprite that
    does not open whole: such windows were patched with others."""
    source = decided.decisions.choice[place].argmax(-1)
    earlier = (source >= Choice.EARLIER) & (source < Choice.GENERATE)
    which = (source - Choice.EARLIER).clamp(0, STACK - 1)[..., None]
    before = earlier & shown_before(state).gather(-1, which)[..., 0]
    pieces = decided.in_pieces[place] & (source == Choice.SPRITE)
    decided.changed[place] &= ~(_resting(state, tick) & (before | pieces))


def _resting(state: ScreenState, tick: int) -> Tensor:
    """Return (rows, columns) bool: cells in which a thing is seen that has been where it is for a while."""
    resting = torch.zeros_like(state.count, dtype=torch.bool)
    for other in reversed(on_screen(state)):
        resting[cells_in(state, state.boxes[other])] = int(state.rests_since[other]) < tick - _OPENS_TICKS
    return resting


def _has_just_come(state: ScreenState, case: _Case, tick: int) -> bool:
    """Tell whether a thing would go again that has just come, or another come to its front: a menu that opens as a button goes down stays when
    that comes up."""
    come = [case.place] if case.goes else on_screen(state)[:1]
    return any(tick - int(state.came_at[place]) <= _OPENS_TICKS for place in come)


def _open_once_(state: ScreenState, decided: Decided, place: int, glimpse: Glimpse, tick: int) -> None:
    """Let nothing happen, in place, where much would be made up beside a window that has opened since the press, and no key was struck: what was
    waited for has come."""
    front = on_screen(state)[:1]
    if decided.changed[place].shape != state.grid or not front or bool(glimpse.keys.any()):
        return
    pressed_at, came_at = tick - int(glimpse.ages[0, 0]), int(state.came_at[front[0]])
    if not pressed_at < came_at < tick - _OPENS_TICKS:
        return
    beside = decided.changed[place] & _made_up(decided, place) & ~cells_in(state, state.boxes[front[0]])
    if int(beside.sum()) >= _OPENED:
        decided.changed[place] = False
        decided.meant[place] = False


def _odds_of_new(decided: Decided, place: int) -> float:
    """Return how likely the arranger has to find it that something comes back, for it to come instead of a sprite that opens: likelier than not, and
    than the sprite where that is whole; 1 where none does."""
    opens = decided.meant[place] & (decided.decisions.choice[place].argmax(-1) == Choice.SPRITE)
    if int(opens.sum()) < _OPENED:
        return 1.0
    return _LIKELY if decided.in_pieces[place] else max(_LIKELY, float(decided.odds[place]))


def _made_up(decided: Decided, place: int) -> Tensor:
    """Return (rows, columns) bool: cells that become what they do not remember."""
    source = decided.decisions.choice[place].argmax(-1)
    return (source == Choice.DICTIONARY) | (source == Choice.GENERATE) | (source == Choice.SPRITE)


def known_things(state: ScreenState, tick: int) -> tuple[Known, list[int]]:
    """Return what is known of the things of one screen, those on it first; and their places."""
    places = on_screen(state)
    places += [place for place in range(len(state.boxes)) if place not in places]
    boxes, came_at, gone_at = state.boxes[places], state.came_at[places], state.gone_at[places]
    there = boxes[:, 2] > boxes[:, 0]
    order = ((came_at < came_at[:, None]) & there).sum(1)
    gone = torch.where(gone_at == LONG_AGO, -1, (tick - gone_at).clamp(min=0))
    return Known(boxes[None], gone[None], order[None]), places


def _with_borders(state: ScreenState, shown: Tensor, target: Tensor, told: Tensor, box: Tensor) -> Tensor:
    """Return a screen (H, W, 3) with cells that are `told` to become what a target (H, W, 3) shows showing that around a box (4,) that they reach into."""
    top, left, bottom, right = box.tolist()
    here, _ = overlap(shown.shape, (bottom - top, right - left), top, left)
    around = (told & cells_in(state, box)).repeat_interleave(CELL, 0).repeat_interleave(CELL, 1)
    around[here] = False
    return torch.where(around[..., None], target, shown)


def open_(model: NCGUIWorld, state: ScreenState, placed: Tensor, tick: int) -> None:
    """Take it, in place, that a sprite (3,) which has opened is a thing, if the screen shows it large and whole, and it is no part of the one
    at the front. What of the sprite is the window is a guess, see `ncdesktop.model.perceive.look_closely_`."""
    body = model.sprites.body(int(placed[0]))
    if body is None:
        return
    box = state.boxes.new_tensor(body) + placed[1:].repeat(2)
    drawn = model.sprites.drawn(state.screen[None], placed[None])[0]
    here, _ = overlap(state.screen.shape, (body[2] - body[0], body[3] - body[1]), *box[:2].tolist())
    same = (drawn[here] == state.screen[here]).all(-1)
    if same.numel() < _OPENED * CELL**2 or float(same.float().mean()) < _AS_DRAWN:
        return
    for place in reversed(on_screen(state)):
        before = state.boxes[place]
        part, all_ = covers(before, box) >= _PART, covers(box, before) >= _ALL
        if place == on_screen(state)[0] and part and not all_:
            return
        if all_ and (part or tick - int(state.came_at[place]) <= _OPENS_TICKS):
            forget_(state, place)
    add_(state, box, tick)


def _possible(state: ScreenState) -> list[tuple[int, bool]]:
    """Return which things could go (True) and come (False)."""
    there = on_screen(state)
    return [(place, True) for place in there] + [
        (place, False) for place in known(state) if place not in there[:1]
    ]


def _case(
    state: ScreenState,
    which: int,
    goes: bool,
    chance: float,
    target: Tensor,
    told: Tensor,
    meant: Tensor,
    pressed: int | None,
) -> _Case:
    others = [place for place in on_screen(state) if place != which]
    shown, unknown = arranged(state, others if goes else [which, *others])
    differs = differing(shown, state.screen)
    become = differs & told & ~differing(shown, target)
    from_afar = goes and which != pressed and chance < _LIKELY
    least = _GOES_FROM_AFAR if from_afar else _GOES if goes else _COMES
    inside = meant & cells_in(state, state.boxes[which])
    part = int(become.sum()) / max(int(inside.sum()), 1)
    return _Case(which, goes, chance, least, shown, unknown, differs, become, part)


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
