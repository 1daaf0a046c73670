"""What a typed character makes of the screen: where the caret was, to the pixel, and the pixels around it."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.keysyms import TYPING, key_count, key_id
from ncdesktop.model.pretrained import Part

__all__ = ["PATCH", "SEEN", "Typist", "TypistConfig", "corner", "typed_keys"]

SEEN = (64, 96)
"""Height and width in pixels of what is searched for the caret, around a cell that changes."""
PATCH = (24, 32)
"""Height and width in pixels of what a character can change."""
_BEFORE = (4, 6)
"""Pixels of it above and left of the caret."""
_TYPED = (*TYPING, key_id("BackSpace"))
"""Ids of the keys that it knows what to do with."""
_COMMANDS = slice(-3, None)
"""Of the features, whether these modifiers are held; not Shift."""
_GLYPH = (20, 16)
_SPREAD = (1, 2, 4)


def typed_keys(keys: Tensor, features: Tensor) -> Tensor:
    """Return the keys (B, KEYS_A_TICK) of a tick that type, 0 for others: none does while Control, Alt or Super is held.

    features: (B, FEATURES), see ActionMemory
    """
    types = torch.isin(keys, torch.tensor(_TYPED, device=keys.device))
    types &= ~(features[:, _COMMANDS] != 0).any(1, keepdim=True)
    return torch.where(types, keys, 0)


def corner(carets: Tensor) -> Tensor:
    """Return the upper left corners of the patches of carets (..., 2), both (y, x)."""
    return carets - torch.tensor(_BEFORE, device=carets.device)


@dataclass(frozen=True)
class TypistConfig:
    """width: of what finds the caret; paint: of what paints; fonts: glyphs of each key"""

    width: int = 24
    paint: int = 64
    fonts: int = 3


class Typist(Part):
    """Finds the caret, and paints what lies around it anew: seen from the caret, a letter is always at the same place.

    Where it has nothing to say, the pixels stay as they are.
    """

    Config = TypistConfig

    def __init__(self, config: TypistConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or TypistConfig()
        width, paint = config.width, config.paint
        self.find_in = nn.Conv2d(12, width, 3, padding=1)
        self.find_key = nn.Embedding(key_count(), width)
        self.find = nn.ModuleList(
            nn.Conv2d(width, width, 3, padding=spread, dilation=spread) for spread in _SPREAD
        )
        self.find_out = nn.Conv2d(width, 4, 3, padding=1)
        self.find_nowhere = nn.Parameter(torch.zeros(1))
        self.glyphs = nn.Parameter(torch.randn(key_count(), config.fonts, *_GLYPH) * 0.1)
        self.paint_in = nn.Conv2d(4 * (3 + config.fonts), paint, 3, padding=1)
        self.paint_place = nn.Parameter(torch.zeros(paint, PATCH[0] // 2, PATCH[1] // 2))
        self.paint_key = nn.Embedding(key_count(), paint)
        self.paint_first = nn.Conv2d(paint, paint, 3, padding=1)
        self.paint_all = nn.Linear(paint, paint)
        self.paint = nn.ModuleList(nn.Conv2d(paint, paint, 3, padding=1) for _ in range(2))
        self.paint_out = nn.Conv2d(paint, 16, 3, padding=1)

    def places(self, seen: Tensor, keys: Tensor) -> Tensor:
        """seen (B, 3, *SEEN) in [-1, 1], keys (B,) int64 -> log odds (B, SEEN[0] * SEEN[1] + 1) of the upper left corner of the caret that
        writes the key, row by row; the last is that there is none"""
        x = F.gelu(self.find_in(F.pixel_unshuffle(seen, 2))) + self.find_key(keys)[:, :, None, None]
        for layer in self.find:
            x = x + F.gelu(layer(x))
        places = F.pixel_shuffle(self.find_out(x), 2).flatten(1)
        return torch.cat([places, self.find_nowhere.expand(len(keys), 1)], 1)

    def forward(self, patches: Tensor, keys: Tensor) -> Tensor:
        """patches (B, 3, *PATCH) in [-1, 1] around carets, keys (B,) int64 -> what they become"""
        top, left = _BEFORE[0] - 2, _BEFORE[1] - 2
        below, right = PATCH[0] - top - _GLYPH[0], PATCH[1] - left - _GLYPH[1]
        glyphs = F.pad(self.glyphs[keys], (left, right, top, below))
        x = self.paint_in(F.pixel_unshuffle(torch.cat([patches, glyphs], 1), 2))
        x = F.gelu(x + self.paint_place + self.paint_key(keys)[:, :, None, None])
        x = x + F.gelu(self.paint_first(x))
        x = x + self.paint_all(F.gelu(x.mean((2, 3))))[:, :, None, None]
        for layer in self.paint:
            x = x + F.gelu(layer(x))
        out = F.pixel_shuffle(self.paint_out(x), 2)
        stays = out[:, :1].sigmoid()
        return patches * stays + out[:, 1:] * (1 - stays)
