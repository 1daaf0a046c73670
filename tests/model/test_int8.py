"""Looks in eight-bit integers: nearly what they are without, and nothing of it where it is not wanted."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import ncdesktop.model.neural_world as neural_world
from ncdesktop.evaluation.bench import counting
from ncdesktop.evaluation.input_logs import built_in_logs
from ncdesktop.model.int8 import Int8Linear, in_int8_
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.paths import embedded_weights

TICKS = 40


def eight_bit_layers(world: NeuralWorld) -> int:
    return sum(isinstance(layer, Int8Linear) for layer in world.model.modules())


@pytest.mark.parametrize("bias", [True, False])
def test_a_rounded_layer_is_close_to_the_layer(bias: bool) -> None:
    layer = nn.Linear(128, 96, bias)
    x = torch.randn(3, 7, 128)
    with torch.inference_mode():
        expected, found = layer(x), Int8Linear(layer)(x)
    apart = (found - expected).norm() / expected.norm()
    assert 0 < apart < 0.02


def test_what_shares_a_pass_is_rounded_as_alone() -> None:
    layer = Int8Linear(nn.Linear(128, 96))
    x = torch.randn(3, 7, 128) * torch.tensor([1.0, 100.0, 0.01])[:, None, None]
    with torch.inference_mode():
        together = layer(x)
        assert all(torch.equal(together[number], layer(x[number : number + 1])[0]) for number in range(3))


def test_with_gradients_it_is_the_layer_itself() -> None:
    layer = nn.Linear(128, 96)
    rounded = Int8Linear(layer)
    x = torch.randn(2, 128)
    assert torch.equal(rounded(x), layer(x))
    rounded(x).sum().backward()
    assert layer.weight.grad is not None


def test_small_layers_stay_and_weights_keep_their_names() -> None:
    module = nn.Sequential(nn.Linear(8, 8), nn.Sequential(nn.Linear(128, 128)))
    names = list(module.state_dict())
    in_int8_(module)
    assert isinstance(module[1][0], Int8Linear) and not isinstance(module[0], Int8Linear)
    assert list(module.state_dict()) == names


def test_a_copy_rounds_alike_and_operations_are_counted() -> None:
    layer = Int8Linear(nn.Linear(128, 96))
    x = torch.randn(1, 7, 128)
    with torch.inference_mode(), counting() as counter:
        assert torch.equal(copy.deepcopy(layer)(x), layer(x))
    assert counter.get_total_flops() == 2 * (2 * 7 * 128 * 96)


def world_where(pays: bool, monkeypatch: pytest.MonkeyPatch, weights: Path, **options: bool) -> NeuralWorld:
    monkeypatch.setattr(neural_world, "int8_pays", lambda: pays)
    return NeuralWorld.from_pretrained(weights, **options)


def test_only_looks_that_need_not_be_exact_are_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = embedded_weights()
    rounded = world_where(True, monkeypatch, weights)
    assert eight_bit_layers(rounded) == sum(
        isinstance(x, Int8Linear) for x in rounded.model.backbone.modules()
    )
    assert eight_bit_layers(rounded) > 20
    assert not eight_bit_layers(world_where(False, monkeypatch, weights))
    assert not eight_bit_layers(world_where(True, monkeypatch, weights, exact=True))
    assert not eight_bit_layers(world_where(True, monkeypatch, weights, bf16=True))


def test_rounded_looks_decide_nearly_as_others_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the same states: no chance of a change is further off than a tenth, and most ticks end bit for bit alike."""
    weights = embedded_weights()
    rounded, plain = (world_where(pays, monkeypatch, weights) for pays in (True, False))
    looked, alike, apart = 0, 0, 0.0
    storm = next(log for log in built_in_logs(plain, ticks=TICKS) if log.name == "storm")
    plain.reset(0, storm.start)
    for action in storm.actions:
        rounded.set_state(plain.get_state())
        found, expected = rounded.step(action), plain.step(action)
        assert found.insight is not None and expected.insight is not None
        if expected.insight.stage_ms["looks"] > 0:
            looked += 1
            alike += np.array_equal(found.ui, expected.ui)
            apart = max(apart, float(np.abs(found.insight.change - expected.insight.change).max()))
    assert looked > TICKS / 4
    assert 0 < apart < 0.1
    assert alike > looked / 2
