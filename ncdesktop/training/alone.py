"""A part of the model trained alone, on what the rest makes of the recordings: many times as much of its work an hour.

In the training of the whole, each of its examples costs a look at a screen; here they are collected once.
"""

import copy
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.calibration import fit_blend_, fitted_trust
from ncdesktop.training.checkpoint import replace_part
from ncdesktop.training.sprites import placements
from ncdesktop.training.table import Table

__all__ = ["AloneConfig", "Examples", "Lesson", "train_alone"]

log = logging.getLogger(__name__)

_HELD_SHARE = 0.1
_WARM_UP_S = 10.0
_JUDGED = 64


@dataclass(frozen=True)
class AloneConfig:
    """minutes: of training; examples: that are collected first, at most, by default as many as the lesson says"""

    minutes: float
    seed: int = 0
    examples: int | None = None
    batch: int | None = None
    decay: float = 0.995


class Examples:
    """N examples, as tensors of N rows each; indexing picks some."""

    def __init__(self, tensors: list[Tensor]) -> None:
        self.tensors = tensors

    def __len__(self) -> int:
        return len(self.tensors[0])

    def __getitem__(self, which: Tensor | slice) -> "Examples":
        return Examples([tensor[which] for tensor in self.tensors])


@dataclass(frozen=True)
class Lesson:
    """How a part of the model is trained alone.

    part:     its name
    collect:  model, table, how many, seed -> so many examples; raises SessionError if there are none
    loss:     the part, examples, generator -> their mean loss
    groups:   the part -> parameter groups of Adam with their learning rates
    examples, batch: how many are collected, and of how many one update is made
    """

    part: str
    collect: Callable[[NCGUIWorld, Table, int, int], Examples]
    loss: Callable[[Any, Examples, torch.Generator], Tensor]
    groups: Callable[[Any], list[dict[str, Any]]]
    examples: int
    batch: int


def train_alone(
    lesson: Lesson,
    table: Table,
    held: Table | None,
    out: Path,
    config: AloneConfig,
    *,
    cache: Path,
    device: str = "cpu",
) -> dict[str, float]:
    """Train a part of the model of the run in `out`, whose other parts stay as they are but for their rates of change and how far the choices can be trusted,
    and write it there.

    returns: its loss before and after on held-out examples (on the collected ones where nothing is held out)
    """
    model = NCGUIWorld.from_pretrained(out / "weights").to(device)
    model.note_training_(table.fingerprints)
    for own in (table, held) if held else (table,):
        own.name_cursors_(model.cursors)
        own.place_sprites_(placements(own, model.sprites, cache))
    count = config.examples or lesson.examples
    examples = lesson.collect(model, table.to(device), count, config.seed)
    wanted = max(1, int(len(examples) * _HELD_SHARE))
    judged = lesson.collect(model, held.to(device), wanted, config.seed) if held else examples[:wanted]
    network: nn.Module = getattr(model, lesson.part).train()
    average = copy.deepcopy(network).eval().requires_grad_(False)
    before = _judge(lesson, average, judged)
    optimiser = torch.optim.AdamW(lesson.groups(network), betas=(0.9, 0.98), weight_decay=0.0)
    rates = [group["lr"] for group in optimiser.param_groups]
    generator = torch.Generator().manual_seed(config.seed)
    steps = 0
    begun, limit_s = time.monotonic(), config.minutes * 60
    bar = tqdm(total=round(limit_s), unit="s", desc=f"training the {lesson.part}")
    while (elapsed := time.monotonic() - begun) < limit_s:
        factor = max(0.01, min(1.0, elapsed / _WARM_UP_S, 2 * (1 - elapsed / limit_s)))
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * factor
        picked = torch.randint(len(examples), (config.batch or lesson.batch,), generator=generator)
        loss = lesson.loss(network, examples[picked], generator)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        steps += 1
        decay = min(config.decay, (1 + steps) / (10 + steps))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - decay)
        bar.update(round(elapsed) - bar.n)
    bar.close()
    figures = {"before": before, "after": _judge(lesson, average, judged)}
    log.info("loss of the %s on what it was not trained on: %s", lesson.part, figures)
    setattr(model, lesson.part, average)
    judged_on = (held or table).to(device)
    fit_blend_(model, judged_on, seed=config.seed)
    trust = model.selector.trust.copy_(fitted_trust(model, judged_on, seed=config.seed))
    for name in (lesson.part, "selector"):
        getattr(model, name).save_pretrained(out / "weights" / name, dtype=torch.float16)
    model.save_index(out / "weights")
    checkpoint = out / "checkpoint.safetensors"
    replace_part(checkpoint, lesson.part, average.state_dict())
    fitted = {"blend": model.selector.blend, "trust": trust}
    replace_part(checkpoint, "selector", fitted)
    return figures


@torch.no_grad()
def _judge(lesson: Lesson, network: nn.Module, examples: Examples) -> float:
    generator = torch.Generator().manual_seed(0)
    losses = [
        lesson.loss(network, examples[slice(start, start + _JUDGED)], generator)
        for start in range(0, len(examples), _JUDGED)
    ]
    return round(float(torch.stack(losses).mean()), 5)
