"""Which cells change, where their pixels come from, and which known content they are."""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from ncdesktop.keysyms import TYPING
from ncdesktop.model.choices import CHOICES, Choice
from ncdesktop.model.crew import Share, one_by_one
from ncdesktop.model.inputs import MOMENTS, Revealed, TickInputs
from ncdesktop.model.pretrained import Part

__all__ = ["CONTEXTS", "EXPECTED", "Decisions", "Selector", "SelectorConfig", "context"]


CONTEXTS = 5
"""Kinds of moments, see `context`."""
EXPECTED = 8.0
"""Log odds beyond which what a glance expects counts no more: before it has learned anything it expects everything."""

_AT_ONCE = 16
"""Cells whose odds of all known contents are worked out together: they fit into the cache, which halves the time."""


def context(features: Tensor, keys: Tensor) -> Tensor:
    """Return (B,) int64, what was done in the tick or the one before: 4 another button than the left one, 3 a key that types no
    character, 2 the left button, 1 a key that types one, 0 nothing of these. Look and glance know about each in its own measure.

    features, keys: (B, HISTORY, ...) of the actions, see ActionMemory
    """
    buttons, keys = features[:, -2:, 5:11] != 0, keys[:, -2:]
    types = torch.isin(keys, torch.tensor(TYPING, device=keys.device))
    left = buttons[..., [0, 3]]
    done = (types, left, (keys != 0) & ~types, buttons[..., [1, 2, 4, 5]])
    kinds = [which * what.flatten(1).any(1) for which, what in enumerate(done, start=1)]
    return torch.stack(kinds).amax(0)


@dataclass(frozen=True)
class SelectorConfig:
    cell_dim: int = 128
    feature_dim: int = 128
    key_dim: int = 64
    vocabulary: int = 16384


@dataclass
class Decisions:
    """change (B, h, w) logits; choice (B, h, w, len(CHOICES)) logits"""

    change: Tensor
    choice: Tensor

    def choose_(self, screen: int, cells: Tensor, choice: Choice) -> None:
        """Let `cells` (h, w) bool of a screen come from one choice, for sure, in place."""
        self.choice[screen, cells] = -torch.inf
        self.choice[screen, ..., choice].masked_fill_(cells, 0.0)


class Selector(Part):
    """Heads on the backbone's features: change, choice (stack contents by query-key product), dictionary."""

    Config = SelectorConfig

    def __init__(self, config: SelectorConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or SelectorConfig()
        self.heads = nn.Linear(config.feature_dim, 1 + len(CHOICES))
        nn.init.zeros_(self.heads.weight)
        nn.init.zeros_(self.heads.bias)
        self.heads.bias.data[0] = -3.5  # changes are rare
        self.stack_query = nn.Linear(config.feature_dim, config.key_dim)
        self.stack_key = nn.Linear(config.cell_dim, config.key_dim)
        self.stack_left = nn.Linear(2, config.key_dim, bias=False)
        nn.init.zeros_(self.stack_left.weight)
        self.stack_moment = nn.Linear(MOMENTS, 1, bias=False)
        nn.init.ones_(self.stack_moment.weight)
        self.word_query = nn.Linear(config.feature_dim, config.key_dim)
        self.word_key = nn.Embedding(config.vocabulary, config.key_dim)
        self.word_bias = nn.Parameter(torch.zeros(config.vocabulary))
        self.blend: Tensor  # of look and glance, see `offset`
        self.register_buffer("blend", torch.tensor([0.0, 1.0, 0.0]).repeat(CONTEXTS, 1))
        self.trust: Tensor  # how often each choice is right where it is sure
        self.register_buffer("trust", torch.ones(len(CHOICES)))

    def keys(self, inputs: TickInputs) -> Tensor:
        """Return (B, h, w, K, key_dim): what the contents that cells remember are found by, whatever a look makes of the screen."""
        left = torch.stack([torch.log1p(inputs.left) / 7.6, (inputs.left < 4).float()], -1)
        return self.stack_key(inputs.embedded[..., 1:, :]) + self.stack_left(left)

    def forward(self, features: Tensor, inputs: TickInputs, keys: Tensor | None = None) -> Decisions:
        """features (B, h, w, feature_dim), `keys` of the inputs, if they are known -> Decisions"""
        heads = self.heads(features)
        keys = self.keys(inputs) if keys is None else keys
        match = (keys * self.stack_query(features)[..., None, :]).sum(-1) / 8
        match = match + self.stack_moment(inputs.revealed.left)[..., 0]
        change, choice = heads[..., 0], heads[..., 1:]
        stack = (choice[..., Choice.EARLIER : Choice.GENERATE] + match).masked_fill(inputs.empty, -30.0)
        drawn = inputs.revealed.drawn
        elsewhere = (drawn == 0) & (drawn > 0).flatten(1).any(1)[:, None, None]
        others = choice[..., Choice.GENERATE : Choice.SPRITE]
        sprite = choice[..., Choice.SPRITE].masked_fill(elsewhere, -30.0)
        choice = torch.cat([choice[..., : Choice.EARLIER], stack, others, sprite[..., None]], -1)
        return Decisions(change, choice)

    def offset(self, change: Tensor, expected: Tensor, inputs: TickInputs) -> Tensor:
        """Return (B,) what to add to change logits (B, h, w) of a first look, for changes at natural rates: training draws
        changing ticks more often than they come.

        Whether a tick changes is drawn by its likeliest cell (see `pick`): its log odds become a blend of what the look says
        and of what was expected.

        expected: (B,) log odds of any change, by the glance
        """
        top = change.flatten(1).amax(1)
        return _blended(self.blend[context(inputs.features, inputs.keys)], top, expected) - top

    def natural(self, change: Tensor, offset: Tensor, revealed: Revealed) -> Tensor:
        """Return change probabilities (B, h, w) at natural rates.

        Where a changing cell is revealed, that the tick changes is known, and drawn rates are the natural ones. Where a change is
        likelier than the look says, that makes its cells no more.

        change:   (B, h, w) logits; offset (B,), see `offset`
        revealed: what is known of the tick's changes
        """
        unknown = ~(revealed.cells[..., 1] > 0).flatten(1).any(1)
        offset = offset * unknown
        top = change.flatten(1).amax(1)
        likelier = (top + offset.clamp(min=0)).sigmoid() / top.sigmoid()
        return (change + offset.clamp(max=0)[:, None, None]).sigmoid() * likelier[:, None, None]

    def words(self, features: Tensor) -> Tensor:
        """Return the logits (N, vocabulary) of the known contents for cells with features (N, feature_dim)."""
        return torch.addmm(self.word_bias, self.word_query(features), self.word_key.weight.T)

    def likeliest_words(self, features: Tensor, share: Share = one_by_one) -> tuple[Tensor, Tensor]:
        """Return (N,) the likeliest of the known contents for cells with features (N, feature_dim), and (N,) how likely each is; parts of
        the cells can be shared."""

        def name(some: Tensor) -> tuple[Tensor, Tensor]:
            chance, word = self.words(some).float().softmax(-1).max(-1)
            return word, chance

        found = share([partial(name, some) for some in features.split(_AT_ONCE)])
        word, chance = (torch.cat(parts) for parts in zip(*found, strict=True))
        return word, chance


def _blended(blend: Tensor, look: Tensor, glance: Tensor) -> Tensor:
    """Return (B,) log odds, of those of a look and of a glance (B,) and what counts how much (..., 3)."""
    constant, own, told = blend.unbind(-1)
    return constant + own * look + told * glance.clamp(-EXPECTED, EXPECTED)
