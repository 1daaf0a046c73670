"""Things go, come back and come to the front whole, or not at all."""

from dataclasses import replace

import pytest
import torch
from covered import BOX, covered
from tiny import make_tiny_model, random_screen
from torch import Tensor

from ncdesktop.actions import FEATURES, HISTORY, KEYS_A_TICK
from ncdesktop.model.choices import CHOICES, Choice
from ncdesktop.model.decided import Decided
from ncdesktop.model.glimpse import PRESS, Glimpse
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.rearrange import open_, rearrange_
from ncdesktop.model.screen import cells_of, differing
from ncdesktop.model.selector import Decisions
from ncdesktop.model.sprites import NO_SPRITE, Sprites
from ncdesktop.model.state import LONG_AGO, THINGS, ScreenState
from ncdesktop.model.things import add_, on_screen

ON_IT, ELSEWHERE = torch.tensor([40, 40]), torch.tensor([100, 120])
GOES_AT = 9
OTHER = (40, 40, 120, 120)


def _opened() -> tuple[NCGUIWorld, ScreenState, Tensor, Tensor]:
    """Return a model and a screen on which something is known to have opened in BOX, what lies beneath it, and the screen."""
    model = make_tiny_model()
    with torch.inference_mode():
        state, beneath, _ = covered(model)
    state.behind = beneath.clone()
    add_(state, torch.tensor(BOX), 1)
    return model, state, beneath, state.screen.clone()


def _becomes(*cells: tuple[int, int], choice: int = Choice.EARLIER) -> Decided:
    """Let cells show what they showed before."""
    choices, changed = torch.zeros(1, 8, 8, len(CHOICES)), torch.zeros(1, 8, 8, dtype=torch.bool)
    for row, column in cells:
        choices[0, row, column, choice], changed[0, row, column] = 5, True
    facts = torch.full((1, 3), -1), torch.ones(1), torch.zeros(1), torch.zeros(1, 8, 8)
    return Decided(
        changed, changed.float(), Decisions(changed.float(), choices), torch.zeros(1, 8, 8, 16), *facts
    )


def _some(state: ScreenState, other: Tensor, share: float) -> list[tuple[int, int]]:
    """Return a share of the cells in which a screen differs."""
    cells = torch.nonzero(differing(state.screen, other)).tolist()
    return [(row, column) for row, column in cells[: round(share * len(cells))]]


def _write_(model: NCGUIWorld, state: ScreenState, shown: Tensor, tick: int) -> None:
    cells = torch.nonzero(differing(shown, state.screen), as_tuple=True)
    pixels = cells_of(shown)[cells]
    state.write_(*cells, pixels, model.embed(pixels), tick, nothing=model.cell_encoder.nothing)


def _pressed(at: Tensor) -> Glimpse:
    """Return a moment after a press (x, y)."""
    points = torch.zeros(1, 4, 2)
    points[0, PRESS] = at
    return Glimpse(
        features=torch.zeros(1, HISTORY, FEATURES),
        keys=torch.zeros(1, HISTORY, KEYS_A_TICK, dtype=torch.int64),
        points=points,
        ages=torch.full((1, 2), 5.0),
        fovea=torch.zeros(1, 2, 3, 64, 64),
        cursor=torch.zeros(1, dtype=torch.int64),
        placed=torch.full((1, 3), NO_SPRITE),
        shown=torch.zeros(1, 8, 8, 16),
        age=torch.zeros(1, 8, 8),
    )


def _rearranged(
    model: NCGUIWorld,
    state: ScreenState,
    decided: Decided,
    press: Tensor,
    tick: int,
    *,
    dragged: bool = False,
) -> Tensor | None:
    done = rearrange_(model, state, decided, 0, _pressed(press), tick, dragged=dragged)
    if done is None:
        return None
    assert done[1].equal(differing(done[0], state.screen)) and bool((decided.changed[0] | ~done[1]).all())
    return done[0]


@torch.inference_mode()
def test_a_thing_goes_whole_where_a_part_of_it_would() -> None:
    model, state, beneath, _ = _opened()
    gone = _rearranged(model, state, _becomes(*_some(state, beneath, 0.4)), ON_IT, GOES_AT)
    assert gone is not None and gone.equal(beneath)
    assert on_screen(state) == []
    _write_(model, state, gone, GOES_AT)
    assert rearrange_(model, state, _becomes((2, 2)), 0, _pressed(ON_IT), GOES_AT + 1, dragged=False) is None


@torch.inference_mode()
def test_what_was_pressed_uncovers_nothing_where_it_does_not_go() -> None:
    model, state, beneath, _ = _opened()
    some = _some(state, beneath, 0.4)
    for cells, press, dragged, stays in (
        (some[: len(some) // 2], ON_IT, False, []),
        (some, ON_IT, True, []),
        (some, ELSEWHERE, False, []),
    ):
        decided = _becomes(*cells, (7, 7))
        assert _rearranged(model, state, decided, press, GOES_AT, dragged=dragged) is None
        assert [tuple(cell) for cell in torch.nonzero(decided.changed[0]).tolist()] == [*stays, (7, 7)]
    state.screen[BOX[0] : BOX[2], BOX[1] : BOX[3]] = 7  # something else is there
    assert _rearranged(model, state, _becomes(*some), ON_IT, GOES_AT) is None
    assert (state.gone_at == LONG_AGO).all()


@torch.inference_mode()
def test_one_that_the_arranger_thinks_likely_to_go_does_so_wherever_was_pressed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, state, beneath, _ = _opened()
    some = _some(state, beneath, 0.4)
    for chance, goes in ((0.4, False), (0.6, True)):
        said = torch.zeros(1, THINGS, 2)
        said[0, 0, 0] = chance
        monkeypatch.setattr(model.arranger, "chances", lambda seen, known, said=said: said)
        gone = _rearranged(model, state, _becomes(*some), ELSEWHERE, GOES_AT)
        assert (gone is not None) == goes
    assert gone is not None and gone.equal(beneath)


@torch.inference_mode()
def test_it_comes_back_whole_as_it_was_and_nothing_else_does() -> None:
    model, state, beneath, shown = _opened()
    shown[40:50, 30:60] = 99  # something is written in it
    _write_(model, state, shown, GOES_AT - 1)
    gone = _rearranged(model, state, _becomes(*_some(state, beneath, 0.4)), ON_IT, GOES_AT)
    assert gone is not None
    gone[:16, -16:] = 3  # with it comes a button
    _write_(model, state, gone, GOES_AT)
    later = gone.clone()
    cells_of(later)[7, 0] = 200
    _write_(model, state, later, GOES_AT + 5)

    few = _becomes(*_some(state, shown, 0.1))
    assert _rearranged(model, state, few, ON_IT, GOES_AT + 9) is None and few.changed.any()
    cells = _some(state, shown, 0.5)
    assert _rearranged(model, state, _becomes(*cells), ON_IT, GOES_AT + 9, dragged=True) is None
    decided = _becomes(*cells, (0, 7), (7, 0))
    back = _rearranged(model, state, decided, ON_IT, GOES_AT + 9)
    assert back is not None and on_screen(state) == [0]
    assert back[BOX[0] : BOX[2], BOX[1] : BOX[3]].equal(shown[BOX[0] : BOX[2], BOX[1] : BOX[3]])
    assert bool(decided.changed[0, 0, 7]) and not bool(
        decided.changed[0, 7, 0]
    )  # with it went the first alone
    _write_(model, state, back, GOES_AT + 9)
    assert state.behind.equal(later)


@torch.inference_mode()
def test_one_behind_another_comes_to_the_front_as_it_was_there_whether_remembered_or_by_words() -> None:
    for choice in (Choice.EARLIER, Choice.DICTIONARY):
        model, state, beneath, alone = _opened()
        other = torch.from_numpy(random_screen(5).copy())
        here = slice(OTHER[0], OTHER[2]), slice(OTHER[1], OTHER[3])
        both = alone.clone()
        both[here] = other[here]
        _write_(model, state, both, 5)
        add_(state, torch.tensor(OTHER), 5)
        raised = both.clone()
        raised[BOX[0] : BOX[2], BOX[1] : BOX[3]] = alone[BOX[0] : BOX[2], BOX[1] : BOX[3]]
        unfocused = both.clone()
        unfocused[20:30, 20:30] = 50  # its title, which can be seen
        _write_(model, state, unfocused, 6)
        some = _some(state, raised, 0.4)
        decided = _becomes(*some, choice=choice)
        if choice == Choice.DICTIONARY:
            words = torch.arange(len(some))
            for word, cell in zip(words.tolist(), some, strict=True):
                model.vocabulary[word] = cells_of(raised)[cell]
                decided.words[0][cell] = word
        decided.meant, decided.changed = decided.changed, torch.zeros_like(decided.changed)  # was dropped
        assert _rearranged(model, state, _becomes(*some[:2]), ON_IT, 8) is None
        done = _rearranged(model, state, decided, ON_IT, 9)
        assert done is not None and done.equal(raised)
        assert state.boxes[:2].tolist() == [list(BOX), list(OTHER)]
        _write_(model, state, done, 9)
        gone = _rearranged(model, state, _becomes(*_some(state, beneath, 0.3)), ON_IT, 10)
        if gone is not None:
            assert gone[here].equal(other[here])


@torch.inference_mode()
def test_cells_at_its_border_keep_what_becomes_of_them_outside() -> None:
    model, state, beneath, _ = _opened()
    pressed = state.screen.clone()
    pressed[16:20, 16:64] = 200  # a button above it, which is let go when it closes
    _write_(model, state, pressed, 5)
    decided = _becomes(*_some(state, beneath, 0.5))
    row = decided.decisions.choice[0, 1, 1:4]
    row[:, Choice.EARLIER], row[:, Choice.EARLIER + 1] = 0, 5
    gone = _rearranged(model, state, decided, ON_IT, GOES_AT)
    assert gone is not None and gone[:, :64].equal(beneath[:, :64])


@torch.inference_mode()
def test_what_lies_behind_is_known_before_anything_opens() -> None:
    model = make_tiny_model()
    state, _, _ = covered(model)
    before = state.screen.clone()
    assert _rearranged(model, state, _becomes((1, 1)), ON_IT, 9) is None
    _write_(model, state, torch.full_like(before, 5), 9)
    add_(state, torch.tensor([0, 0, 128, 128]), 9)
    gone = _rearranged(model, state, _becomes(*_some(state, before, 0.5)), ON_IT, 20)
    assert gone is not None and gone.equal(before)


@torch.inference_mode()
def test_a_sprite_that_opens_whole_is_a_thing_without_its_button() -> None:
    model, state, _, _ = _opened()
    image = torch.zeros(116, 110, 4, dtype=torch.uint8)
    image[:16, 60:90, 3] = image[16:, :, 3] = 255  # a button in a panel, and the window below it
    image[..., :3] = 77
    model.sprites = Sprites([image])
    placed = torch.tensor([0, 4, 9])
    open_(model, state, placed, 9)
    assert len(on_screen(state)) == 1  # it does not show
    _write_(model, state, model.sprites.drawn(state.screen[None], placed[None])[0], 9)
    open_(model, state, placed, 9)
    assert state.boxes[0].tolist() == [20, 9, 120, 119] and len(on_screen(state)) == 2
    assert (state.images[0, :100, :110] == 77).all()
    inside = Sprites([torch.full((80, 100, 4), 255, dtype=torch.uint8)])
    model.sprites, placed = inside, torch.tensor([0, 30, 15])
    _write_(model, state, inside.drawn(state.screen[None], placed[None])[0], 5)
    open_(model, state, placed, 9)
    assert len(on_screen(state)) == 2  # it is a part of it


@torch.inference_mode()
def test_what_a_press_opens_opens_once() -> None:
    """A Terminal came as words beside one that had come eight ticks before."""
    model, state, _, _ = _opened()
    cells = [(row, column) for row in range(8) for column in range(8)]
    for came_at, press, beside in ((8, 20, False), (9, 20, True), (8, 4, True)):
        state.came_at[0] = came_at
        decided = _becomes(*cells, choice=Choice.DICTIONARY)
        glimpse = replace(_pressed(ELSEWHERE), ages=torch.full((1, 2), float(press)))
        rearrange_(model, state, decided, 0, glimpse, 12, dragged=False)
        assert bool(decided.changed.any()) == beside, came_at


@torch.inference_mode()
def test_what_has_just_come_does_not_go_again() -> None:
    """A menu that had been open before came when the button went down, and went when it came up."""
    model, state, beneath, _ = _opened()
    every = _some(state, beneath, 1.0)
    for came_at, goes in ((GOES_AT - 1, False), (1, True)):
        state.came_at[0] = came_at
        decided = _becomes(*every)
        gone = _rearranged(model, state, decided, ON_IT, GOES_AT)
        assert (gone is not None) == goes == bool(decided.changed.any())


@torch.inference_mode()
def test_beside_one_that_comes_to_the_front_others_are_not_made_up() -> None:
    """A window that lost its colours as another came before it was painted anew, in pieces."""
    model, state, _, alone = _opened()
    both = alone.clone()
    both[OTHER[0] : OTHER[2], OTHER[1] : OTHER[3]] = 9
    _write_(model, state, both, 5)
    add_(state, torch.tensor(OTHER), 5)
    raised = both.clone()
    raised[BOX[0] : BOX[2], BOX[1] : BOX[3]] = alone[BOX[0] : BOX[2], BOX[1] : BOX[3]]
    decided = _becomes(*_some(state, raised, 0.5), (6, 6), (0, 7))
    decided.decisions.choice[0, [6, 0], [6, 7], Choice.GENERATE] = 9.0
    assert _rearranged(model, state, decided, ON_IT, 20) is not None
    assert not decided.changed[0, 6, 6] and decided.changed[0, 0, 7]  # on the other; elsewhere
    for rests_since, patched in (
        (6, False),
        (5, True),
    ):  # what it showed before the other was there; what that covered
        model, state, _, alone = _opened()
        _write_(model, state, both, 5)
        add_(state, torch.tensor(OTHER), 5)
        state.rests_since[0] = rests_since
        decided = _becomes(*_some(state, raised, 0.5), (6, 6))
        assert _rearranged(model, state, decided, ON_IT, 20) is not None
        assert bool(decided.changed[0, 6, 6]) == patched


@torch.inference_mode()
def test_what_the_arranger_is_sure_of_takes_few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """A close button took 36 of 352 cells of its window."""
    for chance, besides, goes in ((0.95, 0, True), (0.8, 0, False), (0.95, 40, False)):
        model, state, beneath, _ = _opened()
        said = torch.zeros(1, THINGS, 2)
        said[0, 0, 0] = chance
        monkeypatch.setattr(model.arranger, "chances", lambda seen, known, said=said: said)
        few = _some(state, beneath, 0.2)
        decided = _becomes(*few)
        inside = [cell for cell in _some(state, beneath, 1.0) if cell not in few][:besides]
        for cell in inside:
            decided.changed[0][cell] = True
            decided.decisions.choice[0][cell][Choice.GENERATE] = 9.0
        assert (_rearranged(model, state, decided, ON_IT, GOES_AT) is not None) == goes, (chance, besides)


@torch.inference_mode()
def test_what_has_gone_is_not_what_has_opened() -> None:
    """A menu that had closed was taken for the window beside which nothing opens."""
    model, state, _, _ = _opened()
    state.came_at[0] = 8
    add_(state, torch.tensor([0, 0, 128, 128]), 1)
    state.gone_at[0] = 7
    cells = [(row, column) for row in range(8) for column in range(8)]
    decided = _becomes(*cells, choice=Choice.DICTIONARY)
    glimpse = replace(_pressed(ELSEWHERE), ages=torch.full((1, 2), 20.0))
    rearrange_(model, state, decided, 0, glimpse, 12, dragged=False)
    assert not decided.changed.any()


@torch.inference_mode()
def test_what_rests_does_not_show_what_was_there_before_it() -> None:
    """A file manager that had been moved was patched with what its new place had shown, and with pieces of other windows, when it lost the focus."""
    for rests_since, source, in_pieces, stays in (
        (2, Choice.EARLIER, True, True),
        (1, Choice.EARLIER, True, False),  # that left as it came, and may come again
        (2, Choice.SPRITE, True, True),
        (2, Choice.SPRITE, False, False),
        (GOES_AT - 1, Choice.SPRITE, True, False),  # it is still coming
    ):
        model, state, beneath, _ = _opened()
        state.rests_since[0] = rests_since
        decided = _becomes(*_some(state, beneath, 0.1), choice=source)
        decided.in_pieces[0] = in_pieces
        for other in ((2, 3), (7, 7)):
            decided.changed[0][other], decided.decisions.choice[0][other][Choice.GENERATE] = True, 9.0
        many = int(decided.changed.sum())
        assert _rearranged(model, state, decided, ELSEWHERE, GOES_AT, dragged=False) is None
        kept = int(decided.changed.sum()) - 2
        assert (kept == 0) == (stays or source == Choice.EARLIER), (rests_since, source, many)


@torch.inference_mode()
def test_one_that_had_gone_comes_back_rather_than_a_sprite_in_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A Terminal that was taken back by its button in the panel came in 91 of 228 cells, where it had opened first."""
    for chance, in_pieces, odds, back in (
        (0.6, True, 0.9, True),
        (0.4, True, 0.9, False),
        (0.6, False, 0.9, False),
        (0.95, False, 0.9, True),
    ):
        model, state, beneath, shown = _opened()
        _write_(model, state, beneath, 5)
        state.gone_at[0] = 5
        said = torch.zeros(1, THINGS, 2)
        said[0, 0, 1] = chance
        monkeypatch.setattr(model.arranger, "chances", lambda seen, known, said=said: said)
        decided = _becomes(*[(row, column) for row in range(8) for column in range(6)], choice=Choice.SPRITE)
        decided.in_pieces[0], decided.odds[0] = in_pieces, odds
        came = _rearranged(model, state, decided, ELSEWHERE, GOES_AT)
        assert (came is not None) == back, (chance, in_pieces)
        if came is not None:
            assert came.equal(shown)


@torch.inference_mode()
def test_no_other_comes_before_one_that_has_just_come() -> None:
    """A menu that had just opened over a Terminal went behind it."""
    for came_at, comes in ((GOES_AT - 1, False), (1, True)):
        model, state, _, alone = _opened()
        both = alone.clone()
        both[OTHER[0] : OTHER[2], OTHER[1] : OTHER[3]] = 9
        _write_(model, state, both, 5)
        add_(state, torch.tensor(OTHER), came_at)
        raised = both.clone()
        raised[BOX[0] : BOX[2], BOX[1] : BOX[3]] = alone[BOX[0] : BOX[2], BOX[1] : BOX[3]]
        decided = _becomes(*_some(state, raised, 0.9))
        assert (_rearranged(model, state, decided, ON_IT, GOES_AT) is not None) == comes


@torch.inference_mode()
def test_what_rests_does_not_become_what_is_expected_to_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scroll bar of a Terminal that had come to the front was painted over with six cells of which none was likely to be right."""
    cells = ((2, 2), (3, 3), (2, 3), (3, 2), (7, 7))
    for sure, typed, kept in ((0.6, False, 5), (0.4, False, 1), (0.4, True, 5)):
        model, state, _, _ = _opened()
        decided = _becomes(*cells, choice=Choice.GENERATE)
        chance = torch.full((1, 8, 8), sure)
        monkeypatch.setattr(Decided, "surety", lambda own, selector, trust, chance=chance: chance)
        glimpse = _pressed(ELSEWHERE)
        glimpse.keys[0, -1, 0] = int(typed)
        assert rearrange_(model, state, decided, 0, glimpse, GOES_AT, dragged=False) is None
        assert int(decided.changed.sum()) == kept, (sure, typed)
