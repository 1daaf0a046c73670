"""What is known stays itself while other things go and come."""

import pytest
import torch
from arranging import ELSEWHERE, GOES_AT, ON_IT, OTHER, becomes, opened, pressed, rearranged, some_of, write_
from covered import BOX

from ncdesktop.model.choices import Choice
from ncdesktop.model.decided import Decided
from ncdesktop.model.rearrange import rearrange_
from ncdesktop.model.state import THINGS
from ncdesktop.model.things import add_, carried_on_


@torch.inference_mode()
def test_what_has_just_come_does_not_go_again() -> None:
    """A menu that had been open before came when the button went down, and went when it came up."""
    model, state, beneath, _ = opened()
    every = some_of(state, beneath, 1.0)
    for came_at, goes in ((GOES_AT - 1, False), (1, True)):
        state.came_at[0] = came_at
        decided = becomes(*every)
        gone = rearranged(model, state, decided, ON_IT, GOES_AT)
        assert (gone is not None) == goes == bool(decided.changed.any())


@torch.inference_mode()
def test_beside_one_that_comes_to_the_front_others_are_not_made_up() -> None:
    """A window that lost its colours as another came before it was painted anew, in pieces."""
    model, state, _, alone = opened()
    both = alone.clone()
    both[OTHER[0] : OTHER[2], OTHER[1] : OTHER[3]] = 9
    write_(model, state, both, 5)
    add_(state, torch.tensor(OTHER), 5)
    raised = both.clone()
    raised[BOX[0] : BOX[2], BOX[1] : BOX[3]] = alone[BOX[0] : BOX[2], BOX[1] : BOX[3]]
    decided = becomes(*some_of(state, raised, 0.5), (6, 6), (0, 7))
    decided.decisions.choice[0, [6, 0], [6, 7], Choice.GENERATE] = 9.0
    assert rearranged(model, state, decided, ON_IT, 20) is not None
    assert not decided.changed[0, 6, 6] and decided.changed[0, 0, 7]  # on the other; elsewhere
    for rests_since, patched in (
        (6, False),
        (5, True),
    ):  # what it showed before the other was there; what that covered
        model, state, _, alone = opened()
        write_(model, state, both, 5)
        add_(state, torch.tensor(OTHER), 5)
        state.rests_since[0] = rests_since
        decided = becomes(*some_of(state, raised, 0.5), (6, 6))
        assert rearranged(model, state, decided, ON_IT, 20) is not None
        assert bool(decided.changed[0, 6, 6]) == patched


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
        model, state, beneath, _ = opened()
        state.rests_since[0] = rests_since
        decided = becomes(*some_of(state, beneath, 0.1), choice=source)
        decided.in_pieces[0] = in_pieces
        for other in ((2, 3), (7, 7)):
            decided.changed[0][other], decided.decisions.choice[0][other][Choice.GENERATE] = True, 9.0
        many = int(decided.changed.sum())
        assert rearranged(model, state, decided, ELSEWHERE, GOES_AT, dragged=False) is None
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
        model, state, beneath, shown = opened()
        write_(model, state, beneath, 5)
        state.gone_at[0] = 5
        said = torch.zeros(1, THINGS, 2)
        said[0, 0, 1] = chance
        monkeypatch.setattr(model.arranger, "chances", lambda seen, known, said=said: said)
        decided = becomes(*[(row, column) for row in range(8) for column in range(6)], choice=Choice.SPRITE)
        decided.in_pieces[0], decided.odds[0] = in_pieces, odds
        came = rearranged(model, state, decided, ELSEWHERE, GOES_AT)
        assert (came is not None) == back, (chance, in_pieces)
        if came is not None:
            assert came.equal(shown)


@torch.inference_mode()
def test_no_other_comes_before_one_that_has_just_come() -> None:
    """A menu that had just opened over a Terminal went behind it."""
    for came_at, comes in ((GOES_AT - 1, False), (1, True)):
        model, state, _, alone = opened()
        both = alone.clone()
        both[OTHER[0] : OTHER[2], OTHER[1] : OTHER[3]] = 9
        write_(model, state, both, 5)
        add_(state, torch.tensor(OTHER), came_at)
        raised = both.clone()
        raised[BOX[0] : BOX[2], BOX[1] : BOX[3]] = alone[BOX[0] : BOX[2], BOX[1] : BOX[3]]
        decided = becomes(*some_of(state, raised, 0.9))
        assert (rearranged(model, state, decided, ON_IT, GOES_AT) is not None) == comes


@torch.inference_mode()
def test_what_rests_does_not_become_what_is_expected_to_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scroll bar of a Terminal that had come to the front was painted over with six cells of which none was likely to be right."""
    cells = ((2, 2), (3, 3), (2, 3), (3, 2), (7, 7))
    for sure, typed, kept in ((0.6, False, 5), (0.4, False, 1), (0.4, True, 5)):
        model, state, _, _ = opened()
        decided = becomes(*cells, choice=Choice.GENERATE)
        chance = torch.full((1, 8, 8), sure)
        monkeypatch.setattr(Decided, "surety", lambda own, selector, trust, chance=chance: chance)
        glimpse = pressed(ELSEWHERE)
        glimpse.keys[0, -1, 0] = int(typed)
        assert rearrange_(model, state, decided, 0, glimpse, GOES_AT, dragged=False) is None
        assert int(decided.changed.sum()) == kept, (sure, typed)


def test_a_sprite_opens_in_pieces_unless_all_of_it_does() -> None:
    drawn = torch.zeros(8, 8, dtype=torch.bool)
    drawn[2:6, 2:6] = True
    for cells, in_pieces in ((10, False), (6, True)):
        some = torch.nonzero(drawn)[:cells].tolist()
        decided = becomes(*[(row, column) for row, column in some], choice=Choice.SPRITE)
        decided.odds[0] = 0.1
        changed = decided.open_(0, decided.changed[0], drawn)
        assert bool(decided.in_pieces[0]) == in_pieces and bool(changed.equal(drawn)) != in_pieces


@torch.inference_mode()
def test_what_a_followed_recording_carries_rests_since_then() -> None:
    _, state, _, _ = opened()
    carried_on_(state, ON_IT, torch.tensor([3, 4]), 7)
    assert state.rests_since.tolist()[0] == 7
    assert state.boxes[0].tolist() == [BOX[0] + 4, BOX[1] + 3, BOX[2] + 4, BOX[3] + 3]
