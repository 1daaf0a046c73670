"""The painter trained alone, on what the rest of the model makes of the recordings: several times as many cells an hour.

In the training of the whole a painted cell costs a look at a screen; most ticks have one or none.
"""

import copy
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from ncdesktop.errors import SessionError
from ncdesktop.model.choices import Choice
from ncdesktop.model.generator import Generator
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.checkpoint import replace_part
from ncdesktop.training.losses import paint_loss, painting, reveal_
from ncdesktop.training.sampling import TickSampler
from ncdesktop.training.sprites import placements
from ncdesktop.training.table import Table

__all__ = ["PainterConfig", "train_painter"]

log = logging.getLogger(__name__)

_CELLS_A_DRAW = 24
_HELD_SHARE = 0.1
_WARM_UP_S = 10.0
_IDLE_DRAWS = 1000


@dataclass(frozen=True)
class PainterConfig:
    """minutes: of training; cells: that are collected first, at most; batch: cells between two updates"""

    minutes: float
    seed: int = 0
    cells: int = 24_000
    batch: int = 64
    lr: float = 5e-4
    decay: float = 0.995


def train_painter(
    table: Table, held: Table | None, out: Path, config: PainterConfig, *, cache: Path, device: str = "cpu"
) -> dict[str, float]:
    """Train the generator of the run in `out`, whose other parts stay as they are, and write it there.

    returns: its loss before and after on held-out cells (on the collected ones where nothing is held out)
    """
    model = NCGUIWorld.from_pretrained(out / "weights").to(device)
    for part in (table, held):
        if part is not None:
            part.name_cursors_(model.cursors)
            part.place_sprites_(placements(part, model.sprites, cache))
    cells = _collect(model, table.to(device), config.cells, seed=config.seed)
    wanted = int(config.cells * _HELD_SHARE)
    judged = _collect(model, held.to(device), wanted, seed=config.seed) if held else cells[:wanted]
    network = model.generator.train()
    average = copy.deepcopy(network).eval().requires_grad_(False)
    before = _judge(average, judged)
    optimiser = torch.optim.Adam(_groups(network, config.lr), betas=(0.9, 0.98))
    rates = [group["lr"] for group in optimiser.param_groups]
    generator = torch.Generator().manual_seed(config.seed)
    steps = 0
    begun, limit_s = time.monotonic(), config.minutes * 60
    bar = tqdm(total=round(limit_s), unit="s", desc="training the painter")
    while (elapsed := time.monotonic() - begun) < limit_s:
        factor = max(0.01, min(1.0, elapsed / _WARM_UP_S, 2 * (1 - elapsed / limit_s)))
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * factor
        picked = torch.randint(len(cells), (config.batch,), generator=generator)
        loss = _loss(network, cells[picked], generator)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        steps += 1
        decay = min(config.decay, (1 + steps) / (10 + steps))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - decay)
        bar.update(round(elapsed) - bar.n)
    bar.close()
    figures = {"before": before, "after": _judge(average, judged)}
    log.info("loss of the painter on cells that it was not trained on: %s", figures)
    average.save_pretrained(out / "weights" / "generator", dtype=torch.float16)
    replace_part(out / "checkpoint.safetensors", "generator", average.state_dict())
    return figures


def _groups(network: Generator, lr: float) -> list[dict[str, Any]]:
    """Glyphs, each pixel's seen with its key alone, learn fastest, and finding their place faster than painting."""
    glyphs, ink = (
        network.ink.glyphs,
        [part for name, part in network.ink.named_parameters() if name != "glyphs"],
    )
    own = {id(part) for part in network.ink.parameters()}
    rest = [part for part in network.parameters() if id(part) not in own]
    return [{"params": [glyphs], "lr": 60 * lr}, {"params": ink, "lr": 6 * lr}, {"params": rest, "lr": lr}]


class _Cells:
    """N cells to paint: pixels as uint8, features and action vectors as float16."""

    def __init__(self, tensors: list[Tensor]) -> None:
        self._tensors = tensors

    def __len__(self) -> int:
        return len(self._tensors[0])

    def __getitem__(self, which: Tensor | slice) -> "_Cells":
        return _Cells([tensor[which] for tensor in self._tensors])

    def unpacked(self) -> tuple[tuple[Tensor, ...], Tensor, Tensor]:
        """Return what `paint_loss` takes: seen, features, action."""
        references, around, typed, place, true, features, action = self._tensors
        references, around, true = (part.float() / 127.5 - 1 for part in (references, around, true))
        return (references, around, typed, place, true), features.float(), action.float()


@torch.no_grad()
def _collect(model: NCGUIWorld, table: Table, count: int, *, seed: int) -> _Cells:
    """Return `count` cells that have to be painted, as training draws them, a few of a tick."""
    bank, sampler = CellBank(table, model.vocabulary, model.sprites), TickSampler(table, seed=seed)
    generator, device = torch.Generator().manual_seed(seed), table.place.device
    parts: list[list[Tensor]] = []
    found = idle = 0
    bar = tqdm(total=count, unit="cell", desc="collecting cells to paint")
    while found < count:
        draw = sampler.draw()
        ticks, origins = torch.tensor(draw.ticks, device=device), torch.tensor(draw.origins, device=device)
        batch = assemble(table, bank, ticks, origins, crop=draw.crop)
        wanted = torch.nonzero(batch.label[..., Choice.GENERATE])
        if not len(wanted):
            idle += 1
            if idle > _IDLE_DRAWS:
                raise SessionError("these sessions hold nothing that has to be painted")
            continue
        idle = 0
        reveal_(batch, len(model.cursors), generator)
        _, features, action = model(batch.embed(model))
        which, row, column = wanted[torch.randperm(len(wanted), generator=generator)[:_CELLS_A_DRAW]].unbind(
            1
        )
        references, around, typed, place, true = painting(batch, bank, (which, row, column))
        pixels = [((part + 1) * 127.5).round().to(torch.uint8) for part in (references, around, true)]
        vectors = [features[which, row, column].half(), action[which].half()]
        parts.append([pixels[0], pixels[1], typed, place, pixels[2], *vectors])
        found += len(which)
        bar.update(len(which))
    bar.close()
    return _Cells([torch.cat(column) for column in zip(*parts, strict=True)])


def _loss(network: Generator, cells: _Cells, generator: torch.Generator) -> Tensor:
    seen, features, action = cells.unpacked()
    return paint_loss(network, seen, features, action, generator)


@torch.no_grad()
def _judge(network: Generator, cells: _Cells) -> float:
    generator = torch.Generator().manual_seed(0)
    losses = [
        _loss(network, cells[slice(start, start + 64)], generator) for start in range(0, len(cells), 64)
    ]
    return round(float(torch.stack(losses).mean()), 5)
