"""Other world models, built at equal parameters and timed."""

import sys
from pathlib import Path

import pytest

from ncdesktop.cli import main
from ncdesktop.evaluation.peers import describe_peers, peers
from ncdesktop.evaluation.variants import widened
from ncdesktop.model.neural_world import NeuralWorld


def test_peers_have_about_as_many_parameters_and_are_timed(tiny_world: NeuralWorld) -> None:
    found = peers(widened(tiny_world, 8))
    for name in ("diffusion transformer", "NeuralOS UNet"):
        assert 0.7 < found[name]["parameters"] / found["model"]["parameters"] < 1.3
        assert found[name]["gflop"] > 0 and found[name]["tick_ms"]["p50"] > 0
    logs = {name: {"p50": 2.0, "p95": 3.0, "p99": 4.0} for name in ("idle", "typical")}
    text = describe_peers({"peers": found, "tick_ms": logs, "gflop": {"idle": 0.1, "typical": 0.2}})
    assert "diffusion transformer" in text and "dream, typical" in text


def test_without_diffusers_it_says_what_to_install(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)
    assert main(["bench", "--weights", str(tiny_weights), "--peers"]) == 2
    said = capsys.readouterr().err
    assert "diffusers" in said and "ncdesktop[dev]" in said and said.count("\n") == 1
