"""Rows and columns of characters found around a caret: as far as the text's background reaches, whole characters only."""

import torch

from ncdesktop.model.text_area import TextArea, find_text_area

SIZE = (13, 6)
GROUND, INK = torch.tensor([36, 39, 43], dtype=torch.uint8), torch.tensor([238, 238, 236], dtype=torch.uint8)


def terminal(top: int, left: int, rows: int, columns: int, spare: int = 0) -> torch.Tensor:
    """A screen with a terminal at (top, left), some letters in each row, `spare` pixels below and right of the last."""
    screen = torch.full((128, 160, 3), 200, dtype=torch.uint8)
    screen[top : top + rows * 13 + spare, left : left + columns * 6 + spare] = GROUND
    for row in range(rows):
        screen[top + row * 13 + 3 : top + row * 13 + 11, left + 1 : left + 16 : 6] = INK
    return screen


def test_the_text_ends_where_its_background_does_and_half_rows_are_none() -> None:
    screen = terminal(9, 20, 5, 12, spare=5)
    caret = 9 + 2 * 13, 20 + 3 * 6
    screen[caret[0] : caret[0] + 13, caret[1] : caret[1] + 6] = INK
    area = find_text_area(screen, caret, SIZE)
    assert area == TextArea(SIZE, 9, 20, 5, 12, 2, 3)
    assert area.box == (slice(9, 74), slice(20, 92))
    characters = area.characters(screen)
    assert characters.shape == (5, 12, 13, 6, 3)
    assert (characters[2, 3] == INK).all()
    characters[4, 11] = INK
    assert (screen[9 + 52 : 9 + 65, 20 + 66 : 20 + 72] == INK).all(), "a view"


def test_a_margin_is_as_wide_as_the_screen_has_room_for() -> None:
    for left, margin in ((20, 3), (14, 2), (3, 0)):
        area = find_text_area(terminal(9, left, 5, 12), (9 + 13, left + 18), SIZE, 3)
        assert area == TextArea(SIZE, 9, left - 6 * margin, 5, 12 + margin, 1, 3 + margin, margin)


def test_a_terminal_half_off_the_screen_shows_what_lies_on_it() -> None:
    screen = terminal(9, 0, 4, 10)
    area = find_text_area(screen, (9 + 13, 3 + 6), SIZE)
    assert area is not None
    assert (area.left, area.columns, area.row, area.column) == (3, 9, 1, 1)


def test_there_is_no_text_where_the_caret_is_at_the_border_of_the_screen() -> None:
    screen = terminal(9, 20, 5, 12)
    for caret in ((-3, 40), (40, -1), (125, 40), (40, 155)):
        assert find_text_area(screen, caret, SIZE) is None
