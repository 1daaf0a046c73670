"""The arranger learns from labels which window goes or comes, by where it is pressed."""

from pathlib import Path

import pytest
import torch
from labelled import labelled

from ncdesktop.errors import SessionError
from ncdesktop.model.arranger import Arranger, Known
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.arranger import ARRANGER
from ncdesktop.training.table import build_table


def test_it_learns_what_becomes_of_which(tiny_model: NCGUIWorld, tmp_path: Path) -> None:
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    table = build_table([labelled(tmp_path / "labelled", rounds=3)], cache=tmp_path, progress=False)
    config = AloneConfig(minutes=0.3, examples=200, batch=32)
    figures = train_alone(ARRANGER, table, table, tmp_path / "run", config, cache=tmp_path)
    assert figures["after"] < 0.3 * figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    moments = ARRANGER.collect(after, table, 60, 0)
    _, boxes, gone, order, case, _ = moments.tensors
    assert case.unique().tolist() == [1, 4]  # the first goes, the second comes; nothing else happens here
    with torch.no_grad():
        chances = after.arranger.chances(moments.seen(), Known(boxes, gone, order))
    said = chances.flatten(1).argmax(1) + 1
    assert (said == case).float().mean() > 0.9


def test_before_it_has_learned_anything_all_cases_are_alike(tiny_model: NCGUIWorld, tmp_path: Path) -> None:
    table = build_table([labelled(tmp_path / "labelled")], cache=tmp_path, progress=False)
    moments = ARRANGER.collect(tiny_model, table, 8, 0)
    known = Known(*moments.tensors[1:4])
    arranger = Arranger(tiny_model.arranger.config).eval()
    with torch.no_grad():
        chances = arranger.chances(moments.seen(), known)
    there = known.there.sum(1)
    assert torch.allclose(chances.amax((1, 2)), 1 / (1 + 2 * there)) and (chances[:, 3:] == 0).all()


def test_sessions_without_labels_are_refused(tiny_model: NCGUIWorld, tmp_path: Path) -> None:
    table = build_table([labelled(tmp_path / "bare", labels=False)], cache=tmp_path, progress=False)
    with pytest.raises(SessionError, match="no labels of windows"):
        ARRANGER.collect(tiny_model, table, 10, 0)
