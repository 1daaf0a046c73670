"""Training of the world model: one process or many, on CPUs or GPUs, resumable, within a budget of minutes."""

import copy
import json
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from tqdm import tqdm

from ncdesktop.errors import WeightsError
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.batches import Batch, CellBank, assemble
from ncdesktop.training.beginnings import forget_
from ncdesktop.training.calibration import draw_blend_, fit_blend_, fitted_trust
from ncdesktop.training.checkpoint import load_checkpoint, save_checkpoint
from ncdesktop.training.doubts import Doubts
from ncdesktop.training.haste import hasten_
from ncdesktop.training.losses import losses
from ncdesktop.training.mistakes import OwnMistakes
from ncdesktop.training.muon import Muon, split_parameters
from ncdesktop.training.reveal import mislead_, reveal_
from ncdesktop.training.sampling import TickSampler
from ncdesktop.training.sprites import placements
from ncdesktop.training.table import Table
from ncdesktop.training.untrained import new_model
from ncdesktop.training.validation import validate

__all__ = ["TrainConfig", "train"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainConfig:
    """One sitting of training.

    minutes:         length of the sitting; the learning rate falls over its last part
    lr_matrices, lr: of Muon and AdamW
    cells_a_step:    cells that all processes together see between two updates
    decay:           of the exponential average of weights, a step
    mistakes:        share of the batches that come from the model's own dreams, once it has seen mistakes_after_ticks
    doubts:          share of those that are moments in which it expects something to happen, likewise
    bf16:            multiply matrices in bfloat16: a quarter faster on CPUs with AVX512-BF16, slower on others
    """

    minutes: float
    seed: int = 0
    lr_matrices: float = 0.005
    lr: float = 5e-4
    cells_a_step: int = 6144
    warmup_steps: int = 50
    cooldown: float = 0.5
    decay: float = 0.995
    mistakes: float = 0.2
    doubts: float = 0.12
    mistakes_after_ticks: int = 60_000
    bf16: bool = False
    checkpoint_minutes: float = 5.0
    validation_minutes: float = 15.0


def train(
    table: Table,
    held: Table | None,
    out: Path,
    config: TrainConfig,
    *,
    cache: Path,
    device: str = "cpu",
    init: Path | None = None,
) -> None:
    """Train in this process (a member of the process group, if one is up) and leave checkpoint and weights in `out`.

    Goes on from `out/checkpoint.safetensors` if it is there, else from the weights `init`, else from nothing.
    """
    rank, processes = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    checkpoint = out / "checkpoint.safetensors"
    weights = out / "weights"
    if checkpoint.exists():
        model = NCGUIWorld.from_pretrained(weights)
    else:
        model = NCGUIWorld.from_pretrained(init) if init else new_model(table, seed=config.seed)
    _check_fits(model, table)
    model.note_training_(table.fingerprints)
    bank = CellBank(table, model.vocabulary, model.sprites)
    if rank:
        dist.barrier()  # the first finds the sprites, the others read what it left
    for own in (table, held) if held else (table,):
        own.name_cursors_(model.cursors)
        own.place_sprites_(placements(own, model.sprites, cache, progress=rank == 0))
    if processes > 1 and not rank:
        dist.barrier()
    model.to(device).train()
    for part in (
        model.glance,
        model.placer,
        model.uncoverer,
        model.finder,
        model.arranger,
        model.carrier,
        model.typist,
        model.scribe,
    ):  # they learn alone, at the end
        part.requires_grad_(False)
    average = copy.deepcopy(model).eval().requires_grad_(False)
    matrices, rest = split_parameters(model)
    optimisers: dict[str, torch.optim.Optimizer] = {
        "muon": Muon(matrices, lr=config.lr_matrices),
        "adam": torch.optim.AdamW(rest, lr=config.lr, betas=(0.9, 0.97), weight_decay=0.02),
    }
    progress = {"step": 0, "ticks": 0, "seconds": 0.0}
    if checkpoint.exists():
        progress |= load_checkpoint(checkpoint, {"model": model, "average": average}, optimisers)
    elif init is None:
        draw_blend_(model.selector, table)
        draw_blend_(average.selector, table)
    if rank == 0:
        out.mkdir(parents=True, exist_ok=True)
        facts = {"config": asdict(config), "processes": processes, "device": device, "sessions": table.names}
        (out / f"sitting-{int(progress['step']):07d}.json").write_text(json.dumps(facts, indent=1))

    seed = config.seed + 1000 * int(progress["step"]) + rank
    generator = torch.Generator().manual_seed(seed)
    source = _Source(table.to(device), bank, average, config, seed=seed)
    rates = [optimiser.param_groups[0]["lr"] for optimiser in optimisers.values()]
    begun, first_step = time.monotonic(), progress["step"]
    checkpoint_at, validation_at = config.checkpoint_minutes * 60, config.validation_minutes * 60
    recent: list[list[float]] = []
    bar = tqdm(
        total=round(config.minutes * 60), unit="s", disable=None if rank == 0 else True, desc="training"
    )

    def keep() -> None:
        if rank == 0:
            elapsed = progress | {"seconds": progress["seconds"] + time.monotonic() - begun}
            average.save_pretrained(weights, dtype=torch.float16)
            save_checkpoint(checkpoint, {"model": model, "average": average}, optimisers, elapsed)

    while True:
        elapsed = _agree(time.monotonic() - begun, device)
        done = elapsed / (config.minutes * 60)
        if done >= 1:
            break
        warm = min(1.0, (progress["step"] - first_step + 1) / config.warmup_steps)
        factor = warm * min(1.0, max(0.03, (1 - done) / config.cooldown))
        for optimiser, rate in zip(optimisers.values(), rates, strict=True):
            optimiser.param_groups[0]["lr"] = rate * factor
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=config.bf16):
            tally = _Tally(f"cells before step {progress['step'] + 1}")
            source.own = progress["ticks"] >= config.mistakes_after_ticks
            ticks, values = _gradients(model, source, config.cells_a_step, tally, generator)
        ticks = _share_gradients_(model, ticks, processes)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers.values():
            optimiser.step()
        model.zero_grad(set_to_none=True)
        progress["step"] += 1
        progress["ticks"] += ticks
        decay = min(config.decay, (1 + progress["step"]) / (10 + progress["step"]))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)
        recent.append([ticks, *values])
        bar.update(round(elapsed) - bar.n)
        if progress["step"] % 50 == 0 and rank == 0:
            seen, *sums = np.array(recent).T
            _report(out, progress, elapsed, [float(np.average(part, weights=seen)) for part in sums], factor)
            recent = []
        if elapsed > validation_at and held is not None:
            validation_at += config.validation_minutes * 60
            if rank == 0:
                _report_validation(out, progress, validate(average, held, device=device))
        if elapsed > checkpoint_at:
            checkpoint_at += config.checkpoint_minutes * 60
            keep()
    if rank == 0:
        judged = held.to(device) if held else source.table
        fit_blend_(average, judged, seed=config.seed)
        average.selector.trust.copy_(fitted_trust(average, judged))
    keep()
    if rank == 0 and held is not None:
        _report_validation(out, progress, validate(average, held, device=device))
    bar.close()


class _Source:
    """Where batches come from: recorded ticks and, once it is worth while, the average model's own dreams and doubts."""

    def __init__(
        self, table: Table, bank: CellBank, dreamer: NCGUIWorld, config: TrainConfig, *, seed: int
    ) -> None:
        self.table, self.bank, self._dreamer, self._config = table, bank, dreamer, config
        self._sampler = TickSampler(table, seed=seed)
        self._mistakes = OwnMistakes(table, bank, seed=seed)
        self._doubts = Doubts(table, bank, seed=seed)
        self.own = False

    def batch(self, generator: torch.Generator) -> Batch:
        drawn = float(torch.rand((), generator=generator)) if self.own else 1.0
        if drawn < self._config.mistakes:
            return self._mistakes.next_batch(self._dreamer, generator)
        if drawn < self._config.mistakes + self._config.doubts:
            return self._doubts.next_batch(self._dreamer)
        draw, device = self._sampler.draw(), self.table.place.device
        ticks, origins = torch.tensor(draw.ticks, device=device), torch.tensor(draw.origins, device=device)
        return assemble(self.table, self.bank, ticks, origins, crop=draw.crop)


class _Tally:
    """A number that all processes add to and know."""

    def __init__(self, name: str) -> None:
        self._name, self._own = name, 0
        group = dist.group.WORLD  # None in a single process
        self._store = group.get_group_store() if group else None

    def add(self, amount: int) -> int:
        """Add `amount`; return the sum so far."""
        self._own += amount
        return self._store.add(self._name, amount) if self._store else self._own


def _gradients(
    model: NCGUIWorld,
    source: _Source,
    cells: int,
    tally: _Tally,
    generator: torch.Generator,
) -> tuple[int, list[float]]:
    """Add up gradients over batches until all processes together have seen `cells` cells, so that none waits long for
    another; return the ticks seen here and their mean losses."""
    ticks = 0
    sums = torch.zeros(3)
    while tally.add(0) < cells:
        batch = source.batch(generator)
        tally.add(batch.changed.numel())
        hasten_(batch.inputs, generator)
        forget_(batch, generator)
        reveal_(batch, generator)
        mislead_(batch, source.bank, generator)
        loss = losses(model, batch, source.bank, generator)
        count = len(batch.ticks)
        (loss.total * count).backward()
        sums += torch.stack([loss.select, loss.word, loss.paint]).detach().cpu() * count
        ticks += count
    return ticks, (sums / max(ticks, 1)).tolist()


def _share_gradients_(model: NCGUIWorld, ticks: int, processes: int) -> int:
    """Turn summed gradients into their mean over the ticks of all processes, in place; return those ticks."""
    gradients = []
    for parameter in model.parameters():
        if not parameter.requires_grad:
            continue
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
        gradients.append(parameter.grad)
    if processes > 1:
        flat = torch.cat(
            [gradient.flatten() for gradient in gradients] + [gradients[0].new_tensor([float(ticks)])]
        )
        dist.all_reduce(flat)
        ticks = int(flat[-1].item())
        parts = flat[:-1].split([gradient.numel() for gradient in gradients])
        torch._foreach_copy_(
            gradients, [part.view_as(old) for part, old in zip(parts, gradients, strict=True)]
        )
    torch._foreach_div_(gradients, float(ticks))
    return ticks


def _agree(value: float, device: str) -> float:
    """Return process 0's value in all processes."""
    if not dist.is_initialized():
        return value
    shared = torch.tensor([value], device=device)
    dist.broadcast(shared, 0)
    return float(shared.item())


def _check_fits(model: NCGUIWorld, table: Table) -> None:
    rows, columns = table.grid
    if (model.start.shape[0] // 16, model.start.shape[1] // 16) != (rows, columns):
        raise WeightsError(
            f"the model dreams {model.size[0]}x{model.size[1]}, the sessions are {columns * 16}x{rows * 16}"
        )


def _report(
    out: Path, progress: dict[str, float], elapsed: float, values: list[float], factor: float
) -> None:
    names = ("select", "word", "paint")
    line = {
        "step": progress["step"],
        "ticks": progress["ticks"],
        "elapsed_s": round(elapsed),
        "rate": round(factor, 3),
    }
    line |= {name: round(value, 4) for name, value in zip(names, values, strict=True)}
    log.info("%s", line)
    with open(out / "log.jsonl", "a") as file:
        file.write(json.dumps(line) + "\n")


def _report_validation(out: Path, progress: dict[str, float], figures: dict[str, float]) -> None:
    line = {"step": progress["step"], "ticks": progress["ticks"], "validation": figures}
    log.info("%s", line)
    with open(out / "log.jsonl", "a") as file:
        file.write(json.dumps(line) + "\n")
