"""What comes back when something closes, or another window is taken to the front: which groups of remembered contents."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.glimpse import Glimpse, GlimpseConfig, GlimpseEncoder
from ncdesktop.model.groups import FACTS, Groups, groups_of
from ncdesktop.model.pretrained import Part

__all__ = ["Returning", "Uncoverer", "UncovererConfig"]

_NEVER = 8.0
"""Log odds that a group stays covered, before it has learned anything: more than votes can outweigh."""

_FORGETS, _HIDES = 0.15, 0.3
"""Shares of what goes through the layers, and of what is told of moments and contents, that are hidden in training: there are few large
events, and without that it learned them by heart."""


@dataclass(frozen=True)
class UncovererConfig(GlimpseConfig):
    dim: int = 96
    heads: int = 4
    layers: int = 2
    hidden: float = 0.2


@dataclass(frozen=True)
class Returning:
    """Which groups come back on a screen, or to a part of it.

    odds: (G,) log odds of each
    of:   (h, w, STACK) int64: the group that each content belongs to, -1 if to none
    """

    odds: Tensor
    of: Tensor

    def votes(self, chances: Tensor) -> Tensor:
        """chances (h, w, STACK) that contents come back, as their cells have it -> (G,) their means, 0 where none is seen"""
        place, count = self.of.flatten() % (len(self.odds) + 1), len(self.odds) + 1
        total = torch.zeros(count, device=chances.device).index_add(0, place, chances.flatten())
        return (total / place.bincount(minlength=count).clamp(min=1))[:-1]


class Uncoverer(Part):
    """A glimpse of a moment in which something changes, and what its screen remembers -> which groups of contents come back.

    It has learned this from recordings (see `train uncoverer`). Before that, none does, whatever cells say.
    """

    Config = UncovererConfig

    def __init__(self, config: UncovererConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or UncovererConfig()
        dim = config.dim
        self.encoder = GlimpseEncoder(config)
        self.moment = nn.Linear(self.encoder.dim, dim)
        self.facts = nn.Linear(FACTS, dim)
        self.contents = nn.Linear(2 * config.cell_dim, dim)
        layer = nn.TransformerEncoderLayer(
            dim, config.heads, 2 * dim, _FORGETS, F.gelu, batch_first=True, norm_first=True
        )
        self.together = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.out = nn.Linear(dim, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.constant_(self.out.bias, -_NEVER)

    def forward(self, seen: Glimpse, groups: Groups, embedded: Tensor, ids: Tensor) -> Tensor:
        """Return log odds (B, G) that each of the screens' groups comes back.

        embedded: (M, cell_dim); ids (B, rows, columns, 1 + STACK) into it, of what is shown and of the stacks
        """
        moment = F.gelu(self.moment(self.encoder(seen)))[:, None]
        contents = F.dropout(self.contents(groups.means(embedded, ids)), _HIDES, self.training)
        each = self.facts(groups.facts) + contents + F.dropout(moment, _HIDES, self.training)
        hidden = F.pad(~groups.known, (1, 0), value=False)
        together = self.together(torch.cat([moment, each], 1), src_key_padding_mask=hidden)
        return self.out(together[:, 1:])[..., 0]

    def returning(self, seen: Glimpse, embedded: Tensor, empty: Tensor, left: Tensor) -> list[Returning]:
        """Return what comes back on screens of which, besides a glimpse, is given what they remember, as `TickInputs` have it."""
        groups = groups_of(left, empty, seen.age, seen.points, seen.ages)
        ids = torch.arange(embedded[..., 0].numel(), device=embedded.device).view(embedded.shape[:-1])
        odds = self(seen, groups, embedded.flatten(0, -2), ids)
        return [Returning(*parts) for parts in zip(odds, groups.of, strict=True)]
