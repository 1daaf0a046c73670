"""The glance's lesson: what looks at whole screens found, most of them as they come."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from ncdesktop.errors import SessionError
from ncdesktop.model.glance import Glance
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import sharpness
from ncdesktop.model.selector import context
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.sampling import drawn_kinds
from ncdesktop.training.table import Table

__all__ = ["GLANCE"]

_TICKS_A_LOOK = 4
_AS_THEY_COME = 0.7
"""Share of the ticks that are drawn from all; the others are as many of each kind."""
_RATE, _DECAY, _DROPPED = 2e-3, 0.2, 0.3


def _groups(network: Glance) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


@torch.no_grad()
def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return about `count` ticks: action, what the screen shows, ages of its cells, chance that something happens."""
    bank, generator = CellBank(table, model.vocabulary, model.sprites), torch.Generator().manual_seed(seed)
    groups = [torch.cat(list(table.kinds.values())), *drawn_kinds(table).values()]
    shares = [_AS_THEY_COME, *[(1 - _AS_THEY_COME) / (len(groups) - 1)] * (len(groups) - 1)]
    ticks = torch.cat(
        [
            group[torch.randperm(len(group), generator=generator)[: round(count * share)]]
            for group, share in zip(groups, shares, strict=True)
        ]
    )
    if not len(ticks):
        raise SessionError("these sessions are too short to learn a glance from")
    parts: list[tuple[Tensor, ...]] = []
    for some in tqdm(ticks.split(_TICKS_A_LOOK), desc="collecting looks"):
        at = some.to(table.place.device)
        batch = assemble(table, bank, at, torch.zeros_like(at)[:, None].expand(-1, 2), crop=table.grid)
        inputs = batch.embed(model)
        decisions, _, action = model(inputs)
        change = model.selector.natural(decisions.change, inputs.features, inputs.keys, inputs.revealed)
        sharp = sharpness(context(inputs.features, inputs.keys))
        chance = (change.flatten(1).amax(1).double().logit() * sharp).sigmoid().float()
        shapes = F.pad(decisions.cursor.softmax(1), (0, 1), value=1.0)  # one that is not known may stay
        other = 1 - shapes.gather(1, inputs.cursor[:, None])[:, 0]
        chance = torch.maximum(chance, other)
        parts.append((action, inputs.embedded[..., 0, :].half(), inputs.age.half(), chance))
    return Examples([torch.cat(column) for column in zip(*parts, strict=True)])


def _loss(network: Glance, ticks: Examples, generator: torch.Generator) -> Tensor:
    action, shown, age, chance = ticks.tensors
    action = F.dropout(action, _DROPPED, network.training)
    return F.binary_cross_entropy_with_logits(network(action, shown.float(), age.float()), chance)


GLANCE = Lesson("glance", _collect, _loss, _groups, examples=7_000, batch=64)
