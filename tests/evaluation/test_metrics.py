"""What counts as the same, SSIM, and where changed pixels could be had from, on cases with known answers."""

import numpy as np
import pytest
from tiny import random_screen

from ncdesktop.actions import Action, advance, new_memory
from ncdesktop.evaluation.metrics import Source, cell_error, log_loss, right_cells, sources, ssim
from ncdesktop.events import Button, Move
from ncdesktop.model.neural_world import NeuralWorld


def test_a_cell_is_right_below_a_mean_error_of_eight() -> None:
    a = np.full((32, 32, 3), 100, np.uint8)
    b = a.copy()
    b[:16, :16] += 8
    b[:16, 16:] -= 7
    b[16, 16] += 50
    assert cell_error(a, b).flatten().tolist() == pytest.approx([8, 7, 0, 50 * 3 / 768])
    assert right_cells(a, b).tolist() == [[False, True], [True, True]]


def test_ssim_of_flat_screens_is_that_of_their_means() -> None:
    a, b = np.full((64, 64, 3), 100, np.uint8), np.full((64, 64, 3), 150, np.uint8)
    c1 = (0.01 * 255) ** 2
    assert ssim(a, b) == pytest.approx((2 * 100 * 150 + c1) / (100**2 + 150**2 + c1), abs=1e-4)
    assert ssim(a, a) == 1.0


def test_ssim_equals_that_of_scikit_image() -> None:
    metrics = pytest.importorskip("skimage.metrics")
    a = random_screen(1)
    b = a.copy()
    b[20:70, 40:90] = np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8)
    b[0, 127] = 255 - b[0, 127]
    expected = metrics.structural_similarity(
        a, b, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
    )
    assert ssim(a, b) == pytest.approx(expected, abs=2e-5)


def test_log_loss_adds_up_over_cells() -> None:
    assert log_loss(np.array([0.5, 0.25]), np.array([True, False])) == pytest.approx(
        -np.log(0.5) - np.log(0.75)
    )


def test_pixels_are_traced_to_drag_stack_vocabulary_or_nowhere(tiny_world: NeuralWorld) -> None:
    first, second = random_screen(11), random_screen(12)
    tiny_world.reset(0, first)
    pressed = Action((64, 64), 1, (Move(64, 64), Button(1, True)))
    tiny_world.follow(pressed, second)
    memory = advance(new_memory((64, 64)), pressed)
    after = second.copy()
    after[32:48, 32:48] = second[32 - 5 : 48 - 5, 32 - 3 : 48 - 3]
    after[64:80, 0:16] = first[64:80, 0:16]
    word = tiny_world.model.vocabulary[3].numpy()
    after[0:16, 0:16] = word
    after[112:128, 112:128] = np.random.default_rng(3).integers(0, 256, (16, 16, 3), np.uint8)
    changed = np.zeros((8, 8), bool)
    changed[2, 2] = changed[4, 0] = changed[0, 0] = changed[7, 7] = True
    found = sources(
        tiny_world.get_state(),
        advance(memory, Action((67, 69), 1)),
        after,
        changed,
        frozenset([word.tobytes()]),
    )
    assert found[2, 2] == Source.SHIFT
    assert found[4, 0] == Source.STACK
    assert found[0, 0] == Source.DICTIONARY
    assert found[7, 7] == Source.NOWHERE
    assert (found[~changed] == -1).all()
