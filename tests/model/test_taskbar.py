"""The panel's buttons are whole, whatever pieces cells say."""

import numpy as np
import pytest
import torch
from tiny import all_may_change, busy_actions, make_tiny_model, random_screen
from torch import Tensor

from ncdesktop.model.choices import Choice
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.screen import cells_of
from ncdesktop.model.sprites import Sprites
from ncdesktop.model.state import ScreenState, new_screen_state
from ncdesktop.model.taskbar import Row, Taskbar, with_whole_buttons

ROW = Row((0, 20, 22, 340), 200)
WIDTHS = (200, 160)
GREY, BLUE = (28, 28, 28), (45, 85, 130)
START = torch.full((128, 352, 3), 90, dtype=torch.uint8)
START[:22] = torch.tensor(GREY, dtype=torch.uint8)


def _button(title: int, width: int, *, lit: bool) -> Tensor:
    """A button (22, width, 3) with an icon and letters of a title's own."""
    image = torch.tensor(BLUE if lit else GREY, dtype=torch.uint8).expand(22, width, 3).clone()
    ink = torch.from_numpy(np.random.default_rng(title).random((22, width)) < 0.4)
    ink[:3], ink[19:], ink[:, :8], ink[:, -10:] = False, False, False, False
    image[ink] = 220 if lit else 150
    return image


def _opaque(image: Tensor) -> Tensor:
    return torch.cat([image, torch.full((*image.shape[:2], 1), 255, dtype=torch.uint8)], -1)


def _row(*buttons: tuple[int, bool]) -> Tensor:
    """The row of buttons (title, lit)."""
    row = START[:22, 20:340].clone()
    for (left, right), (title, lit) in zip(ROW.slots(len(buttons)), buttons, strict=True):
        row[:, left:right] = _button(title, right - left, lit=lit)
    return row


@pytest.fixture
def taskbar() -> Taskbar:
    looks = [
        _button(title, width, lit=lit) for title in range(3) for width in WIDTHS for lit in (True, False)
    ]
    return Taskbar(Sprites([_opaque(look) for look in looks]), ROW, START)


def test_pieces_of_two_titles_become_the_likelier_one(taskbar: Taskbar) -> None:
    before, after = _row(), _row((0, True))
    after[:, 110:200] = _row((1, True))[:, 110:200]
    assert _settled(taskbar, before, after) == (_row((0, True)), True)


def _settled(taskbar: Taskbar, before: Tensor, after: Tensor, *, recounts: bool = True) -> "_Same | None":
    settled = taskbar.settled(before, after, recounts=recounts)
    return settled and _Same(settled)


class _Same(tuple[Tensor, bool]):
    """A row, and whether there are more or fewer, equal to another to the pixel."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple) and self[0].equal(other[0]) and self[1] == other[1]

    __hash__ = None  # type: ignore[assignment]


def test_a_button_that_comes_in_pieces_is_that_of_which_they_are(taskbar: Taskbar) -> None:
    before, after = _row((0, True)), _row((0, False), (2, True))
    after[:, 250:] = _row()[:, 250:]  # the rest comes in the next tick
    assert _settled(taskbar, before, after) == (_row((0, False), (2, True)), True)


def test_one_is_lit_at_most(taskbar: Taskbar) -> None:
    before, after = _row((0, True), (1, False)), _row((0, True), (1, True))
    settled = taskbar.settled(before, after)
    assert settled is not None and not settled[1]
    assert settled[0].equal(_row((0, True), (1, False))) or settled[0].equal(_row((0, False), (1, True)))


def test_there_are_no_more_than_one_more_and_none_where_there_have_just_come_some(taskbar: Taskbar) -> None:
    before, after = _row(), _row((0, False), (1, True))
    settled = taskbar.settled(before, after)
    assert settled is not None and settled[0][:, 200:].equal(_row()[:, 200:])  # one or none
    assert _settled(taskbar, _row((0, True)), after, recounts=False) in [
        (_row((title, lit)), False) for title in range(3) for lit in (True, False)
    ]


def test_a_title_that_nobody_knows_stays(taskbar: Taskbar) -> None:
    before = _row((7, False), (1, True))
    assert _settled(taskbar, before, _row((7, False), (1, False))) == (_row((7, False), (1, False)), False)


def test_a_title_does_not_become_another_for_a_few_cells(taskbar: Taskbar) -> None:
    before, after = _row((0, True)), _row((0, True))
    after[:, 60:90] = _row((1, True))[:, 60:90]
    assert _settled(taskbar, before, after) == (before, False)


def test_a_title_stays_that_fits_about_as_well(taskbar: Taskbar) -> None:
    before, after = _row((0, True)), _row((0, True))
    after[:, 8:106] = _row((1, True))[:, 8:106]  # a little more than half of it
    assert _settled(taskbar, before, after) == (before, False)
    after[:, 8:150] = _row((1, True))[:, 8:150]
    assert _settled(taskbar, before, after) == (_row((1, True)), False)


def test_a_panel_of_another_kind_is_left_alone(taskbar: Taskbar) -> None:
    assert taskbar.settled(_row() + 60, _row((0, True))) is None


def test_without_known_buttons_nothing_is_changed() -> None:
    state, cells, choice, pixels = _becoming(_row((0, True)))
    found = with_whole_buttons(Taskbar(Sprites(), ROW, START), state, cells, choice, pixels, 5)
    assert found[0] == cells and found[1] is choice and found[2] is pixels


def test_a_tick_writes_whole_buttons_and_remembers_that_there_are_more(taskbar: Taskbar) -> None:
    after = _row((0, True))
    after[:, 110:200] = _row((1, True))[:, 110:200]
    state, cells, choice, pixels = _becoming(after)
    few = torch.rand(len(choice), generator=torch.Generator().manual_seed(0)) < 0.8
    cells, choice, pixels = tuple(axis[few] for axis in cells), choice[few], pixels[few]
    elsewhere = torch.tensor([6]), torch.tensor([9])
    cells = torch.cat([elsewhere[0], cells[0]]), torch.cat([elsewhere[1], cells[1]])
    choice, pixels = torch.cat([torch.tensor([0]), choice]), torch.cat([pixels[:1] * 0, pixels])
    (rows, columns), choice, pixels = with_whole_buttons(taskbar, state, cells, choice, pixels, 5)
    assert (int(rows[0]), int(columns[0]), int(choice[0])) == (6, 9, 0) and not pixels[0].any()
    screen = START.clone()
    cells_of(screen)[rows[1:], columns[1:]] = pixels[1:]
    expected = START.clone()
    expected[:22, 20:340] = _row((0, True))
    assert screen.equal(expected)
    assert set(choice[1:].tolist()) == {int(Choice.GENERATE), int(Choice.DICTIONARY)}
    assert int(state.recounted_at) == 5


def test_in_a_tick_soon_after_there_are_as_many(taskbar: Taskbar) -> None:
    for tick, more in ((12, False), (14, True)):
        state, cells, choice, pixels = _becoming(_row((0, True)))
        state.recounted_at = torch.tensor(5)
        (rows, columns), _, pixels = with_whole_buttons(taskbar, state, cells, choice, pixels, tick)
        screen = START.clone()
        cells_of(screen)[rows, columns] = pixels
        assert screen.equal(START) != more, tick


def test_a_dream_shows_whole_buttons(tiny_world: NeuralWorld) -> None:
    looks = [torch.from_numpy(random_screen(seed, (40, 16))[:12]) for seed in (30, 31)]
    row = Row((0, 20, 12, 60), 40)
    start = torch.from_numpy(tiny_world.model.start.copy())
    tiny_world.model.taskbar = Taskbar(Sprites([_opaque(look) for look in looks]), row, start)
    tiny_world.exact = True  # the whole screen each tick
    all_may_change(tiny_world.model)
    with torch.no_grad():
        tiny_world.model.selector.heads.bias[0] = 60.0  # and does
    whole = [look.numpy() for look in (*looks, start[:12, 20:60])]
    tiny_world.reset()
    for action in busy_actions(6):
        frame = tiny_world.step(action)
        assert any((frame.ui[:12, 20:60] == look).all() for look in whole)
    assert (frame.ui != tiny_world.model.start).any()


def _becoming(row: Tensor) -> tuple[ScreenState, tuple[Tensor, Tensor], Tensor, Tensor]:
    """A screen without buttons, and the cells that a row of them would change."""
    model = make_tiny_model()
    with torch.inference_mode():
        embedded = model.embed(cells_of(START).flatten(0, 1)).unflatten(0, (8, 22))
        state = new_screen_state(START, embedded, model.cell_encoder.nothing)
    shown = START.clone()
    shown[:22, 20:340] = row
    rows, columns = torch.nonzero((cells_of(shown) != cells_of(START)).flatten(2).any(-1), as_tuple=True)
    choice = torch.full((len(rows),), int(Choice.GENERATE))
    return state, (rows, columns), choice, cells_of(shown)[rows, columns]
