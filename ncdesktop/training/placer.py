"""The placer's lesson: ticks in which a sprite opens, and what its cells say before anything is told."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from ncdesktop.errors import SessionError
from ncdesktop.model.choices import Choice
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.placer import Placer, Situation
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.losses import place_loss
from ncdesktop.training.reveal import FORGOTTEN_SPRITES
from ncdesktop.training.table import Table

__all__ = ["PLACER"]

_TICKS_A_LOOK = 4
_VOICES = 32
"""Cells that are kept of each tick; of these as many speak as chance will have it."""
_FEWEST = 0.15
_RATE, _DECAY = 2e-3, 0.02
_DROPPED = 0.3
"""Share of the numbers that are hidden: it learns thousands of openings by heart in two minutes."""


def _groups(network: Placer) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


@torch.no_grad()
def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return at most `count` ticks in which a sprite opens: voices, how many of them there are, situation, what opens."""
    bank, generator = CellBank(table, model.vocabulary, model.sprites), torch.Generator().manual_seed(seed)
    ticks = torch.nonzero(table.sprite[:, 0] != NO_SPRITE).flatten()
    ticks = ticks[torch.randperm(len(ticks), generator=generator).to(ticks.device)][:count]
    parts: list[list[Tensor]] = []
    if not len(ticks):
        raise SessionError("these sessions hold nothing in which a sprite opens")
    for some in tqdm(ticks.split(_TICKS_A_LOOK), desc="collecting sprites to place"):
        batch = assemble(table, bank, some, torch.zeros_like(some)[:, None].expand(-1, 2), crop=table.grid)
        inputs = batch.embed(model)
        _, features, action = model(inputs)
        for screen, cells in enumerate(batch.label[..., Choice.SPRITE]):
            voices = features[screen][cells]
            if len(voices):
                order = torch.randperm(len(voices), generator=generator).to(voices.device)[:_VOICES]
                kept = voices.new_zeros(_VOICES, voices.shape[1])
                kept[: len(order)] = voices[order]
                own = action[screen], inputs.points[screen], inputs.placed[screen], batch.sprite[screen]
                parts.append([kept.half(), torch.tensor(len(order), device=kept.device), *own])
    return Examples([torch.stack(column) for column in zip(*parts, strict=True)])


def _loss(network: Placer, ticks: Examples, generator: torch.Generator) -> Tensor:
    voices, count, action, points, placed, opens = ticks.tensors
    screens, device = len(voices), voices.device

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator).to(device)

    share = uniform(screens, 1).clamp(min=_FEWEST)
    speak = (uniform(screens, _VOICES) < share) & (torch.arange(_VOICES, device=device) < count[:, None])
    speak[:, 0] = True
    placed = torch.where(uniform(screens, 1) < FORGOTTEN_SPRITES, NO_SPRITE, placed)
    which = torch.nonzero(speak)[:, 0]
    said, action = (
        F.dropout(numbers.float(), _DROPPED, network.training) for numbers in (voices[speak], action)
    )
    return place_loss(network, said, which, Situation(action, points, placed), opens)


PLACER = Lesson("placer", _collect, _loss, _groups, examples=10_000, batch=128, way=0.4)
