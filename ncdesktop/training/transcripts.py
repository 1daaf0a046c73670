"""Recorded lines and what followed, as characters: what stood in the rows of a text before a line was ended, and after."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import pixels_in, screen_of
from ncdesktop.model.scribe import ENTER, MARGIN
from ncdesktop.model.text_area import TextArea, find_text_area
from ncdesktop.model.typist import SEEN
from ncdesktop.model.writing import find_caret
from ncdesktop.training.table import Table
from ncdesktop.training.windows import recorded_window
from ncdesktop.world import CELL

__all__ = ["Transcript", "transcripts"]

_SEARCHED = 12
"""Places, of those that change, around which the caret is searched for."""
_WAITS = 12
"""Ticks within which an answer is complete, if no key is pressed."""


@dataclass(frozen=True)
class Transcript:
    """area: of the text and its margin; before, after (rows, columns, height, width, 3) uint8: its characters"""

    area: TextArea
    before: Tensor
    after: Tensor


def transcripts(model: NCGUIWorld, table: Table) -> Iterator[Transcript]:
    """Find lines that were ended where characters are of the size that the scribe knows."""
    size = model.scribe.config.size
    ends = torch.isin(table.keys.long(), torch.tensor(ENTER, device=table.keys.device)).any(1)
    ends &= ((table.keys != 0).sum(1) == 1) & (table.since_start > 0)
    for tick in torch.nonzero(ends).flatten().tolist():
        last = _answered(table, tick)
        changed = torch.nonzero(table.place[tick] != table.place[tick - 1]).flatten()
        if last == tick or not len(changed):
            continue
        changed = changed[:: -(-len(changed) // _SEARCHED)]
        cells = torch.stack([changed // table.grid[1], changed % table.grid[1]], 1)
        corners = cells * CELL + (CELL - torch.tensor(SEEN, device=cells.device)) // 2
        before = torch.full_like(changed, tick - 1)
        seen = pixels_in(recorded_window(table, before, corners, SEEN))
        caret = find_caret(model, seen, corners)
        screen = _screen(table, tick - 1)
        area = find_text_area(screen, caret, size, MARGIN) if caret else None
        if area is None:
            continue
        after = area.characters(_screen(table, last))
        if torch.equal(after, area.characters(_screen(table, last - 1))):
            yield Transcript(area, area.characters(screen), after)


def _answered(table: Table, tick: int) -> int:
    """Return the last tick in which an answer to a key pressed in `tick` can be seen before another one is."""
    last = tick
    while last + 1 < min(tick + _WAITS, len(table)) and int(table.since_start[last + 1]):
        if bool((table.keys[last + 1] != 0).any()):
            break
        last += 1
    return last


def _screen(table: Table, tick: int) -> Tensor:
    cells = table.cells[table.entry[table.place[tick].long(), 0].long()]
    return screen_of(cells.unflatten(0, table.grid))
