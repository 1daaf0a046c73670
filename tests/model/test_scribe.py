"""The scribe: glyphs are told apart, a line begins where it was not broken, and what is copied comes from so many places away."""

import torch

from ncdesktop.model.scribe import MARGIN, Scribe, ScribeConfig, line_before
from ncdesktop.model.text_area import TextArea

BLOCK, BLANK = 0, 2


def scribe() -> Scribe:
    torch.manual_seed(0)
    own = Scribe(ScribeConfig(glyphs=12, dim=16, heads=2, layers=1)).eval()
    own.glyphs.copy_(torch.randint(0, 256, own.glyphs.shape))
    return own


def test_a_character_is_read_as_the_glyph_it_looks_like_or_as_none() -> None:
    own = scribe()
    shown = own.glyphs.to(torch.uint8)[[3, 7, 3]].clone()
    shown[1] = (shown[1].int() + torch.randint(-12, 13, shown[1].shape)).clamp(0, 255).to(torch.uint8)
    shown[2] = 90
    assert own.glyphs_of(shown).tolist() == [3, 7, 12]
    assert own.glyphs_of(shown.view(1, 3, 13, 6, 3)).shape == (1, 3)


def test_a_margin_that_is_not_on_the_screen_is_read_as_none() -> None:
    own = scribe()
    screen = torch.zeros(26, 24, 3, dtype=torch.uint8)
    area = TextArea((13, 6), 0, 0, 2, 4, 1, 2, margin=1)
    area.characters(screen)[:] = own.glyphs.to(torch.uint8)[[3, 4, 5, 6]]
    assert own.read_text(area, screen).tolist() == [[12] * (MARGIN - 1) + [3, 4, 5, 6]] * 2


def test_a_line_goes_back_over_rows_without_room_left() -> None:
    rows = torch.full((4, 5), BLANK)
    rows[0, :3] = 4
    rows[1, :] = 5
    rows[2, :2] = 6
    rows[2, 2] = BLOCK
    assert line_before(rows, 2, 2).tolist() == [5] * 5 + [6, 6, BLOCK]
    assert line_before(rows, 0, 1).tolist() == [4, 4]


@torch.no_grad()
def test_before_it_has_learned_it_answers_nothing() -> None:
    untrained = Scribe(ScribeConfig(glyphs=12, dim=16, heads=2, layers=1)).eval()
    assert not untrained.knows
    answer = untrained(torch.tensor([[4, 5, BLOCK]]), torch.tensor([20]))
    assert int(answer.lines.argmax()) == 0


@torch.no_grad()
def test_what_it_copies_comes_from_the_line_and_padding_changes_nothing() -> None:
    own = scribe()
    own.shifts.weight.zero_()
    own.shifts.bias.fill_(-30.0)
    own.shifts.bias[48 + 2] = 30.0  # two places to the right
    own.copies.bias.fill_(30.0)
    line = torch.tensor([[9, 9, 3, 4, 5, BLOCK], [9, 9, 6, BLOCK, -1, -1]])
    columns, lines = torch.tensor([20, 20]), torch.tensor([2, 2])
    rows, across = torch.ones(2, 3, dtype=torch.int64), torch.arange(3).expand(2, 3)
    answer = own(line, columns)
    said = own.written(line, answer, lines, rows, across)
    assert said[0].argmax(-1).tolist() == [3, 4, 5]
    assert said[1, :2].argmax(-1).tolist() == [6, BLOCK]
    alone = own(line[1:, :4], columns[1:])
    assert torch.allclose(alone.lines, answer.lines[1:], atol=1e-4)
    again = own.written(line[1:, :4], alone, lines[1:], rows[1:], across[1:])
    assert torch.allclose(again, said[1:], atol=1e-3)


@torch.no_grad()
def test_what_follows_has_one_caret_in_its_last_row() -> None:
    own = scribe()
    own.lines.bias[3] = 60.0
    line = torch.tensor([9, 9, 3, 4, 5, BLOCK])
    for bias in (-9.0, 9.0):
        own.glyph.weight[BLOCK] = bias
        written, _ = own.follows(line, 20) or (torch.empty(0), False)
        assert written.shape == (4, 20)
        assert (written == BLOCK).sum() == (written[-1] == BLOCK).sum() == 1
        assert not (written == 1).any(), "another kind of caret"
