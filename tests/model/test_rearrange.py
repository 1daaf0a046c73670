"""Things go, come back and come to the front whole, or not at all."""

from dataclasses import replace

import pytest
import torch
from arranging import ELSEWHERE, GOES_AT, ON_IT, OTHER, becomes, opened, pressed, rearranged, some_of, write_
from covered import BOX, covered
from tiny import make_tiny_model, random_screen

from ncdesktop.model.choices import Choice
from ncdesktop.model.rearrange import open_, rearrange_
from ncdesktop.model.screen import cells_of
from ncdesktop.model.sprites import Sprites
from ncdesktop.model.state import LONG_AGO, THINGS
from ncdesktop.model.things import add_, on_screen


@torch.inference_mode()
def test_a_thing_goes_whole_where_a_part_of_it_would() -> None:
    model, state, beneath, _ = opened()
    gone = rearranged(model, state, becomes(*some_of(state, beneath, 0.4)), ON_IT, GOES_AT)
    assert gone is not None and gone.equal(beneath)
    assert on_screen(state) == []
    write_(model, state, gone, GOES_AT)
    assert rearrange_(model, state, becomes((2, 2)), 0, pressed(ON_IT), GOES_AT + 1, dragged=False) is None


@torch.inference_mode()
def test_what_was_pressed_uncovers_nothing_where_it_does_not_go() -> None:
    model, state, beneath, _ = opened()
    part = some_of(state, beneath, 0.4)
    for cells, press, dragged, stays in (
        (part[: len(part) // 2], ON_IT, False, []),
        (part, ON_IT, True, []),
        (part, ELSEWHERE, False, []),
    ):
        decided = becomes(*cells, (7, 7))
        assert rearranged(model, state, decided, press, GOES_AT, dragged=dragged) is None
        assert [tuple(cell) for cell in torch.nonzero(decided.changed[0]).tolist()] == [*stays, (7, 7)]
    state.screen[BOX[0] : BOX[2], BOX[1] : BOX[3]] = 7  # something else is there
    assert rearranged(model, state, becomes(*part), ON_IT, GOES_AT) is None
    assert (state.gone_at == LONG_AGO).all()


@torch.inference_mode()
def test_one_that_the_arranger_thinks_likely_to_go_does_so_wherever_was_pressed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, state, beneath, _ = opened()
    some = some_of(state, beneath, 0.4)
    for chance, goes in ((0.4, False), (0.6, True)):
        said = torch.zeros(1, THINGS, 2)
        said[0, 0, 0] = chance
        monkeypatch.setattr(model.arranger, "chances", lambda seen, known, said=said: said)
        gone = rearranged(model, state, becomes(*some), ELSEWHERE, GOES_AT)
        assert (gone is not None) == goes
    assert gone is not None and gone.equal(beneath)


@torch.inference_mode()
def test_it_comes_back_whole_as_it_was_and_nothing_else_does() -> None:
    model, state, beneath, shown = opened()
    shown[40:50, 30:60] = 99  # something is written in it
    write_(model, state, shown, GOES_AT - 1)
    gone = rearranged(model, state, becomes(*some_of(state, beneath, 0.4)), ON_IT, GOES_AT)
    assert gone is not None
    gone[:16, -16:] = 3  # with it comes a button
    write_(model, state, gone, GOES_AT)
    later = gone.clone()
    cells_of(later)[7, 0] = 200
    write_(model, state, later, GOES_AT + 5)

    few = becomes(*some_of(state, shown, 0.1))
    assert rearranged(model, state, few, ON_IT, GOES_AT + 9) is None and few.changed.any()
    cells = some_of(state, shown, 0.5)
    assert rearranged(model, state, becomes(*cells), ON_IT, GOES_AT + 9, dragged=True) is None
    decided = becomes(*cells, (0, 7), (7, 0))
    back = rearranged(model, state, decided, ON_IT, GOES_AT + 9)
    assert back is not None and on_screen(state) == [0]
    assert back[BOX[0] : BOX[2], BOX[1] : BOX[3]].equal(shown[BOX[0] : BOX[2], BOX[1] : BOX[3]])
    assert bool(decided.changed[0, 0, 7]) and not bool(
        decided.changed[0, 7, 0]
    )  # with it went the first alone
    write_(model, state, back, GOES_AT + 9)
    assert state.behind.equal(later)


@torch.inference_mode()
def test_one_behind_another_comes_to_the_front_as_it_was_there_whether_remembered_or_by_words() -> None:
    for choice in (Choice.EARLIER, Choice.DICTIONARY):
        model, state, beneath, alone = opened()
        other = torch.from_numpy(random_screen(5).copy())
        here = slice(OTHER[0], OTHER[2]), slice(OTHER[1], OTHER[3])
        both = alone.clone()
        both[here] = other[here]
        write_(model, state, both, 5)
        add_(state, torch.tensor(OTHER), 5)
        raised = both.clone()
        raised[BOX[0] : BOX[2], BOX[1] : BOX[3]] = alone[BOX[0] : BOX[2], BOX[1] : BOX[3]]
        unfocused = both.clone()
        unfocused[20:30, 20:30] = 50  # its title, which can be seen
        write_(model, state, unfocused, 6)
        some = some_of(state, raised, 0.4)
        decided = becomes(*some, choice=choice)
        if choice == Choice.DICTIONARY:
            words = torch.arange(len(some))
            for word, cell in zip(words.tolist(), some, strict=True):
                model.vocabulary[word] = cells_of(raised)[cell]
                decided.words[0][cell] = word
        decided.meant, decided.changed = decided.changed, torch.zeros_like(decided.changed)  # was dropped
        assert rearranged(model, state, becomes(*some[:2]), ON_IT, 8) is None
        done = rearranged(model, state, decided, ON_IT, 9)
        assert done is not None and done.equal(raised)
        assert state.boxes[:2].tolist() == [list(BOX), list(OTHER)]
        write_(model, state, done, 9)
        gone = rearranged(model, state, becomes(*some_of(state, beneath, 0.3)), ON_IT, 10)
        if gone is not None:
            assert gone[here].equal(other[here])


@torch.inference_mode()
def test_cells_at_its_border_keep_what_becomes_of_them_outside() -> None:
    model, state, beneath, _ = opened()
    pressed = state.screen.clone()
    pressed[16:20, 16:64] = 200  # a button above it, which is let go when it closes
    write_(model, state, pressed, 5)
    decided = becomes(*some_of(state, beneath, 0.5))
    row = decided.decisions.choice[0, 1, 1:4]
    row[:, Choice.EARLIER], row[:, Choice.EARLIER + 1] = 0, 5
    gone = rearranged(model, state, decided, ON_IT, GOES_AT)
    assert gone is not None and gone[:, :64].equal(beneath[:, :64])


@torch.inference_mode()
def test_what_lies_behind_is_known_before_anything_opens() -> None:
    model = make_tiny_model()
    state, _, _ = covered(model)
    before = state.screen.clone()
    assert rearranged(model, state, becomes((1, 1)), ON_IT, 9) is None
    write_(model, state, torch.full_like(before, 5), 9)
    add_(state, torch.tensor([0, 0, 128, 128]), 9)
    gone = rearranged(model, state, becomes(*some_of(state, before, 0.5)), ON_IT, 20)
    assert gone is not None and gone.equal(before)


@torch.inference_mode()
def test_a_sprite_that_opens_whole_is_a_thing_without_its_button() -> None:
    model, state, _, _ = opened()
    image = torch.zeros(116, 110, 4, dtype=torch.uint8)
    image[:16, 60:90, 3] = image[16:, :, 3] = 255  # a button in a panel, and the window below it
    image[..., :3] = 77
    model.sprites = Sprites([image])
    placed = torch.tensor([0, 4, 9])
    open_(model, state, placed, 9)
    assert len(on_screen(state)) == 1  # it does not show
    write_(model, state, model.sprites.drawn(state.screen[None], placed[None])[0], 9)
    open_(model, state, placed, 9)
    assert state.boxes[0].tolist() == [20, 9, 120, 119] and len(on_screen(state)) == 2
    assert (state.images[0, :100, :110] == 77).all()
    inside = Sprites([torch.full((80, 100, 4), 255, dtype=torch.uint8)])
    model.sprites, placed = inside, torch.tensor([0, 30, 15])
    write_(model, state, inside.drawn(state.screen[None], placed[None])[0], 5)
    open_(model, state, placed, 9)
    assert len(on_screen(state)) == 2  # it is a part of it


@torch.inference_mode()
def test_what_a_press_opens_opens_once() -> None:
    """A Terminal came as words beside one that had come eight ticks before."""
    model, state, _, _ = opened()
    cells = [(row, column) for row in range(8) for column in range(8)]
    for came_at, press, beside in ((8, 20, False), (9, 20, True), (8, 4, True)):
        state.came_at[0] = came_at
        decided = becomes(*cells, choice=Choice.DICTIONARY)
        glimpse = replace(pressed(ELSEWHERE), ages=torch.full((1, 2), float(press)))
        rearrange_(model, state, decided, 0, glimpse, 12, dragged=False)
        assert bool(decided.changed.any()) == beside, came_at


@torch.inference_mode()
def test_what_the_arranger_is_sure_of_takes_few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """A close button took 36 of 352 cells of its window."""
    for chance, besides, goes in ((0.95, 0, True), (0.8, 0, False), (0.95, 40, False)):
        model, state, beneath, _ = opened()
        said = torch.zeros(1, THINGS, 2)
        said[0, 0, 0] = chance
        monkeypatch.setattr(model.arranger, "chances", lambda seen, known, said=said: said)
        few = some_of(state, beneath, 0.2)
        decided = becomes(*few)
        inside = [cell for cell in some_of(state, beneath, 1.0) if cell not in few][:besides]
        for cell in inside:
            decided.changed[0][cell] = True
            decided.decisions.choice[0][cell][Choice.GENERATE] = 9.0
        assert (rearranged(model, state, decided, ON_IT, GOES_AT) is not None) == goes, (chance, besides)


@torch.inference_mode()
def test_what_has_gone_is_not_what_has_opened() -> None:
    """A menu that had closed was taken for the window beside which nothing opens."""
    model, state, _, _ = opened()
    state.came_at[0] = 8
    add_(state, torch.tensor([0, 0, 128, 128]), 1)
    state.gone_at[0] = 7
    cells = [(row, column) for row in range(8) for column in range(8)]
    decided = becomes(*cells, choice=Choice.DICTIONARY)
    glimpse = replace(pressed(ELSEWHERE), ages=torch.full((1, 2), 20.0))
    rearrange_(model, state, decided, 0, glimpse, 12, dragged=False)
    assert not decided.changed.any()
