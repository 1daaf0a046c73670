"""Where the ink of a typed character goes: learned glyphs, put where the caret was."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.keysyms import key_count
from ncdesktop.world import CELL

__all__ = ["PLACES", "REACH", "Ink"]

REACH = CELL - 1
"""Pixels that the upper left corner of a glyph may lie outside of a cell that shows some of it, up and left."""
PLACES = REACH + CELL
"""Places of that corner along each side, -REACH the first."""
_FONTS = 3
_HEIGHT, _WIDTH = 16, 12
_WIDTH_SKIPPED = PLACES - (CELL + _WIDTH - 1)
_CHANNELS = 12


class Ink(nn.Module):
    """A key -> a glyph in each of a few fonts; surroundings -> where its corner lies, and in which font.

    Without it the painter knows where a letter goes but learns each letter anew for every place in a cell.
    """

    def __init__(self) -> None:
        super().__init__()
        self.glyphs = nn.Parameter(torch.randn(key_count(), _FONTS, _HEIGHT, _WIDTH) * 0.1 - 1.5)
        self.look = nn.Conv2d(3, _CHANNELS, 5, padding=2)
        self.mix = nn.Conv2d(_CHANNELS, _CHANNELS, 5, padding=2)
        self.place = nn.Conv2d(_CHANNELS, _FONTS, 5, padding=2)

    def places(self, surroundings: Tensor) -> Tensor:
        """surroundings (N, 3, 48, 48), a cell with as much on each side -> log odds (N, _FONTS, PLACES, PLACES)"""
        seen = self.place(F.gelu(self.mix(F.gelu(self.look(surroundings)))))
        first = CELL - REACH
        return seen[..., first : first + PLACES, first : first + PLACES]

    def forward(self, typed: Tensor, surroundings: Tensor) -> Tensor:
        """typed (N,) int64 key ids, surroundings (N, 3, 48, 48) -> ink (N, 1, 16, 16) in [0, 1]; none where no key is"""
        ink = surroundings.new_zeros(len(typed), 1, CELL, CELL)
        which = torch.nonzero(typed > 0).flatten()
        if not len(which):
            return ink
        groups = len(which) * _FONTS
        places = self.places(surroundings[which]).flatten(1).softmax(1).view(1, groups, PLACES, PLACES)
        glyphs = self.glyphs[typed[which]].sigmoid().flip(2, 3).view(groups, 1, _HEIGHT, _WIDTH)
        drawn = F.conv2d(places[..., _WIDTH_SKIPPED:], glyphs, groups=groups)
        return ink.index_copy(0, which, drawn.view(-1, _FONTS, CELL, CELL).sum(1, keepdim=True).to(ink.dtype))
