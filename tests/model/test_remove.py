"""What was carried goes and comes back whole, or not at all."""

import torch
from covered import BOX, covered
from tiny import make_tiny_model
from torch import Tensor

from ncdesktop.model.choices import CHOICES, Choice
from ncdesktop.model.decide import Decided
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.remove import bring_back_, remove_
from ncdesktop.model.screen import cells_of, differing
from ncdesktop.model.selector import Decisions
from ncdesktop.model.state import ScreenState

ON_IT, ELSEWHERE = torch.tensor([40, 40]), torch.tensor([100, 100])
GOES_AT = 9


def _carried() -> tuple[NCGUIWorld, ScreenState, Tensor, Tensor]:
    """Return a model and a screen on which something has been carried to BOX, what lies beneath it, and the screen."""
    model = make_tiny_model()
    with torch.inference_mode():
        state, beneath, window = covered(model)
    state.carried = state.taken = torch.tensor(BOX)
    state.cargo[: window.shape[0], : window.shape[1]] = window
    state.under = beneath.clone()
    return model, state, beneath, state.screen.clone()


def _comes_back(*cells: tuple[int, int]) -> Decided:
    """Let cells show what they showed before."""
    choice, changed = torch.zeros(1, 8, 8, len(CHOICES)), torch.zeros(1, 8, 8, dtype=torch.bool)
    for row, column in cells:
        choice[0, row, column, Choice.EARLIER], changed[0, row, column] = 5, True
    facts = torch.full((1, 3), -1), torch.ones(1), torch.zeros(1), torch.zeros(1, 8, 8)
    return Decided(
        changed, changed.float(), Decisions(changed.float(), choice), torch.zeros(1, 8, 8, 16), *facts
    )


def _some(state: ScreenState, other: Tensor, share: float) -> list[tuple[int, int]]:
    """Return a share of the cells in which a screen differs."""
    cells = torch.nonzero(differing(state.screen, other)).tolist()
    return [(row, column) for row, column in cells[: round(share * len(cells))]]


def _write_(model: NCGUIWorld, state: ScreenState, shown: Tensor, differs: Tensor, tick: int) -> None:
    cells = torch.nonzero(differs, as_tuple=True)
    pixels = cells_of(shown)[cells]
    state.write_(*cells, pixels, model.embed(pixels), tick, nothing=model.cell_encoder.nothing)


@torch.inference_mode()
def test_what_was_carried_goes_whole_where_a_part_of_it_would() -> None:
    model, state, beneath, _ = _carried()
    decided = _comes_back(*_some(state, beneath, 0.4))
    gone = remove_(state, decided, 0, ON_IT, GOES_AT, held=False)
    assert gone is not None and gone[0].equal(beneath)
    assert decided.changed[0].equal(gone[1]) and gone[1].equal(differing(state.screen, beneath))
    assert bool(state.is_gone)
    _write_(model, state, *gone, GOES_AT)
    assert state.screen.equal(beneath)
    assert remove_(state, _comes_back((2, 2)), 0, ON_IT, GOES_AT + 1, held=False) is None  # it is not there


@torch.inference_mode()
def test_what_was_pressed_uncovers_nothing_where_it_does_not_go() -> None:
    _, state, beneath, _ = _carried()
    some = _some(state, beneath, 0.4)
    for cells, press, held, stays in (
        (some[: len(some) // 2], ON_IT, False, []),
        (some, ON_IT, True, []),
        (some, ELSEWHERE, False, some),  # something comes to the front of a part of it
    ):
        decided = _comes_back(*cells, (7, 7))
        assert remove_(state, decided, 0, press, GOES_AT, held=held) is None
        assert [tuple(cell) for cell in torch.nonzero(decided.changed[0]).tolist()] == [*stays, (7, 7)]
    state.screen[BOX[0] : BOX[2], BOX[1] : BOX[3]] = 7  # something else is there
    assert remove_(state, _comes_back(*some), 0, ON_IT, GOES_AT, held=False) is None
    assert not bool(state.is_gone)


@torch.inference_mode()
def test_it_comes_back_whole_as_it_was_and_nothing_else_does() -> None:
    model, state, beneath, shown = _carried()
    shown[40:50, 30:60] = 99  # something is written in it
    _write_(model, state, shown, differing(shown, state.screen), GOES_AT - 1)
    gone = remove_(state, _comes_back(*_some(state, beneath, 0.4)), 0, ON_IT, GOES_AT, held=False)
    assert gone is not None
    with_button = gone[0].clone()
    with_button[:16, -16:] = 3
    _write_(model, state, with_button, differing(state.screen, with_button), GOES_AT)
    _write_(model, state, *_with(state.screen, (7, 0)), GOES_AT + 5)
    before = state.screen.clone()

    few = _comes_back(*_some(state, shown, 0.1))
    assert bring_back_(state, few, 0, held=False) is None and few.changed.any()
    cells = _some(state, shown, 0.5)
    assert bring_back_(state, _comes_back(*cells), 0, held=True) is None
    decided = _comes_back(*cells, (0, 7), (7, 0))
    back = bring_back_(state, decided, 0, held=False)
    assert back is not None and not bool(state.is_gone)
    assert back[0][BOX[0] : BOX[2], BOX[1] : BOX[3]].equal(shown[BOX[0] : BOX[2], BOX[1] : BOX[3]])
    assert bool(decided.changed[0, 0, 7]) and not bool(
        decided.changed[0, 7, 0]
    )  # with it went the first alone
    _write_(model, state, *back, GOES_AT + 9)
    assert state.under.equal(before)


def _with(screen: Tensor, cell: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return a screen with another cell, and where that is."""
    other = screen.clone()
    cells_of(other)[cell] = 200
    return other, differing(screen, other)
