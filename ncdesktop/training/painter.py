"""The painter's lesson: cells that have to be painted, a few of a tick; most ticks have one or none."""

from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from ncdesktop.errors import SessionError
from ncdesktop.model.choices import Choice
from ncdesktop.model.generator import Generator
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.losses import paint_loss, painting
from ncdesktop.training.reveal import reveal_
from ncdesktop.training.sampling import TickSampler
from ncdesktop.training.table import Table

__all__ = ["PAINTER"]

_CELLS_A_DRAW = 24
_IDLE_DRAWS = 1000
_RATE = 5e-4


def _groups(network: Generator) -> list[dict[str, Any]]:
    """Glyphs, each pixel's seen with its key alone, learn fastest, and finding their place faster than painting."""
    glyphs, ink = (
        network.ink.glyphs,
        [part for name, part in network.ink.named_parameters() if name != "glyphs"],
    )
    own = {id(part) for part in network.ink.parameters()}
    rest = [part for part in network.parameters() if id(part) not in own]
    return [
        {"params": [glyphs], "lr": 60 * _RATE},
        {"params": ink, "lr": 6 * _RATE},
        {"params": rest, "lr": _RATE},
    ]


@torch.no_grad()
def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return `count` cells that have to be painted, as training draws them: pixels as uint8, vectors as float16."""
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
        reveal_(batch, generator)
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
    return Examples([torch.cat(column)[:count] for column in zip(*parts, strict=True)])


def _loss(network: Generator, cells: Examples, generator: torch.Generator) -> Tensor:
    references, around, typed, place, true, features, action = cells.tensors
    references, around, true = (part.float() / 127.5 - 1 for part in (references, around, true))
    return paint_loss(
        network, (references, around, typed, place, true), features.float(), action.float(), generator
    )


PAINTER = Lesson("generator", _collect, _loss, _groups, examples=24_000, batch=64)
