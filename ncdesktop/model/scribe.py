"""What follows where a line is ended in a terminal or an editor: read character by character, written character by character, in glyphs
that the weights hold."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.keysyms import key_id
from ncdesktop.model.pretrained import Part
from ncdesktop.model.text_area import TextArea

__all__ = ["CARETS", "ENTER", "MARGIN", "UNKNOWN", "Answer", "Scribe", "ScribeConfig", "line_before"]

ENTER = (key_id("Return"), key_id("KP_Enter"))
"""Ids of the keys that end a line."""
CARETS = 2
"""So many glyphs, the first, show where the next character comes: a block, and a bar."""
MARGIN = 3
"""Columns left of a text that are read and written with it: line numbers."""
UNKNOWN = 1000.0
"""Value of the pixels of glyphs that have not been learned: nothing on a screen is like them."""
_ALIKE = 20.0
"""Root mean square difference, of 255, up to which a character looks like a glyph."""
_LEFT, _RIGHT = 48, 112
"""Characters by which what is copied lies left, or right, of where it is copied to."""
_MOST_ROWS = 3
"""Rows that a line may have been broken into."""


@dataclass(frozen=True)
class ScribeConfig:
    """glyphs: looks of characters that it knows; height, width: of one, pixels; line: the longest that it reads; columns: the
    widest text; lines: the longest answer"""

    glyphs: int = 512
    height: int = 13
    width: int = 6
    line: int = 160
    columns: int = 88
    lines: int = 26
    dim: int = 80
    heads: int = 4
    layers: int = 2

    @property
    def size(self) -> tuple[int, int]:
        return self.height, self.width


@dataclass(frozen=True)
class Answer:
    """What is answered to B lines.

    lines:  (B, 1 + config.lines) log odds of how many rows the answer has, the next prompt's included; none: nothing is known
    clears: (B,) log odds that it begins in the first row, and all else is blank
    """

    lines: Tensor
    clears: Tensor
    read: Tensor
    hidden: Tensor


class _Reading(nn.Module):
    """Attention to what was read, and a layer of its own for each character to be written."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.norm, self.norm_out = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.up, self.down = nn.Linear(dim, 2 * dim), nn.Linear(2 * dim, dim)

    def forward(self, x: Tensor, read: Tensor, hidden: Tensor) -> Tensor:
        x = x + self.attention(self.norm(x), read, read, key_padding_mask=hidden, need_weights=False)[0]
        return x + self.down(F.gelu(self.up(self.norm_out(x))))


class Scribe(Part):
    """A line typed in a terminal or an editor -> how many rows follow, and the glyph of each character of them.

    Every character is one of the glyphs, or the same as one of the line, so many places to its left or right. It has learned this from
    recordings (see `train scribe`). Before that, it answers nothing.
    """

    Config = ScribeConfig

    def __init__(self, config: ScribeConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or ScribeConfig()
        dim = config.dim
        self.glyphs: Tensor
        self.register_buffer("glyphs", torch.full((config.glyphs, *config.size, 3), UNKNOWN))
        self.numbered: Tensor
        """(CARETS,) how much of the margin changes where a line with such a caret is ended; nothing in a terminal"""
        self.register_buffer("numbered", torch.zeros(CARETS))
        self.glyph = nn.Embedding(config.glyphs + 1, dim)  # the last stands for none of them
        self.look = nn.Linear(self.glyphs[0].numel(), dim)
        self.place = nn.Embedding(config.line, dim)
        self.width = nn.Embedding(config.columns + 1, dim)
        layer = nn.TransformerEncoderLayer(
            dim, config.heads, 2 * dim, 0.1, F.gelu, batch_first=True, norm_first=True
        )
        self.read = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.lines, self.clears = nn.Linear(dim, 1 + config.lines), nn.Linear(dim, 1)
        self.row, self.row_left = nn.Embedding(1 + config.lines, dim), nn.Embedding(1 + config.lines, dim)
        self.column = nn.Embedding(config.columns, dim)
        self.write = nn.ModuleList(_Reading(dim, config.heads) for _ in range(config.layers))
        self.says, self.shifts = nn.Linear(dim, dim), nn.Linear(dim, _LEFT + _RIGHT)
        self.copies = nn.Linear(dim, 1)
        for learned in (self.glyph, self.place, self.width, self.row, self.row_left, self.column):
            nn.init.normal_(learned.weight, std=0.1)
        nn.init.constant_(self.lines.bias[:1], 20.0)

    @property
    def knows(self) -> bool:
        """Whether it has glyphs to read and write."""
        return bool((self.glyphs < UNKNOWN).any())

    def glyphs_of(self, characters: Tensor) -> Tensor:
        """characters (..., height, width, 3) uint8 -> (...) the glyph that each looks like, `config.glyphs` if like none"""
        own = self.glyphs.flatten(1)
        apart = torch.cdist(characters.float().reshape(-1, own.shape[1]), own) / own.shape[1] ** 0.5
        least, which = apart.min(1)
        return torch.where(least < _ALIKE, which, self.config.glyphs).view(characters.shape[:-3])

    def read_text(self, area: TextArea, screen: Tensor) -> Tensor:
        """Return (rows, MARGIN + columns of text) int64: the glyphs of a screen's text, none where its margin is not on the screen."""
        read = self.glyphs_of(area.characters(screen))
        return F.pad(read, (MARGIN - area.margin, 0), value=self.config.glyphs)

    def forward(self, line: Tensor, columns: Tensor) -> Answer:
        """line (B, L) int64 glyphs, padded by negative ones, columns (B,) int64 of the text with its margin -> what is answered"""
        keys = torch.cat([self._looks(), self.glyph.weight[-1:]])
        place = torch.arange(line.shape[1], device=line.device)
        together = keys[line] + self.place(place) + self.width(columns)[:, None]
        hidden = line < 0
        read = self.read(together, src_key_padding_mask=hidden)
        whole = (read * ~hidden[..., None]).sum(1) / (~hidden).sum(1, keepdim=True)
        return Answer(self.lines(whole), self.clears(whole)[:, 0], read, hidden)

    def written(self, line: Tensor, answer: Answer, lines: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Return log odds (B, N, config.glyphs) of the characters in `rows` and `columns` (B, N) of answers of `lines` (B,) rows.

        rows: from 1 on, the first below the line; 0 is that of the caret; columns: the margin's first
        """
        glyphs = self.config.glyphs
        x = self.row(rows) + self.row_left((lines[:, None] - rows).clamp(min=0)) + self.column(columns)
        for layer in self.write:
            x = layer(x, answer.read, answer.hidden)
        said = (self.says(x) @ self._looks().T / self.config.dim**0.5).softmax(-1)
        from_ = columns[..., None] + torch.arange(-_LEFT, _RIGHT, device=line.device)  # (B, N, shifts)
        there = line.gather(1, from_.clamp(0, line.shape[1] - 1).flatten(1)).view_as(from_)
        there = torch.where((from_ >= 0) & (from_ < line.shape[1]) & (there >= 0), there, glyphs)
        copied = torch.zeros(*rows.shape, glyphs + 1, device=line.device)
        copied = copied.scatter_add(2, there, self.shifts(x).softmax(-1))[..., :-1]
        share = self.copies(x).sigmoid()
        return (said * (1 - share) + copied * share).clamp(min=1e-6).log()

    def follows(self, line: Tensor, columns: int) -> tuple[Tensor, bool] | None:
        """line (L,) int64 glyphs, the last a caret -> glyphs (1 + rows, columns) that follow, those of its own row first, and whether all
        else is cleared; None if it does not know of anything. The next caret is one, in the last row."""
        device = line.device
        answer = self(line[None], torch.tensor([columns], device=device))
        lines = int(answer.lines.argmax())
        if not lines:
            return None
        rows = torch.arange(1 + lines, device=device).repeat_interleave(columns)[None]
        across = torch.arange(columns, device=device).repeat(1 + lines)[None]
        said = self.written(line[None], answer, torch.tensor([lines], device=device), rows, across)
        said = said.view(1 + lines, columns, -1)
        caret = int(said[-1, :, line[-1]].argmax())
        said[..., :CARETS] = -torch.inf
        said[-1, caret, line[-1]] = torch.inf
        return said.argmax(-1), float(answer.clears) > 0

    def _looks(self) -> Tensor:
        pixels = torch.where(self.glyphs < UNKNOWN, self.glyphs / 255, 0).flatten(1)
        return self.glyph.weight[:-1] + self.look(pixels)


def line_before(glyphs: Tensor, row: int, column: int) -> Tensor:
    """Return the line that the caret ends: glyphs (L,) of those in (rows, columns), with that of the caret, from where it was not broken
    for lack of room."""
    first, ground = row, glyphs[row, column + 1]
    while first > max(0, row + 1 - _MOST_ROWS) and glyphs[first - 1, -1] != ground:
        first -= 1
    return torch.cat([glyphs[first:row].flatten(), glyphs[row, : column + 1]])
