"""Drawing changes: cells of one event agree."""

import pytest
import torch

from ncdesktop.actions import FEATURES, HISTORY
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sampler import draw_changes, noised


def test_certain_cells_need_no_second_look() -> None:
    probability = torch.tensor([[0.999, 0.001], [0.0, 1.0]])

    def never(revealed: torch.Tensor) -> torch.Tensor:
        raise AssertionError("a second look")

    changed = draw_changes(probability, never, torch.Generator().manual_seed(0))
    assert changed.tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize(("chance", "rate"), [(0.5, 0.5), (0.3, 0.107), (0.1, 0.004)])
def test_cells_of_an_uncertain_event_change_together_and_at_its_sharpened_rate(
    chance: float, rate: float
) -> None:
    """A window of four cells may open; the second look knows that they all follow the revealed one."""
    probability = torch.tensor([[chance, chance], [chance, chance], [0.0, 1.0]])
    generator = torch.Generator().manual_seed(0)

    def follow(revealed: torch.Tensor) -> torch.Tensor:
        opens = revealed[:2, :, 1].sum() > 0
        return torch.where(torch.tensor([[True], [True], [False]]), float(opens), probability)

    opened = 0
    for _ in range(1000):
        changed = draw_changes(probability, follow, generator)
        assert changed[:2].all() or not changed[:2].any()
        assert changed[2].tolist() == [False, True]
        opened += bool(changed[0, 0])
    assert abs(opened / 1000 - rate) < 0.05


def test_unlikely_change_that_nothing_follows_does_not_happen() -> None:
    generator, probability = torch.Generator().manual_seed(0), torch.full((4, 4), 0.1)
    assert not any(
        draw_changes(probability, lambda revealed: probability, generator).any() for _ in range(200)
    )


def test_noise_level_goes_from_clean_to_noise() -> None:
    clean, noise = torch.zeros(3, 3, 16, 16), torch.ones(3, 3, 16, 16)
    mixed = noised(clean, noise, torch.tensor([0.0, 0.25, 1.0]))
    assert [float(cell.mean()) for cell in mixed] == [0.0, 0.25, 1.0]


def test_calibration_ends_where_a_change_is_known(tiny_model: NCGUIWorld) -> None:
    """Training draws changing ticks too often; among those it draws as they come."""
    selector = tiny_model.selector
    selector.calibration.fill_(-2.0)
    change, features = torch.zeros(2, 4, 4), torch.zeros(2, HISTORY, FEATURES)
    keys, revealed = torch.zeros(2, HISTORY, 2, dtype=torch.int64), torch.zeros(2, 4, 4, 2)
    revealed[:, 0, 0, 0] = 1  # in both something is known,
    revealed[1, 0, 0, 1] = 1  # in the second a change
    natural = selector.natural(change, features, keys, revealed)
    torch.testing.assert_close(natural[0], torch.full((4, 4), -2.0).sigmoid())
    torch.testing.assert_close(natural[1], torch.full((4, 4), 0.5))
