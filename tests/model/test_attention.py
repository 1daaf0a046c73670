"""Kernels and number formats: chosen aloud, refused in one line, and the same dream by all that can run here."""

import logging
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tiny import busy_actions

from ncdesktop.cli import main
from ncdesktop.errors import InputError, WeightsError
from ncdesktop.model.attention import choose_attention, use_attention_
from ncdesktop.model.cuda import check_cuda
from ncdesktop.model.neural_world import NeuralWorld


def test_the_choice_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert choose_attention("auto", "cpu") is F.scaled_dot_product_attention
    assert "sdpa" in caplog.text


@pytest.mark.parametrize("verb", [["bench"], ["render", "--script", "none.txt", "--out", "out"]])
def test_xformers_on_a_cpu_is_refused_in_one_line(
    verb: list[str], tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "none.txt").write_text("wait 2")
    verb = [word.replace("none.txt", str(tmp_path / "none.txt")) for word in verb]
    verb = [str(tmp_path / "out") if word == "out" else word for word in verb]
    assert main([*verb, "--weights", str(tiny_weights), "--attention", "xformers"]) == 2
    said = capsys.readouterr().err
    assert "--attention sdpa" in said and said.count("\n") == 1


def test_xformers_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xformers.ops", None)
    with pytest.raises(InputError, match=r"ncdesktop\[cuda\]"):
        choose_attention("xformers", "cuda")


def test_every_block_attends_by_the_chosen_kernel(tiny_world: NeuralWorld) -> None:
    calls = []

    def counted(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        calls.append(q.shape)
        return F.scaled_dot_product_attention(q, k, v)

    use_attention_(tiny_world.model, counted)
    tiny_world.step(busy_actions(1)[0])
    assert calls and all(len(shape) == 4 for shape in calls)


def test_a_small_gpu_is_refused_with_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(WeightsError, match="no CUDA device"):
        check_cuda(1)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (100_000_000, 10**9))
    with pytest.raises(WeightsError, match="100 MB free, this model needs about 540"):
        check_cuda(40_000_000)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (10**9, 10**9))
    check_cuda(40_000_000)


def test_bfloat16_dreams_alike_and_repeats_itself_bit_for_bit(tiny_weights: Path) -> None:
    half, other, full = (NeuralWorld.from_pretrained(tiny_weights, bf16=bf16) for bf16 in (True, True, False))
    first = busy_actions(1)[0]
    near, exact = half.step(first).insight, full.step(first).insight
    assert near is not None and exact is not None
    assert 0 < np.abs(near.change - exact.change).max() < 0.1
    other.step(first)
    for action in busy_actions(20)[1:]:
        assert np.array_equal(half.step(action).ui, other.step(action).ui)
    assert half.get_state().arrays["screen/embedded"].dtype == np.float32
