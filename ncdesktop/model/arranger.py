"""What becomes of the windows that are known when something happens: one of them goes, comes to the front, or nothing of the kind."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.drag import NOWHERE
from ncdesktop.model.glimpse import PRESS, Glimpse, GlimpseConfig, GlimpseEncoder
from ncdesktop.model.pretrained import Part
from ncdesktop.model.state import THINGS

__all__ = ["COMES", "GOES", "Arranger", "ArrangerConfig", "Known", "cases"]

GOES, COMES = 0, 1
_POINTS = (0, PRESS, PRESS + 1)
"""Pointer, last press and last release."""
_SCALES, _FAR = (4.0, 16.0, 64.0), 6.0
"""Pixels in which distances from edges are told, and how many of these at most: buttons lie near a window's corners."""
_HERE = 2 + 4 * len(_SCALES)
_FACTS = 8 + 2 * (THINGS + 1) + 1 + _HERE * len(_POINTS) + 2


@dataclass
class Known:
    """Things that are known of B screens, K = THINGS each at most, those on the screen first, from the front on.

    boxes: (B, K, 4) int64: top, left, bottom, right in pixels; all NOWHERE where none is known
    gone:  (B, K) int64: ticks since they went, -1 of those on the screen
    order: (B, K) int64: how many of them came before each
    """

    boxes: Tensor
    gone: Tensor
    order: Tensor

    @property
    def there(self) -> Tensor:
        """(B, K) bool: which places hold a thing."""
        return self.boxes[..., 2] > self.boxes[..., 0]

    def facts(self, points: Tensor, ages: Tensor) -> Tensor:
        """Return (B, K, _FACTS), zero where there is none; points (B, 4, 2) and ages (B, 2) of the input, see ActionMemory."""
        there, boxes = self.there, self.boxes.float()
        shown = there & (self.gone < 0)
        rank = torch.where(shown, shown.long().cumsum(1), 0)
        top, left, bottom, right = boxes.unbind(-1)
        sizes = torch.stack([bottom - top, right - left], -1) / 256
        ago = torch.log1p(self.gone.clamp(min=0).float()) / 6
        facts = [boxes / 256 - 1, sizes, torch.stack([ago, (self.gone >= 0).float()], -1)]
        facts += [F.one_hot(number.clamp(0, THINGS), THINGS + 1).float() for number in (rank, self.order)]
        facts.append((there.float().sum(1, keepdim=True) / THINGS)[..., None].expand(-1, THINGS, -1))
        for point in _POINTS:
            x, y = points[:, point, :1], points[:, point, 1:]
            inside = (y >= top) & (y < bottom) & (x >= left) & (x < right)
            first = inside & shown & ((inside & shown).long().cumsum(1) == 1)
            apart = torch.stack([x - left, right - x, y - top, bottom - y], -1)
            facts.append(torch.stack([inside, first], -1).float())
            facts += [(apart / scale).clamp(-_FAR, _FAR) / _FAR for scale in _SCALES]
        facts.append((torch.log1p(ages.float()) / 6)[:, None].expand(-1, THINGS, -1))
        return torch.cat(facts, -1) * there[..., None]


@dataclass(frozen=True)
class ArrangerConfig(GlimpseConfig):
    """Small, and much is hidden from it: recordings hold few events of the kind, and it learned them by heart."""

    width: int = 12
    near_dim: int = 16
    tick_dim: int = 16
    fovea_width: int = 8
    dim: int = 96
    hidden: float = 0.5
    dropped: float = 0.4


class Arranger(Part):
    """A glimpse of a moment in which something changes, and the things that are known -> which of them goes or comes, if any does.

    It has learned this from the labels of recordings (see `train arranger`). Before that, all cases are alike to it.
    """

    Config = ArrangerConfig

    def __init__(self, config: ArrangerConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or ArrangerConfig()
        dim = config.dim
        self.encoder = GlimpseEncoder(config)
        self.mix_in, self.mix = nn.Linear(self.encoder.dim, dim), nn.Linear(dim, dim)
        self.facts, self.event = nn.Linear(_FACTS, dim), nn.Linear(dim, dim)
        self.own, self.others = nn.Linear(dim, dim), nn.Linear(2 * dim, dim)
        self.out, self.none = nn.Linear(dim, 2), nn.Linear(2 * dim, 1)
        for layer in (self.out, self.none):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, seen: Glimpse, known: Known) -> Tensor:
        """Return log odds (B, 1 + 2 K): that nothing of the kind happens; that the first thing goes, that it comes; and so on."""
        event = self._dropped(F.gelu(self.mix_in(self.encoder(seen))))
        event = self._dropped(F.gelu(self.mix(event)))
        there = known.there[..., None]
        each = self.facts(known.facts(seen.points, seen.ages)) + self.event(event)[:, None]
        each = self._dropped(F.gelu(each)) * there
        count = there.sum(1).clamp(min=1)
        others = self.others(torch.cat([each.sum(1) / count, each.amax(1)], 1))
        cases = self.out(self._dropped(F.gelu(self.own(each) + others[:, None])))
        none = self.none(torch.cat([event, F.relu(others)], 1))
        return torch.cat([none, cases.masked_fill(~there, -torch.inf).flatten(1)], 1)

    def chances(self, seen: Glimpse, known: Known) -> Tensor:
        """Return (B, K, 2): how likely each thing goes, and comes."""
        return self(seen, known).float().softmax(1)[:, 1:].unflatten(1, (-1, 2))

    def _dropped(self, numbers: Tensor) -> Tensor:
        return F.dropout(numbers, self.config.dropped, self.training)


def cases(place: Tensor, kind: Tensor) -> Tensor:
    """Return (B,) which of the odds of an `Arranger` are those of things at `place` (B,) and of a `kind` (B,), GOES or COMES; 0, that of
    nothing of the kind, where place is NOWHERE."""
    return torch.where(place == NOWHERE, 0, 1 + 2 * place + kind)
