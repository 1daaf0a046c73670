"""Moments that the model doubts: chosen by how likely it finds a change."""

from pathlib import Path

import torch

from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.session import Session
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.doubts import Doubts
from ncdesktop.training.table import build_table


def test_of_a_few_moments_those_are_kept_that_alarm_most(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    table.name_cursors_(tiny_model.cursors)
    bank = CellBank(table, tiny_model.vocabulary)
    every = torch.arange(1, len(table))
    whole = torch.zeros(len(every), 2, dtype=torch.int64)
    with torch.no_grad():
        seen = assemble(table, bank, every, whole, crop=table.grid)
        decisions, _, _ = tiny_model(seen.embed(tiny_model))
    rank = decisions.change.flatten(1).amax(1).argsort(descending=True).argsort()
    doubts = Doubts(table, bank, seed=0)
    ranks = []
    for _ in range(30):
        batch = doubts.next_batch(tiny_model)
        assert batch.changed.shape[1:] == (8, 8)  # the whole of a small screen
        for tick in batch.ticks.tolist():
            ranks.append(int(rank[tick - 1]))
    assert sum(ranks) / len(ranks) < 0.4 * len(every)  # 0.5 if they were drawn as they come
