"""What has been decided of cells: which change, where what they become comes from, and how sure that is."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.model.choices import CHOICES, Choice
from ncdesktop.model.crew import Share, one_by_one
from ncdesktop.model.selector import Decisions, Selector
from ncdesktop.model.uncoverer import Returning

__all__ = ["LARGE_CELLS", "WHOLE", "Decided"]

_RETURNS = 0.5
"""Probability that a group of remembered contents comes back, from which on it does, whatever its cells say."""
_ALWAYS, _UNCOVERER, _VOTES = 0.7, 0.6, 0.4
"""Log odds of that, and how much those of the uncoverer and of the cells' votes count: fitted on 300 held-out events."""
_LEAST, _MOST = 0.01, 0.99
"""Of votes."""
_RIGHT = 0.5
"""Chance of a cell to become right, from which on that is expected."""
_HEARD, _DOUBTED = 0.2, 0.1
"""In a group whose cells say at least so much that it comes back, one that says less than this share of that does as it says itself: of 709 such
cells in 411 held-out events .31 came back."""
WHOLE = 0.48
"""Odds that a sprite opens there, from which on all of it does, whatever its cells say."""
_MOSTLY = 0.5
"""Share of its cells that open it, from which on all of it does: windows were left torn otherwise."""
_FEW, _FILLS = 3, 0.25
"""Cells of a sprite, more than few and fewer than a window has, do not open alone: of 3,300 such cells, of windows too, 958 became right, 1,873 would have
been had they stayed; but of 619 that were less than this share of what changes there, and could come back instead, 365 would, 316 (98 held-out moments)."""
_ALONE = 0.4
"""Odds from which on nothing new is made up beside it: of 1,250 such cells in 1,200 recorded moments 350 became right."""
LARGE_CELLS = 40
"""More than a tooltip has, fewer than a window."""


@dataclass
class Decided:
    """Of B screens or parts of them.

    changed:     (B, h, w) bool
    probability: (B, h, w) of a change, at natural rates, as the first look saw it
    decisions:   of the last look at each screen; features (B, h, w, C) likewise
    placed:      (B, 3) int64: the sprite that opens, or NO_SPRITE, and y and x of its corner
    odds:        (B,) that it is the right one in the right place
    offset:      (B,) that brought the changes to natural rates
    returns:     (B, h, w): the probability that a cell is right to come back with its group, 0 where none does
    words:       (B, h, w) int64: the known contents that cells become, -1 where nobody has asked yet
    meant:       (B, h, w) bool: what would change, had it not been taken back as unknown
    in_pieces:   (B,) bool: if a sprite opens, not all of it does
    """

    changed: Tensor
    probability: Tensor
    decisions: Decisions
    features: Tensor
    placed: Tensor
    odds: Tensor
    offset: Tensor
    returns: Tensor

    def __post_init__(self) -> None:
        self.words = torch.full_like(self.changed, -1, dtype=torch.int64)
        self.meant = self.changed
        self.in_pieces = torch.ones_like(self.odds, dtype=torch.bool)

    def paint_all_(self) -> None:
        """Let every cell be painted anew, in place."""
        self.changed = torch.ones_like(self.changed)
        for screen, cells in enumerate(self.changed):
            self.decisions.choose_(screen, cells, Choice.GENERATE)

    def surety(self, selector: Selector, trust: Tensor, share: Share = one_by_one) -> Tensor:
        """Return (B, h, w) how likely each of the cells that change is to become right; trust: see `Selector`."""
        chance, choice = self.decisions.choice.float().softmax(-1).max(-1)
        named = torch.nonzero(self.changed & (choice == Choice.DICTIONARY), as_tuple=True)
        self.words[named], likely = selector.likeliest_words(self.features[named], share)
        chance[named] *= likely
        placed = torch.where(choice == Choice.SPRITE, self.odds[:, None, None], 1.0)
        return torch.where(self.returns > 0, self.returns, (chance * trust[choice] * placed).clamp(max=1))

    def doubted(self, selector: Selector) -> Tensor:
        """Return (B, h, w) bool: cells that become what is made up and expected to be wrong."""
        source = self.decisions.choice.argmax(-1)
        made_up = self.changed & ((source == Choice.DICTIONARY) | (source == Choice.GENERATE))
        if not bool(made_up.any()):
            return made_up
        return made_up & (self.surety(selector, selector.trust) <= _RIGHT)

    def bring_back_(self, screen: int, changed: Tensor, probability: Tensor, back: Returning) -> Tensor:
        """Let the groups that come back on a screen do so, as far as it is seen, in place, and nothing of the others; return which cells change.

        changed, probability: (h, w) of a change, by cells alone
        """
        choice = self.decisions.choice[screen]
        own = choice.float().softmax(-1)[..., Choice.EARLIER : Choice.GENERATE] * probability[..., None]
        votes = back.votes(own)
        alone, of = back.of < 0, back.of.clamp(min=0)
        likely = torch.where(alone, 0.0, _blended(back.odds, votes).sigmoid()[of])
        chance, place = likely.max(-1, keepdim=True)
        said, vote = (what.gather(-1, place)[..., 0] for what in (own, votes[of]))
        chance, place = chance[..., 0], place[..., 0]
        returns = (chance > _RETURNS) & ((vote < _HEARD) | (said >= _DOUBTED * vote))
        stays = torch.zeros_like(choice, dtype=torch.bool)
        stays[..., Choice.EARLIER : Choice.GENERATE] = ~alone & (likely <= _RETURNS)
        stays = stays.gather(-1, choice.argmax(-1, keepdim=True))[..., 0]
        sources = F.one_hot(Choice.EARLIER + place[returns], len(CHOICES))
        choice[returns] = sources.to(choice.dtype).log()
        self.returns[screen] = chance * returns
        return changed & ~stays | returns

    def open_(self, screen: int, changed: Tensor, drawn: Tensor) -> Tensor:
        """Let the sprite that opens on a screen, if any does, open whole or alone where it, or most of its cells, are sure enough, in
        place, and else no smaller piece of it; return which cells change.

        changed: (h, w) cells that would; drawn: (h, w) those that the sprite changes
        """
        choice, odds = self.decisions.choice[screen], float(self.odds[screen])
        opening = changed & drawn & (choice.argmax(-1) == Choice.SPRITE)
        whole = bool(drawn.any()) and (odds > WHOLE or bool(opening.sum() > _MOSTLY * drawn.sum()))
        self.in_pieces[screen] = not whole
        if whole:
            changed = changed | drawn
            likelier = drawn & (self.returns[screen] <= odds)
            self.decisions.choose_(screen, likelier, Choice.SPRITE)
            self.returns[screen].masked_fill_(likelier, 0.0)
        elif _FEW < int(opening.sum()) < LARGE_CELLS:
            choice[..., Choice.SPRITE].masked_fill_(opening, -torch.inf)
            other = choice.argmax(-1)
            fills = bool(opening.sum() < _FILLS * (changed & drawn).sum())
            changed = changed & (~opening | fills & (other >= Choice.EARLIER) & (other < Choice.GENERATE))
        source = choice.argmax(-1)
        if odds > _ALONE and bool((changed & drawn & (source == Choice.SPRITE)).any()):
            made_up = (source == Choice.GENERATE) | (source == Choice.DICTIONARY)
            changed = changed & (_around(drawn) | ~made_up)
        return changed


def _around(cells: Tensor) -> Tensor:
    """Return (h, w) bool: the box around cells (h, w) bool, of which there are some, and a cell on each side of it."""
    rows, columns = (
        slice(max(int(axis.min()) - 1, 0), int(axis.max()) + 2)
        for axis in torch.nonzero(cells, as_tuple=True)
    )
    around = torch.zeros_like(cells)
    around[rows, columns] = True
    return around


def _blended(odds: Tensor, votes: Tensor) -> Tensor:
    """Return log odds (G,) of groups, of those that the uncoverer gives and of the votes of their cells."""
    return _ALWAYS + _UNCOVERER * odds + _VOTES * votes.clamp(_LEAST, _MOST).logit()
