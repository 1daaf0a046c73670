"""Ticks of the table assembled into what the network sees and what it should answer, on whatever device the table is."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ncdesktop.model.choices import CHOICES, Choice
from ncdesktop.model.drag import NOWHERE, goal, lead
from ncdesktop.model.generator import MARGIN, REFERENCES
from ncdesktop.model.inputs import AGE_LIMIT, TickInputs, fovea, nothing_revealed
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import pixels_in, screen_of, windows
from ncdesktop.model.sprites import NO_SPRITE, Sprites
from ncdesktop.training.table import Table, history
from ncdesktop.training.windows import recorded_press
from ncdesktop.world import CELL

__all__ = [
    "Batch",
    "Before",
    "CellBank",
    "assemble",
    "label_fresh_",
    "recorded_before",
]

_NOWHERE = -10_000
_CELLS_OF_A_LETTER, _SEEN = 4, 8


class CellBank:
    """Distinct cells by id: those of the table, then those added in training; finds the id of given pixels by a hash.

    vocabulary: (V,) int64, ids of the model's words, -1 for those that the table lacks
    """

    def __init__(self, table: Table, words: Tensor, sprites: Sprites | None = None) -> None:
        """words: (V, 16, 16, 3) uint8, the model's vocabulary; words that the table lacks stand for none of its cells."""
        self.sprites = sprites or Sprites()
        device = table.cells.device
        self._table_cells = table.cells
        self._extra = table.cells.new_zeros(0, CELL, CELL, 3)
        place = {cell.tobytes(): index for index, cell in enumerate(table.cells.cpu().numpy())}
        self.vocabulary = torch.tensor(
            [place.get(word.tobytes(), -1) for word in words.cpu().numpy()], dtype=torch.int64, device=device
        )
        self._word = torch.full((len(table.cells),), -1, dtype=torch.int64, device=device)
        known = torch.nonzero(self.vocabulary >= 0).flatten()
        self._word[self.vocabulary[known]] = known
        self._factors = torch.randint(
            -(2**62), 2**62, (CELL * CELL * 3,), generator=torch.Generator().manual_seed(0)
        ).to(device)
        self._sorted: tuple[Tensor, Tensor] | None = None

    def take(self, ids: Tensor) -> Tensor:
        """ids (...) int64, none negative -> cells (..., 16, 16, 3) uint8"""
        known = len(self._table_cells)
        cells = self._table_cells[ids.clamp(max=known - 1)]
        beyond = ids >= known
        if len(self._extra) and beyond.any():
            cells[beyond] = self._extra[ids[beyond] - known]
        return cells

    def word(self, ids: Tensor) -> Tensor:
        """Return the place of each cell in the vocabulary, -1 if it has none."""
        known = len(self._word)
        return torch.where(ids < known, self._word[ids.clamp(max=known - 1)], -1)

    def identify(self, cells: Tensor) -> Tensor:
        """Return ids of cells (N, 16, 16, 3) uint8; contents not seen before are added."""
        if self._sorted is None:
            hashes = torch.cat([self._hash(part) for part in self._table_cells.split(8192)])
            self._sorted = tuple(hashes.sort())  # type: ignore[assignment]
        hashes, order = self._sorted  # type: ignore[misc]
        wanted = self._hash(cells)
        place = torch.searchsorted(hashes, wanted).clamp(max=len(hashes) - 1)
        ids = torch.where(hashes[place] == wanted, order[place], len(self._table_cells) + len(self._extra))
        new = torch.nonzero(hashes[place] != wanted).flatten()
        ids[new] += torch.arange(len(new), device=ids.device)
        self._extra = torch.cat([self._extra, cells[new]])
        return ids

    def forget(self) -> None:
        """Drop the added cells; their ids are void."""
        self._extra = self._extra[:0]

    def _hash(self, cells: Tensor) -> Tensor:
        return (cells.flatten(1).to(torch.int64) * self._factors).sum(1)


@dataclass
class Before:
    """The screens before B ticks, rows * cols cells each.

    ids:  (B, cells, 1 + STACK) int64 into the bank, -1 none
    age:  (B, cells) ticks since each cell changed
    left: (B, cells, STACK) ticks since each content of the stack was last replaced
    placed: (B, 3) int64: the last sprite that opened; followed (B, 2) int64: of drags; see ScreenState
    """

    ids: Tensor
    age: Tensor
    left: Tensor
    placed: Tensor
    followed: Tensor


def recorded_before(table: Table, ticks: Tensor) -> Before:
    """Return the recorded screens before `ticks` (B,)."""
    place = table.place[ticks - 1].long()
    now = table.since_start[ticks][:, None]

    def ago(then: Tensor, now: Tensor) -> Tensor:
        return torch.where(then > 0, now - then, AGE_LIMIT).clamp(max=AGE_LIMIT)

    age, left = ago(table.entry_tick[place], now), ago(table.entry_left[place], now[..., None])
    to = goal(table.points[ticks], table.ages[ticks], table.features[ticks])
    followed = torch.where(to == NOWHERE, NOWHERE, to - table.lead[ticks].long())
    return Before(table.entry[place].long(), age, left, table.last_sprite[ticks - 1].long(), followed)


@dataclass
class Batch:
    """B crops of h x w cells.

    ticks:   (B,) int64, of the table
    inputs:  without embeddings; `embed` fills them in
    cells:   (U, 16, 16, 3) uint8, distinct; ids (B, h, w, 1 + STACK) index them, U stands for nothing
    truth:   (B, h, w) likewise, what the cells become
    told:    (B, h, w) bool: cells of which the inputs tell what they become; lied (B, h, w): not so, but what a sprite shows
    sprite:  (B, 3) int64: the sprite that opens, or NO_SPRITE, and y and x of its corner
    drawn:   (B, h, w) bool: cells that it, or what is offered in its place, would change; shown (M, 16, 16, 3) uint8 what to,
             in order
    changed: (B, h, w) bool; ignored (B, h, w) bool: cells that are nobody's fault
    label:   (B, h, w, choices) bool: all choices that give the true pixels
    word:    (B, h, w) int64, place of the true content in the vocabulary or -1
    cursor:  (B,) int64
    screens: (B, H, W, 3) uint8 before the tick; shift (B, 2) pixels (dy, dx) by which a drag moves
    caret:   (B, 2) int64, (y, x) of the corner of what a typed character changed on the recorded screen, or _NOWHERE
    new:     (B, h, w) int64, true content as id in the bank; before likewise with its stack
    """

    ticks: Tensor
    inputs: TickInputs
    cells: Tensor
    ids: Tensor
    truth: Tensor
    told: Tensor
    lied: Tensor
    sprite: Tensor
    drawn: Tensor
    shown: Tensor
    changed: Tensor
    ignored: Tensor
    label: Tensor
    word: Tensor
    cursor: Tensor
    screens: Tensor
    shift: Tensor
    caret: Tensor
    new: Tensor
    before: Tensor

    def embed(self, model: NCGUIWorld) -> TickInputs:
        """Return the inputs with the embeddings of all contents, each distinct one encoded once; gradients flow."""
        encoder = model.cell_encoder
        known = self.inputs.revealed
        drawn = known.drawn > 0
        each = encoder(torch.cat([self.cells, self.shown[drawn[self.drawn]]]))
        embedded = torch.cat([each[: len(self.cells)], encoder.nothing[None]])
        shown = each[len(self.cells) :]
        known.sprite = shown.new_zeros(*drawn.shape, shown.shape[1]).index_put((drawn,), shown)
        self.inputs.embedded = embedded[self.ids]
        known.contents = embedded.new_zeros(*self.told.shape, embedded.shape[1]).index_put(
            (self.told,), embedded[self.truth[self.told]]
        )
        known.contents = torch.where(self.lied[..., None], known.sprite, known.contents)
        self.inputs.cursor = torch.where(self.inputs.cursor < 0, len(model.cursors), self.inputs.cursor)
        return self.inputs

    def offer_(self, bank: CellBank, which: Tensor, placed: Tensor) -> None:
        """Let sprites `placed` (N, 3) be what opens in the crops `which` (N,), rightly or not, in place: what they would change,
        and from where cells can come then."""
        contents, differ = bank.sprites.cells(self.screens[which], placed)
        _, height, width = self.changed.shape
        row, column = self.inputs.origin[which].long().unbind(1)
        rows = (row[:, None] + torch.arange(height, device=row.device))[:, :, None]
        columns = (column[:, None] + torch.arange(width, device=row.device))[:, None]
        each = torch.arange(len(which), device=row.device)[:, None, None]
        contents, differ = contents[each, rows, columns], differ[each, rows, columns]
        shown = contents.new_zeros(*self.drawn.shape, *contents.shape[3:])
        shown[self.drawn] = self.shown
        shown[which], self.drawn[which] = contents, differ
        self.shown = shown[self.drawn]
        changed, label = self.changed[which], self.label[which]
        right = (contents == bank.take(self.new[which])).flatten(3).all(-1)
        label[..., Choice.SPRITE] = right & differ & changed
        label[..., [Choice.DICTIONARY, Choice.GENERATE]] = False
        label_fresh_(label, changed, self.word[which])
        self.label[which] = label

    def corners(self, which: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Return (N, 2) (y, x) pixels of cells (rows, columns) of crops `which` on their screens."""
        return ((self.inputs.origin[which] + torch.stack([rows, columns], 1)) * CELL).long()

    def references(
        self, bank: CellBank, which: Tensor, rows: Tensor, columns: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return what the generator sees of cells: references (N, REFERENCES, 3, 16, 16) and around (N, 3, 48, 48)."""
        corners = self.corners(which, rows, columns)
        stack = self.before[which, rows, columns, : REFERENCES - 1]
        contents = bank.take(torch.where(stack >= 0, stack, stack[:, :1]))  # (N, REFERENCES - 1, 16, 16, 3)
        shifted = windows(self.screens, which, corners - self.shift[which], CELL)
        references = torch.cat([contents[:, :1], shifted[:, None], contents[:, 1:]], 1)
        around = windows(self.screens, which, corners - MARGIN, CELL + 2 * MARGIN)
        return pixels_in(references), pixels_in(around)


def assemble(
    table: Table,
    bank: CellBank,
    ticks: Tensor,
    origins: Tensor,
    *,
    crop: tuple[int, int],
    before: Before | None = None,
    ignored: Tensor | None = None,
) -> Batch:
    """Return the batch of crops of `crop` cells with upper left cells `origins` (B, 2) at `ticks` (B,).

    before:  screens to start from, the recorded ones by default
    ignored: (B, cells) bool, cells without a right answer
    """
    rows, columns = table.grid
    batch, (height, width), device = len(ticks), crop, table.place.device
    own = before is None  # a dream's caret may be elsewhere
    before = before or recorded_before(table, ticks)
    inside = (
        (origins[:, :1, None] + torch.arange(height, device=device)[:, None]) * columns
        + origins[:, 1:, None] + torch.arange(width, device=device)
    ).flatten(1)  # fmt: skip

    def crop_of(values: Tensor) -> Tensor:
        return values[torch.arange(batch, device=device)[:, None], inside].unflatten(1, crop)

    screens = screen_of(bank.take(before.ids[..., 0]).unflatten(1, (rows, columns)))
    stack, new = crop_of(before.ids), crop_of(table.entry[table.place[ticks].long(), 0].long())
    changed = new != stack[..., 0]
    points, ages = table.points[ticks], table.ages[ticks]
    ahead = lead(points, ages, table.features[ticks], before.followed)
    shift = ahead.flip(-1)

    label = torch.zeros(batch, height, width, len(CHOICES), dtype=torch.bool, device=device)
    label[..., Choice.EARLIER : Choice.GENERATE] = (stack[..., 1:] == new[..., None]) & changed[..., None]
    which, row, column = torch.nonzero(changed & (shift != 0).any(1)[:, None, None], as_tuple=True)
    corners = ((origins[which] + torch.stack([row, column], 1)) * CELL) - shift[which]
    same = (windows(screens, which, corners, CELL) == bank.take(new[which, row, column])).flatten(1).all(1)
    label[which, row, column, Choice.SHIFT] = same
    carets = _carets(table, ticks)
    typed = (carets[:, 0] != _NOWHERE)[:, None, None]  # letters are painted: as words they were guessed
    word = torch.where(changed & ~typed, bank.word(new), -1)
    label_fresh_(label, changed, word)

    ids, inverse = torch.unique(torch.cat([stack, new[..., None]], -1), return_inverse=True)
    if ids[0] < 0:
        ids, inverse = ids[1:], torch.where(inverse == 0, len(ids) - 1, inverse - 1)
    features, keys = history(table, ticks)
    inputs = TickInputs(
        embedded=torch.empty(0),
        empty=stack[..., 1:] < 0,
        age=crop_of(before.age).float(),
        left=crop_of(before.left).float(),
        origin=origins.float(),
        grid=table.grid,
        features=features,
        keys=keys,
        points=points,
        ages=ages,
        fovea=fovea(screens, points, recorded_press(table, ticks)),
        cursor=table.cursor[ticks - 1].long(),
        placed=before.placed,
        lead=ahead,
        revealed=nothing_revealed(batch, height, width, 0, device),
    )
    batch_ = Batch(
        ticks=ticks,
        inputs=inputs,
        cells=bank.take(ids),
        ids=inverse[..., :-1],
        truth=inverse[..., -1],
        told=torch.zeros_like(changed),
        lied=torch.zeros_like(changed),
        sprite=table.sprite[ticks].long(),
        drawn=torch.zeros_like(changed),
        shown=bank.take(new[:0].flatten()),
        changed=changed,
        ignored=torch.zeros_like(changed) if ignored is None else crop_of(ignored),
        label=label,
        word=word,
        cursor=table.cursor[ticks].long(),
        screens=screens,
        shift=shift,
        caret=carets if own else torch.full_like(origins, _NOWHERE),
        new=new,
        before=stack,
    )
    opens = torch.nonzero(batch_.sprite[:, 0] != NO_SPRITE).flatten()
    if len(opens):
        batch_.offer_(bank, opens, batch_.sprite[opens])
    return batch_


def label_fresh_(label: Tensor, changed: Tensor, word: Tensor) -> None:
    """Let cells that change and come from nowhere else (label (..., choices), in place) be words, or painted without one."""
    fresh = changed & ~label.any(-1)
    label[..., Choice.DICTIONARY], label[..., Choice.GENERATE] = fresh & (word >= 0), fresh & (word < 0)


def _carets(table: Table, ticks: Tensor) -> Tensor:
    """Return (B, 2) int64 (y, x): the upper left of the pixels that change, where a key changes few cells; a letter and its
    caret do, and they begin where the caret was. Elsewhere _NOWHERE."""
    found = torch.full((len(ticks), 2), _NOWHERE, device=ticks.device)
    columns = table.grid[1]
    for place, tick in enumerate(ticks.tolist()):
        now, before = table.place[tick].long(), table.place[tick - 1].long()
        cells = torch.nonzero(now != before).flatten()
        if not table.keys[tick].any() or not 0 < len(cells) <= _CELLS_OF_A_LETTER:
            continue
        new, old = (table.cells[table.entry[entry[cells], 0].long()].int() for entry in (now, before))
        which, y, x = torch.nonzero((new - old).abs().amax(3) > _SEEN, as_tuple=True)
        if len(which):
            rows, across = cells[which] // columns * CELL + y, cells[which] % columns * CELL + x
            found[place] = torch.stack([rows.amin(), across.amin()])
    return found
