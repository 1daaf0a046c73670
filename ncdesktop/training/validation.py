"""Quick teacher-forced figures on held-out ticks while training goes on; `ncdesktop evaluate` has the full ones."""

import torch

from ncdesktop.model.choices import Choice
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.batches import Batch, CellBank, assemble
from ncdesktop.training.calibration import glimpse_of
from ncdesktop.training.table import Table

__all__ = ["validate"]

_TICKS = {"drag": 40, "edge": 100, "hover": 60, "late": 16, "still": 60, "idle": 24}


@torch.no_grad()
def validate(model: NCGUIWorld, held: Table, *, device: str = "cpu") -> dict[str, float]:
    """Return change precision and recall (at natural rates, threshold a half), and the shares of changed cells whose
    source, and whose word, is chosen right, over the same held-out ticks every time."""
    table = held.to(device)
    bank = CellBank(table, model.vocabulary, model.sprites)
    generator = torch.Generator().manual_seed(7)
    hits = predicted = true = chosen = named = words = pointers = ticks = 0.0
    for kind, count in _TICKS.items():
        of_kind = held.kinds[kind]
        if not len(of_kind):
            continue
        picked = of_kind[torch.randperm(len(of_kind), generator=generator)[:count]]
        weight = len(of_kind) / len(picked)
        for part in picked.split(4):
            batch: Batch = assemble(
                table,
                bank,
                part.to(device),
                torch.zeros(len(part), 2, dtype=torch.int64, device=device),
                crop=table.grid,
            )
            inputs = batch.embed(model)
            decisions, features, _ = model(inputs)
            expected = model.glance(glimpse_of(inputs))
            offset = model.selector.offset(decisions.change, expected.change, inputs)
            changes = model.selector.natural(decisions.change, offset, inputs.revealed) > 0.5
            right = batch.label.gather(-1, decisions.choice.argmax(-1, keepdim=True))[..., 0]
            known = batch.label[..., Choice.DICTIONARY]
            hits += weight * float((changes & batch.changed).sum())
            predicted += weight * float(changes.sum())
            true += weight * float(batch.changed.sum())
            chosen += weight * float((right & batch.changed).sum())
            if known.any():
                named += weight * float(
                    (model.selector.words(features[known]).argmax(1) == batch.word[known]).sum()
                )
                words += weight * float(known.sum())
            pointers += weight * float((expected.shape(inputs.cursor) == batch.cursor).sum())
            ticks += weight * len(part)
    return {
        "change_precision": round(hits / max(predicted, 1.0), 4),
        "change_recall": round(hits / max(true, 1.0), 4),
        "source_right": round(chosen / max(true, 1.0), 4),
        "word_right": round(named / max(words, 1.0), 4),
        "cursor_right": round(pointers / max(ticks, 1.0), 4),
    }
