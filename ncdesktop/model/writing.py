"""What keys write on the screen, to the pixel: characters at the caret, and what follows where a line is ended."""

import torch
from torch import Tensor

from ncdesktop.keysyms import key_id
from ncdesktop.model.choices import Choice
from ncdesktop.model.decide import EVENT_CELLS
from ncdesktop.model.decided import Decided
from ncdesktop.model.inputs import TickInputs
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import differing, pixels_in, windows
from ncdesktop.model.scribe import CARETS, ENTER, MARGIN, line_before
from ncdesktop.model.sprites import overlap
from ncdesktop.model.state import ScreenState
from ncdesktop.model.text_area import TextArea, find_text_area
from ncdesktop.model.typist import PATCH, SEEN, corner, typed_keys
from ncdesktop.world import CELL

__all__ = ["find_caret", "write_"]

_SURE = 0.5
"""Probability that a caret writes the character, from which on it does; and that what changes besides becomes right."""
_SEARCHED = 6
"""Likeliest places around which it is searched for: with the first letter, a title is likelier to change."""
_SAME = 10
"""A pixel that differs by so little, of 255, stays as it is."""
_ANY = key_id("space")
"""A key for which a caret is searched where none is typed."""
_NUMBERED = 0.1
"""Share of a margin that has to change with lines for it to be written."""


def write_(
    model: NCGUIWorld, state: ScreenState, decided: Decided, place: int, inputs: TickInputs, likely: float
) -> tuple[Tensor, Tensor] | None:
    """Where characters are typed, no more than that seems to happen, and it is known where the caret is; or where a line is ended in a
    terminal or an editor, and it is known what follows: return the screen (H, W, 3) after it and the cells (h, w) that are written, and let what
    is `decided` of dream `place` be that, in place. Else None.

    likely: probability that anything changes, at a glance: a letter does not wait for the looks to be sure of it
    """
    pressed = [int(key) for key in inputs.keys[place, -1]]
    typed = [int(key) for key in typed_keys(inputs.keys[place, -1:], inputs.features[place, -1:])[0]]
    ends = any(key in ENTER for key in pressed)
    changed, choice = decided.changed[place], decided.decisions.choice[place].argmax(-1)
    few = int(changed.sum()) < EVENT_CELLS and (likely > _SURE or bool(changed.any()))
    if not ends and not (few and any(typed)):
        return None
    origin = inputs.origin[place].long()
    around = (_likeliest(decided.probability[place]) + origin) * CELL
    around = around + (CELL - torch.tensor(SEEN, device=around.device)) // 2
    shown, answered = state.screen.clone(), None
    for key, own in zip(pressed, typed, strict=True):
        if key in ENTER:
            answered = _end_line_(model, shown, around)
            if answered is None:
                return None
        elif own and not _write_key_(model, shown, around, torch.tensor([own], device=around.device)):
            return None
    (top, left), (height, width) = origin.tolist(), changed.shape
    own_cells = slice(top, top + height), slice(left, left + width)
    written = differing(shown, state.screen)[own_cells]
    stays = torch.zeros(state.grid, dtype=torch.bool, device=shown.device)
    if answered:
        stays[_cells_in(answered)] = True
    surety = decided.surety(model.selector, model.selector.trust)[place]
    others = changed & (choice != Choice.GENERATE) & (surety > _SURE) & ~stays[own_cells]
    decided.changed[place] = others | written
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
    caret = find_caret(model, pixels_in(windows(screen[None], here, around, SEEN)), around, key)
    if caret is None:
        return False
    at = corner(torch.tensor(caret, device=screen.device))
    patch = windows(screen[None], here[:1], at[None], PATCH)
    painted = (model.typist(pixels_in(patch), key)[0].clamp(-1, 1) + 1) * 127.5
    painted = painted.round().to(torch.uint8).movedim(0, -1)
    same = (painted.int() - patch[0].int()).abs().amax(-1, keepdim=True) < _SAME
    inside, own = overlap(screen.shape, painted.shape, *at.tolist())
    screen[inside] = torch.where(same, patch[0], painted)[own]
    return True


def find_caret(
    model: NCGUIWorld, seen: Tensor, corners: Tensor, key: Tensor | None = None
) -> tuple[int, int] | None:
    """Return y and x of the caret that would write a key (1,), any by default, where it is the surest; None if it is nowhere sure.

    seen: (N, 3, *SEEN) in [-1, 1], parts of a screen with their corners (N, 2) at (y, x)
    """
    key = torch.tensor([_ANY], device=seen.device) if key is None else key
    sure, places = model.typist.places(seen, key.expand(len(seen))).softmax(1)[:, :-1].max(1)
    if float(sure.max()) < _SURE:
        return None
    best = int(sure.argmax())
    y, x = (corners[best] + torch.stack([places[best] // SEEN[1], places[best] % SEEN[1]])).tolist()
    return y, x


def _end_line_(model: NCGUIWorld, screen: Tensor, around: Tensor) -> TextArea | None:
    """Let the screen become what follows where the line before the caret is ended, in place, if it is known; return where that text lies.
    What it moves up for goes up, too, as it is."""
    scribe = model.scribe
    if not scribe.knows:
        return None
    here = around.new_zeros(len(around))
    caret = find_caret(model, pixels_in(windows(screen[None], here, around, SEEN)), around)
    area = find_text_area(screen, caret, scribe.config.size, MARGIN) if caret else None
    if area is None:
        return None
    read, spare = scribe.read_text(area, screen), MARGIN - area.margin
    line = line_before(read, area.row, area.column + spare)
    columns = read.shape[1]
    if line[-1] >= CARETS or len(line) > scribe.config.line or columns > scribe.config.columns:
        return None
    follows = scribe.follows(line, columns)
    if follows is None:
        return None
    written, clears = follows
    looks = scribe.glyphs.to(torch.uint8)
    numbered = float(scribe.numbered[line[-1]]) > _NUMBERED and not clears
    _put_(area, screen, read[:, spare:], written[:, spare:], looks, clears=clears, numbered=numbered)
    return area


def _put_(
    area: TextArea,
    screen: Tensor,
    read: Tensor,
    written: Tensor,
    looks: Tensor,
    *,
    clears: bool,
    numbered: bool,
) -> None:
    """Put on the screen, in place, what is written below the caret's row, and at the caret.

    read (rows, columns), written (1 + lines, columns): glyphs; looks (glyphs, height, width, 3) uint8; clears: the text begins anew;
    numbered: the margin is written, too, where it can be read
    """
    characters, lines = area.characters(screen), len(written) - 1
    first = 0 if clears else area.row + 1
    text, below = characters[:, area.margin :], looks[written[1:, area.margin :]]
    if clears:
        text[:] = looks[read[area.row, area.column + 1]]
    else:
        characters[area.row, area.column] = looks[written[0, area.column]]
    if numbered and first + lines <= area.rows:
        beside = slice(area.row, first + lines), slice(area.margin)
        known = read[beside] < len(looks)
        characters[beside] = torch.where(
            known[..., None, None, None], looks[written[:, : area.margin]], characters[beside]
        )
    text.copy_(torch.cat([text[:first], below, text[first + lines :]])[-area.rows :])


def _cells_in(area: TextArea) -> tuple[slice, slice]:
    """Return the cells of a screen that the text touches."""
    rows, columns = area.box
    return (
        slice(rows.start // CELL, -(-rows.stop // CELL)),
        slice(columns.start // CELL, -(-columns.stop // CELL)),
    )
