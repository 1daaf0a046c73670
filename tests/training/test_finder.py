"""The finder learns from labels where windows are, and what it finds are the things that are known."""

from pathlib import Path

import pytest
import torch
from labelled import BOXES, PRESSES, labelled, shown
from tiny import make_tiny_model

from ncdesktop.actions import Action
from ncdesktop.errors import SessionError
from ncdesktop.model import tick
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.perceive import look_closely_, windows_seen
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.state import LONG_AGO
from ncdesktop.model.things import add_, forget_, known, on_screen
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.finder import FINDER
from ncdesktop.training.table import build_table


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[NCGUIWorld, dict[str, float]]:
    """A tiny model whose finder has learned a recording by heart, and its loss."""
    folder = tmp_path_factory.mktemp("finder")
    make_tiny_model().save_pretrained(folder / "run" / "weights")
    table = build_table([labelled(folder / "labelled")], cache=folder, progress=False)
    figures = train_alone(
        FINDER, table, table, folder / "run", AloneConfig(minutes=0.8, examples=200), cache=folder
    )
    return NCGUIWorld.from_pretrained(folder / "run" / "weights"), figures


def _seen(model: NCGUIWorld, front_first: list[int]) -> list[list[int]]:
    return [box.tolist() for box in windows_seen(model.finder, torch.from_numpy(shown(front_first)))]


@torch.inference_mode()
def test_it_finds_windows_in_their_order(learned: tuple[NCGUIWorld, dict[str, float]]) -> None:
    model, figures = learned
    assert figures["after"] < 0.2 * figures["before"]
    assert _seen(model, [7, 9]) == [list(BOXES[7]), list(BOXES[9])]
    assert _seen(model, [9, 7]) == [list(BOXES[9]), list(BOXES[7])]
    assert _seen(model, [7]) == [list(BOXES[7])]
    assert _seen(model, []) == []


@torch.inference_mode()
def test_what_a_followed_screen_shows_is_known(learned: tuple[NCGUIWorld, dict[str, float]]) -> None:
    world = NeuralWorld(learned[0], model_hash="learned")
    world.reset(0, shown([9, 7]))
    state = world._screen

    def boxes() -> list[list[int]]:
        return [state.boxes[place].tolist() for place in on_screen(state)]

    assert boxes() == [list(BOXES[9]), list(BOXES[7])] and state.exact[:2].all()
    top, left, bottom, right = BOXES[9]
    assert not state.bare[top:bottom, left:right].any()  # nobody knows what lies beneath
    assert not state.seen[1, 16:64, 16:64].any() and state.seen[1, :16, :16].all()
    world.follow(Action(PRESSES[0]), shown([7, 9]))
    assert boxes() == [list(BOXES[7]), list(BOXES[9])] and state.seen[0, :64, :64].all()
    world.follow(Action(PRESSES[2]), shown([7]))
    assert boxes() == [list(BOXES[7])] and len(known(state)) == 2
    assert state.gone_at[1] == 2 and state.gone_at[0] == LONG_AGO and state.bare[90:, 90:].all()
    world.follow(Action(PRESSES[2]), shown([9, 7]))
    assert boxes() == [list(BOXES[9]), list(BOXES[7])]


@torch.inference_mode()
def test_what_has_opened_is_known_in_the_box_in_which_it_is_seen(
    learned: tuple[NCGUIWorld, dict[str, float]],
) -> None:
    """A Terminal was known with a piece of the panel, since its sprite has that, too."""
    world = NeuralWorld(learned[0], model_hash="learned")
    for guess, seen in (([16, 24, 120, 120], list(BOXES[9])), ([0, 0, 128, 128], None)):
        world.reset(0, shown([9]))
        state = world._screen
        forget_(state, 0)
        state.behind[:] = 200
        add_(state, torch.tensor(guess), 0)
        look_closely_(learned[0], state)
        assert state.boxes[0].tolist() == (seen or guess)
        assert len(on_screen(state)) == 1 and state.exact[0]


@torch.inference_mode()
def test_it_looks_closely_in_a_tick_that_a_glance_passes_by(
    learned: tuple[NCGUIWorld, dict[str, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = NeuralWorld(learned[0], model_hash="learned")
    for looks in (True, False):
        world.reset(0, shown([9]))
        world._screen.exact[:] = False
        monkeypatch.setattr(tick, "worth_a_look", lambda *seen, looks=looks: torch.tensor([looks]))
        world.step(Action(PRESSES[0]))
        assert bool(world._screen.exact[0]) != looks


@torch.inference_mode()
def test_one_that_has_learned_nothing_finds_nothing() -> None:
    assert _seen(make_tiny_model(), [9, 7]) == []


def test_sessions_without_labels_are_refused(tiny_model: NCGUIWorld, tmp_path: Path) -> None:
    table = build_table([labelled(tmp_path / "bare", labels=False)], cache=tmp_path, progress=False)
    with pytest.raises(SessionError, match="no labels of windows"):
        FINDER.collect(tiny_model, table, 10, 0)
