"""Ink: a glyph's pixels lie where its corner is said to be."""

import pytest
import torch

from ncdesktop.model.ink import PLACES, REACH, Ink


@pytest.mark.parametrize(
    ("corner", "expected"), [((3, 2), {(3, 2), (7, 13)}), ((-2, -5), {(2, 6)}), ((12, 4), {(12, 4)})]
)
def test_glyph_lies_where_its_corner_is(
    corner: tuple[int, int], expected: set[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ink = Ink()
    with torch.no_grad():
        ink.glyphs.fill_(-20.0)
        ink.glyphs[1, 0, 0, 0] = ink.glyphs[1, 0, 4, 11] = (
            20.0  # its first pixel and one that no flip takes there
        )
    odds = torch.zeros(2, 3, PLACES, PLACES)
    odds[:, 0, corner[0] + REACH, corner[1] + REACH] = 50.0
    monkeypatch.setattr(ink, "places", lambda surroundings: odds[: len(surroundings)])
    drawn = ink(torch.tensor([0, 1]), torch.zeros(2, 3, 48, 48))
    assert {tuple(place) for place in torch.nonzero(drawn[1, 0] > 0.5).tolist()} == expected
    assert not drawn[0].any(), "no key, no ink"


def test_places_move_with_the_caret() -> None:
    ink, surroundings = Ink(), torch.zeros(2, 3, 48, 48)
    surroundings[0, :, 20:30, 22:24] = 1.0
    surroundings[1, :, 23:33, 17:19] = 1.0
    with torch.no_grad():
        places = ink.places(surroundings)
    torch.testing.assert_close(places[0, :, 8:20, 10:20], places[1, :, 11:23, 5:15])
    assert not torch.equal(places[0], places[1])
