"""The tours that come with the program are whole scripts for its screen."""

import pytest

from ncdesktop.paths import embedded_tours, embedded_weights
from ncdesktop.script import read_script
from ncdesktop.verbs.dreaming import dream_size


@pytest.mark.parametrize("tour", embedded_tours(), ids=lambda tour: tour.stem)
def test_a_tour_can_be_read_and_has_captions_that_fit(tour):
    script = read_script(tour, size=dream_size(embedded_weights()))
    assert 10 * 15 < len(script.actions) < 90 * 15
    assert all(len(words) < 95 for _, words in script.captions)
    assert script.actions[-1].buttons == 0


def test_there_are_tours():
    assert len(embedded_tours()) >= 3
