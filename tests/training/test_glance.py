"""The glance learned from looks: it tells ticks in which something happens from others, and only it changes."""

from dataclasses import replace
from pathlib import Path

import torch

from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.session import Session
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.glance import GLANCE
from ncdesktop.training.table import build_table
from ncdesktop.training.world import TrainConfig, train

SHORT = AloneConfig(minutes=0.1, examples=60, batch=16)


def test_it_learns_when_a_look_lets_something_happen(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    with torch.no_grad():  # what the tiny model does depends on where the pointer is
        tiny_model.selector.heads.bias[0] = -4.0
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    table = build_table([small_session], cache=tmp_path, progress=False)
    figures = train_alone(GLANCE, table, table, tmp_path / "run", SHORT, cache=tmp_path)
    assert figures["after"] < 0.5 * figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    assert not torch.equal(after.glance.out.bias, tiny_model.glance.out.bias)
    for name, value in tiny_model.backbone.state_dict().items():
        assert torch.equal(value, after.backbone.state_dict()[name])


def test_a_part_goes_only_some_of_the_way_to_what_it_learned(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    moved = []
    for way in (0.0, 0.5):
        tiny_model.save_pretrained(tmp_path / f"{way}" / "weights")
        train_alone(replace(GLANCE, way=way), table, table, tmp_path / f"{way}", SHORT, cache=tmp_path)
        after = NCGUIWorld.from_pretrained(tmp_path / f"{way}" / "weights")
        moved.append(float((after.glance.out.weight - tiny_model.glance.out.weight).detach().abs().sum()))
    assert moved[0] == 0 < moved[1]


def test_the_training_of_the_whole_leaves_it_alone(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    torch.nn.init.constant_(tiny_model.glance.position, 0.25)
    tiny_model.save_pretrained(tmp_path / "first")
    table = build_table([small_session], cache=tmp_path, progress=False)
    config = TrainConfig(minutes=0.05)
    train(table, None, tmp_path / "run", config, cache=tmp_path, init=tmp_path / "first")
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    for name, value in tiny_model.glance.state_dict().items():
        torch.testing.assert_close(after.glance.state_dict()[name], value, atol=1e-2, rtol=1e-3)
    assert not torch.equal(after.selector.heads.bias, tiny_model.selector.heads.bias)
