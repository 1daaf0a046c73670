"""Dragged things move whole: over what they covered, to the pixel, and only if the finder is sure of their box."""

import pytest
import torch
from covered import BOX, covered
from tiny import make_tiny_model
from torch import Tensor, nn

from ncdesktop.model.carry import carry_, put_down_
from ncdesktop.model.choices import CHOICES, Choice
from ncdesktop.model.decided import Decided
from ncdesktop.model.finder import Finder
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.screen import cells_of
from ncdesktop.model.selector import Decisions
from ncdesktop.model.state import ScreenState, new_screen_state
from ncdesktop.model.stretch import stretched

HELD = torch.tensor([40, 25])
CORNER = torch.tensor([74, 69])


@pytest.fixture(scope="module")
def model() -> NCGUIWorld:
    """A tiny model whose finder has learned one box by heart."""
    model = make_tiny_model()
    state = covered(model)[0]
    finder = model.finder.train()
    held, which = torch.stack([HELD, CORNER]), torch.zeros(2, dtype=torch.int64)
    optimiser = torch.optim.Adam(finder.parameters(), lr=0.03)
    for _ in range(80):
        odds, there = finder.odds(finder.seen(state.screen[None]), which, held)
        edges = (BOX[0], BOX[2] - 1, BOX[1], BOX[3] - 1)
        loss = -nn.functional.logsigmoid(there).sum()
        for of, edge in zip(odds, edges, strict=True):
            loss = loss + nn.functional.cross_entropy(of, torch.tensor([edge, edge]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    finder.eval()
    return model


def _decided(follows: tuple[int, int, int, int]) -> Decided:
    """Let the cells of a box (of cells) follow, and one elsewhere become something else."""
    choice = torch.full((1, 8, 8, len(CHOICES)), -5.0)
    choice[..., Choice.EARLIER] = 0
    changed = torch.zeros(1, 8, 8, dtype=torch.bool)
    top, left, bottom, right = follows
    choice[0, top:bottom, left:right, Choice.SHIFT] = 5
    changed[0, top:bottom, left:right] = changed[0, 7, 7] = True
    decisions = Decisions(torch.zeros(1, 8, 8), choice)
    nothing = torch.full((1, 3), -1), torch.ones(1), torch.zeros(1)
    return Decided(
        changed, changed.float(), decisions, torch.zeros(1, 8, 8, 16), *nothing, torch.zeros(1, 8, 8)
    )


def _pixels(row: int, column: int) -> tuple[slice, slice]:
    return slice(16 * row, 16 * row + 16), slice(16 * column, 16 * column + 16)


def _where(beneath: Tensor, window: Tensor, dx: int, dy: int) -> Tensor:
    shown = beneath.clone()
    top, left = BOX[0] + dy, BOX[1] + dx
    part = window[: 128 - top, : 128 - left]
    shown[top : top + part.shape[0], left : left + part.shape[1]] = part
    return shown


@torch.inference_mode()
def test_what_is_dragged_moves_whole_and_uncovers_what_itcovered(model: NCGUIWorld) -> None:
    state, beneath, window = covered(model)
    followed = HELD
    for dx, dy in ((5, 3), (14, 9), (70, 60), (14, 9)):  # once partly out of the screen, and back
        goal = HELD + torch.tensor([dx, dy])
        decided = _decided((1, 0, 6, 6))
        carried = carry_(model, state, decided, 0, goal - followed, goal, "fleur", 2)
        assert carried is not None
        shown, _ = carried
        assert shown.equal(_where(beneath, window, dx, dy))
        cells = torch.nonzero(decided.changed[0], as_tuple=True)
        pixels = cells_of(shown)[cells]
        moves = decided.decisions.choice[0][cells].argmax(-1) == Choice.SHIFT
        assert moves.sum() >= len(moves) - 1  # the one elsewhere changes on its own account
        moved = torch.zeros(8, 8, dtype=torch.bool)
        moved[tuple(axis[moves] for axis in cells)] = True
        _show_(model, state, tuple(axis[moves] for axis in cells), pixels[moves], 2)
        put_down_(state, goal - followed, 2)
        assert int(state.rests_since[0]) == 2
        assert state.screen.equal(shown)
        for row, column in torch.nonzero(moved).tolist():  # all that cells remember is what lay beneath
            kept = state.contents[row, column, 1 : int(state.count[row, column])]
            assert len(kept) == int((shown[_pixels(row, column)] != beneath[_pixels(row, column)]).any())
            assert (kept == beneath[_pixels(row, column)]).all()
            assert (state.embedded[row, column, 1 + len(kept)] == model.cell_encoder.nothing).all()
        followed = goal


@torch.inference_mode()
def test_nothing_is_carried_without_a_lead_a_sure_box_or_cells_that_follow_in_it(model: NCGUIWorld) -> None:
    goal = HELD + 4

    def carried(decided: Decided, lead: Tensor, finder: Finder | None = None) -> Tensor | None:
        state, _, _ = covered(model)
        learned, model.finder = model.finder, finder or model.finder
        before = decided.changed.clone()
        try:
            shown, _ = carry_(model, state, decided, 0, lead, goal, "fleur", 2) or (None, None)
        finally:
            model.finder = learned
        assert shown is not None or decided.changed.equal(before) or not decided.changed.any()
        assert bool(state.holds) == (shown is not None)
        return shown

    lead, nowhere = torch.tensor([4, 4]), torch.zeros(2, dtype=torch.int64)
    assert carried(_decided((1, 0, 6, 6)), lead) is not None
    for follows, ahead, finder, stays in (
        ((1, 0, 6, 6), nowhere, None, True),
        ((2, 1, 3, 3), lead, None, False),  # too few
        ((4, 0, 5, 6), lead, None, False),  # an edge of it
        ((5, 5, 8, 8), lead, None, True),  # elsewhere
        ((1, 0, 6, 6), lead, Finder(model.finder.config), True),  # has learned nothing
    ):
        decided = _decided(follows)
        assert carried(decided, ahead, finder) is None
        assert bool(decided.changed.any()) != stays  # what would be torn stays as it is


@torch.inference_mode()
def test_what_was_carried_is_known_when_it_is_taken_again(model: NCGUIWorld) -> None:
    state, beneath, window = covered(model)
    lead = torch.tensor([20, 9])
    for number in range(2):
        goal = HELD + (number + 1) * lead
        decided = _decided((1, 0, 6, 7))
        decided.decisions.choice[..., Choice.EARLIER + 1] = 2.0 * number  # then it is wrong
        carried = carry_(model, state, decided, 0, lead, goal, "fleur", 2)
        assert carried is not None
        shown, _ = carried
        assert shown.equal(_where(beneath, window, *((number + 1) * lead).tolist()))
        _write_(model, state, shown, lead, 2 + number)
        state.press_(*goal.tolist())
        assert not bool(state.holds) and state.boxes[0].tolist() == [
            edge + int((number + 1) * lead[1 - axis % 2]) for axis, edge in enumerate(BOX)
        ]
    state.let_go_()
    assert not bool(state.holds)


def _write_(model: NCGUIWorld, state: ScreenState, shown: Tensor, lead: Tensor, tick: int) -> None:
    """Let the state show what `carry_` has returned."""
    moved = (cells_of(shown) != cells_of(state.screen)).flatten(2).any(-1)
    cells = torch.nonzero(moved, as_tuple=True)
    pixels = cells_of(shown)[cells]
    _show_(model, state, cells, pixels, tick)
    put_down_(state, lead, tick)


def _show_(
    model: NCGUIWorld, state: ScreenState, cells: tuple[Tensor, ...], pixels: Tensor, tick: int
) -> None:
    """Let cells show pixels, in a hold that began in tick 2."""
    nothing = model.cell_encoder.nothing
    state.write_(*cells, pixels, model.embed(pixels), tick, nothing=nothing, since=2)


@torch.inference_mode()
def test_cells_agree_about_what_lies_beneath_by_the_moment_in_which_it_wascovered(model: NCGUIWorld) -> None:
    state, beneath, window = covered(model)
    # a cell remembers something newer, too, and thinks rather of that
    torn = torch.tensor([3]), torch.tensor([2])
    something = torch.zeros(1, 16, 16, 3, dtype=torch.uint8)
    now = state.contents[torn][:, 0]
    for pixels, tick in ((something, 3), (now, 4)):
        state.write_(*torn, pixels, model.embed(pixels), tick, nothing=model.cell_encoder.nothing)
    goal = HELD + torch.tensor([20, 9])
    decided = _decided((1, 0, 6, 7))
    decided.decisions.choice[0, 3, 2, Choice.EARLIER : Choice.EARLIER + 2] = torch.tensor([2.0, 0.0])
    carried = carry_(model, state, decided, 0, goal - HELD, goal, "fleur", 2)
    assert carried is not None and carried[0].equal(_where(beneath, window, 20, 9))
    assert state.behind.equal(beneath)


@torch.inference_mode()
def test_what_is_held_by_a_corner_stretches_and_is_carried_in_its_new_size(model: NCGUIWorld) -> None:
    state, beneath, window = covered(model)
    state.press_(*CORNER.tolist())
    followed, (top, left, bottom, right) = CORNER, BOX
    for tick, (dx, dy) in enumerate(((20, 9), (-9, 30), (12, -2))):
        goal = CORNER + torch.tensor([dx, dy])
        carried = carry_(
            model, state, _decided((1, 0, 6, 6)), 0, goal - followed, goal, "bottom_right_corner", 2
        )
        assert carried is not None
        _write_(model, state, carried[0], goal - followed, tick + 2)
        size = bottom - top + dy, right - left + dx
        shown = beneath.clone()
        image = stretched(window, size, state.across[: len(window)], state.down)
        shown[top : top + size[0], left : left + size[1]] = image
        assert state.screen.equal(shown) and carried[0].equal(shown)
        followed = goal
    state.press_(*HELD.tolist())
    carried = carry_(
        model,
        state,
        _decided((1, 0, 6, 6)),
        0,
        torch.tensor([5, 3]),
        HELD + torch.tensor([5, 3]),
        "left_ptr",
        2,
    )
    assert carried is not None
    moved = beneath.clone()
    moved[top + 3 : top + 3 + size[0], left + 5 : left + 5 + size[1]] = image
    assert carried[0].equal(moved) and state.edges.tolist() == [1, 1, 1, 1]


@torch.inference_mode()
def test_it_gets_no_smaller_than_48_pixels(model: NCGUIWorld) -> None:
    state, _, _ = covered(model)
    goal = CORNER - 60
    carried = carry_(model, state, _decided((1, 0, 6, 6)), 0, goal - CORNER, goal, "bottom_right_corner", 2)
    assert carried is not None
    _write_(model, state, carried[0], goal - CORNER, 2)
    assert state.boxes[0].tolist() == [BOX[0], BOX[1], BOX[0] + 48, BOX[1] + 48]


@torch.inference_mode()
def test_an_edge_that_the_pointer_does_not_hold_stays(model: NCGUIWorld) -> None:
    state, beneath, _ = covered(model)
    goal = CORNER + torch.tensor([20, 9])
    carried = carry_(model, state, _decided((1, 0, 6, 6)), 0, goal - CORNER, goal, "right_side", 2)
    assert carried is not None
    _write_(model, state, carried[0], goal - CORNER, 2)
    assert state.boxes[0].tolist() == [BOX[0], BOX[1], BOX[2], BOX[3] + 20]
    assert state.screen[BOX[2] :].equal(beneath[BOX[2] :])
    assert not state.screen[BOX[0] : BOX[2], BOX[3] : BOX[3] + 20].equal(
        beneath[BOX[0] : BOX[2], BOX[3] : BOX[3] + 20]
    )


@torch.inference_mode()
def test_where_nothing_is_remembered_the_vocabulary_says_what_lay_beneath(model: NCGUIWorld) -> None:
    _, beneath, window = covered(model)
    screen = _where(beneath, window, 0, 0)
    embedded = model.embed(cells_of(screen).flatten(0, 1)).unflatten(0, (8, 8))
    state = new_screen_state(screen, embedded, model.cell_encoder.nothing)
    carried = carry_(
        model,
        state,
        _decided((1, 0, 6, 6)),
        0,
        torch.tensor([20, 9]),
        HELD + torch.tensor([20, 9]),
        "fleur",
        2,
    )
    assert carried is not None
    shown, _ = carried
    word = model.vocabulary[int(model.selector.words(torch.zeros(1, 16)).argmax())]
    assert shown[32:48, 16:32].equal(word)


@torch.inference_mode()
def test_seams_are_the_likeliest_of_each_row_and_of_all_columns(
    model: NCGUIWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_rows, of_columns = torch.zeros(8, 8), torch.zeros(5, 8)
    of_rows[:, 7] = of_columns[:, 7] = 9  # beyond the box
    of_rows[::2, 2] = of_rows[1::2, 3] = 5
    of_columns[:3, 2] = of_columns[3:, 1] = 5
    for line, odds in ((model.carrier.across, of_rows), (model.carrier.down, of_columns)):
        monkeypatch.setattr(line, "forward", lambda cells, at, odds=odds: (odds[..., None], None))
    across, down = model.carrier(torch.zeros(8, 8, 16), torch.zeros(8, 8, 16), torch.tensor(BOX))
    assert across.tolist() == [64 - BOX[1] if (BOX[0] + y) // 16 % 2 else 48 - BOX[1] for y in range(50)]
    assert int(down) == 48 - BOX[0]


@torch.inference_mode()
def test_beside_a_drag_nothing_is_made_up_that_is_expected_to_be_wrong(
    model: NCGUIWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell below the panel was painted dark as a window was taken away from there."""
    for sure, made in ((0.6, True), (0.4, False)):
        state, _, _ = covered(model)
        goal, decided = HELD + torch.tensor([5, 3]), _decided((1, 0, 6, 6))
        decided.decisions.choice[0, 7, 7, Choice.GENERATE] = 5
        monkeypatch.setattr(Decided, "surety", lambda own, *_, sure=sure: torch.full((1, 8, 8), sure))
        assert carry_(model, state, decided, 0, goal - HELD, goal, "fleur", 2) is not None
        assert bool(decided.changed[0, 7, 7]) == made
