"""Fixtures: a home of our own, a small untrained model and the world it dreams, a small session."""

import os
import signal

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: a busy machine must not spin
for _number in (
    signal.SIGINT,
    signal.SIGHUP,
):  # what a background job or nohup ignores, all its children would
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler)

from pathlib import Path

import pytest
import torch
from tiny import TINY_SIZE, busy_actions, make_tiny_model, random_screen, tiny_cursors

from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.world import Frame


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test touches the real home of states and recordings."""
    monkeypatch.setenv("NCDESKTOP_HOME", str(tmp_path / "home"))
    torch.set_num_threads(1)
    return tmp_path / "home"


@pytest.fixture
def tiny_model() -> NCGUIWorld:
    return make_tiny_model()


@pytest.fixture
def tiny_weights(tiny_model: NCGUIWorld, tmp_path: Path) -> Path:
    """The folder of a saved tiny model."""
    tiny_model.save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def tiny_world(tiny_weights: Path) -> NeuralWorld:
    return NeuralWorld.from_pretrained(tiny_weights)


@pytest.fixture
def small_session(tmp_path: Path) -> Session:
    """Thirty ticks in which a square follows the pointer over a patterned screen."""
    folder = tmp_path / "small-session"
    writer = SessionWriter(folder, size=TINY_SIZE, source="test", policy="goal", seed=3)
    screen, cursors = random_screen(5), tiny_cursors()
    for tick, action in enumerate(busy_actions(30)):
        if tick % 3 == 0:
            x, y = min(action.pointer[0], 112), min(action.pointer[1], 48)
            screen = screen.copy()
            screen[y : y + 16, x : x + 16] = (200, 30 * (tick % 8), 90)
        writer.write(action, Frame(tick, screen, action.pointer, cursors[tick // 20]))
    writer.close()
    return open_session(folder)
