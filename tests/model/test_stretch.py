"""A thing that is resized: what lies before a seam keeps to its edge, what lies behind it goes with the other."""

import pytest
import torch

from ncdesktop.model.stretch import WHOLE, edges_of, stretched

IMAGE = torch.arange(6)[:, None, None] * 10 + torch.arange(8)[None, :, None].expand(-1, -1, 3)


@pytest.mark.parametrize(
    ("shape", "edges"),
    [
        ("right_side", (0, 0, 0, 1)),
        ("top_side", (1, 0, 0, 0)),
        ("bottom_right_corner", (0, 0, 1, 1)),
        ("top_left_corner", (1, 1, 0, 0)),
        ("left_ptr", WHOLE),
        ("fleur", WHOLE),
        ("corner", WHOLE),
        ("", WHOLE),
    ],
)
def test_the_pointers_shape_tells_which_edges_follow(shape: str, edges: tuple[int, ...]) -> None:
    assert edges_of(shape) == edges


def test_it_grows_by_repeating_what_lies_before_the_seams() -> None:
    across, down = torch.tensor([5, 5, 8, 0, 2, 2]), torch.tensor(3)
    grown = stretched(IMAGE, (8, 10), across, down)[..., 0]
    assert grown[0].tolist() == [0, 1, 2, 3, 4, 4, 4, 5, 6, 7]
    assert grown[:, 0].tolist() == [0, 10, 20, 20, 20, 30, 40, 50]
    assert grown[2].tolist() == [20, 21, 22, 23, 24, 25, 26, 27, 27, 27]  # all of it keeps to the left
    assert grown[5].tolist() == [30, 30, 30, 31, 32, 33, 34, 35, 36, 37]  # all of it goes with the right
    assert grown[7].tolist() == [50, 51, 51, 51, 52, 53, 54, 55, 56, 57]


def test_it_shrinks_by_what_lies_before_the_seams_and_keeps_the_rest() -> None:
    shrunk = stretched(IMAGE, (4, 5), torch.full((6,), 4), torch.tensor(4))[..., 0]
    assert shrunk[0].tolist() == [0, 4, 5, 6, 7]
    assert shrunk[:, 0].tolist() == [0, 10, 40, 50]


def test_of_its_own_size_it_stays_as_it_is() -> None:
    assert stretched(IMAGE, (6, 8), torch.full((6,), 3), torch.tensor(2)).equal(IMAGE)
