"""What is known of things: which lies on which, what they show, and which there is room for."""

import torch
from covered import covered
from tiny import make_tiny_model
from torch import Tensor

from ncdesktop.model.drag import NOWHERE
from ncdesktop.model.sprites import Sprites
from ncdesktop.model.state import THINGS, ScreenState
from ncdesktop.model.things import (
    add_,
    arranged,
    bring_,
    forget_,
    imagine_,
    known,
    on_screen,
    refresh_,
    thing_at,
    unseen_beneath,
)


def _with(*boxes: tuple[int, int, int, int]) -> ScreenState:
    """Return a screen with things, the last of them at the front, each of one colour."""
    state = covered(make_tiny_model())[0]
    for number, box in enumerate(boxes):
        refresh_(state)
        state.screen[_in(box)] = number
        add_(state, torch.tensor(box), number)
    return state


def _in(box: tuple[int, int, int, int]) -> tuple[slice, slice]:
    return slice(box[0], box[2]), slice(box[1], box[3])


def _boxes(number: int) -> list[tuple[int, int, int, int]]:
    return [(10 * place, 5, 10 * place + 40, 60) for place in range(number)]


@torch.inference_mode()
def test_things_lie_on_one_another_in_their_order() -> None:
    state = _with((0, 0, 50, 50), (30, 30, 90, 90))
    assert arranged(state, on_screen(state))[0].equal(state.screen)
    assert (thing_at(state, 40, 40), thing_at(state, 10, 10), thing_at(state, 100, 100)) == (0, 1, None)
    raised, unknown = arranged(state, [1, 0])
    assert (raised[0:50, 0:50] == 0).all() and (raised[50:90, 50:90] == 1).all() and not unknown.any()
    assert arranged(state, [])[0].equal(state.behind) and state.behind.equal(
        covered(make_tiny_model())[0].screen
    )


@torch.inference_mode()
def test_the_one_at_the_front_is_known_as_it_looks_now_others_as_they_did_there() -> None:
    state = _with((0, 0, 50, 50), (30, 30, 90, 90))
    state.screen[60:64, 60:64], state.screen[4:8, 4:8], state.screen[100:, 100:] = 9, 8, 7
    refresh_(state)
    shown, _ = arranged(state, on_screen(state))
    assert shown.equal(state.screen)  # nothing comes to the front: all stays as it looks
    shown, _ = arranged(state, [1, 0])
    assert (
        (shown[60:64, 60:64] == 9).all() and (shown[4:8, 4:8] == 0).all() and (shown[100:, 100:] == 7).all()
    )
    state.screen[31:90, 31:90] = 200  # it has gone
    refresh_(state)
    assert state.boxes[:2].tolist() == [[0, 0, 50, 50], [NOWHERE] * 4]
    assert (state.behind[60:80, 60:80] == 200).all()


@torch.inference_mode()
def test_of_more_things_than_can_be_known_the_first_gone_or_the_last_behind_are_forgotten() -> None:
    boxes = _boxes(THINGS + 1)
    state = _with(*boxes[:THINGS])
    state.gone_at[2] = 7
    add_(state, torch.tensor(boxes[-1]), 9)
    kept = [list(box) for box in reversed(boxes) if box != boxes[2]]
    assert state.boxes.tolist() == kept
    state = _with(*boxes)
    assert state.boxes.tolist() == [list(box) for box in reversed(boxes[1:])]
    assert (state.behind[_in((0, 5, 10, 60))] == 0).all()  # what is forgotten is still seen
    forget_(state, 0)
    assert state.boxes.tolist() == [*(list(box) for box in reversed(boxes[1:-1])), [NOWHERE] * 4]


@torch.inference_mode()
def test_of_what_has_not_been_seen_it_is_told_that_it_is_not_known_until_it_is_imagined() -> None:
    state = _with((0, 0, 50, 50), (30, 30, 90, 90))
    state.bare[_in((60, 60, 90, 90))] = False
    state.seen[1, 40:50, 40:50] = False
    shown, unknown = arranged(state, [1])
    expected = torch.zeros_like(unknown)
    expected[_in((60, 60, 90, 90))] = expected[_in((40, 40, 50, 50))] = True
    assert unknown.equal(expected) and unseen_beneath(state).equal(expected)
    assert (shown[unknown] == 1).all()  # as it looks now
    imagine_(state, torch.full_like(state.screen, 77))
    shown, unknown = arranged(state, [1])
    assert (shown[expected] == 77).all() and not unknown.any() and not unseen_beneath(state).any()
    assert (shown[30:40, 30:40] == 0).all()


@torch.inference_mode()
def test_what_is_not_at_the_front_any_more_is_not_carried() -> None:
    for change_, holds in ((lambda state: bring_(state, 0), True), (lambda state: bring_(state, 1), False),
                           (lambda state: forget_(state, 1), True), (lambda state: forget_(state, 0), False)):  # fmt: skip
        state = _with((0, 0, 50, 50), (30, 30, 90, 90))
        state.holds = torch.tensor(True)
        change_(state)
        assert bool(state.holds) == holds


@torch.inference_mode()
def test_what_opens_in_the_box_of_another_takes_its_place() -> None:
    state = _with((0, 0, 50, 50), (0, 1, 51, 50))
    assert known(state) == [0] and state.boxes[0].tolist() == [0, 1, 51, 50]


def test_the_body_of_a_sprite_is_the_window_in_it() -> None:
    def body(*drawn: tuple[int, int, int, int]) -> tuple[int, int, int, int] | None:
        image: Tensor = torch.zeros(100, 120, 4, dtype=torch.uint8)
        for box in drawn:
            image[(*_in(box), 3)] = 255
        return Sprites([image]).body(0)

    assert body((0, 0, 100, 120)) == (0, 0, 100, 120)
    assert body((20, 10, 100, 110), (0, 30, 20, 60)) == (20, 10, 100, 110)
    assert body(*((0, column, 100, column + 1) for column in range(0, 120, 2))) is None  # no row is full
    assert body((0, 0, 40, 60), (50, 60, 100, 120)) is None  # two things


@torch.inference_mode()
def test_what_has_just_come_is_not_known_yet() -> None:
    """The first piece of a window that opened was kept as a part of the one below it, and lay on it when that came to the front again."""
    state = _with((0, 0, 50, 50))
    state.screen[32:64, 32:64], state.changed_at[2:4, 2:4] = 9, 5
    state.screen[100:, 100:], state.changed_at[6:, 6:] = 8, 3
    refresh_(state, 4)
    assert (state.images[0, :50, :50] == 0).all() and (state.behind[100:, 100:] == 8).all()
    assert not (state.behind[50:64, 50:64] == 9).any()
    refresh_(state)
    assert (state.images[0, 32:50, 32:50] == 9).all() and (state.behind[50:64, 50:64] == 9).all()


@torch.inference_mode()
def test_a_menu_in_which_other_rows_light_up_is_still_known() -> None:
    """Of its 72 cells 32 change as the pointer goes from one row to another."""
    state = _with((0, 0, 72, 50))
    state.screen[10:42, :50] = 7
    refresh_(state)
    assert state.boxes[0].tolist() == [0, 0, 72, 50] and (state.images[0, 10:42, :50] == 7).all()
