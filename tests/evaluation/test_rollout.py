"""Free dreams beside recordings with known answers."""

from collections.abc import Iterator

import numpy as np
import pytest

from ncdesktop.actions import Action
from ncdesktop.evaluation.metrics import ssim
from ncdesktop.evaluation.rollout import Rollout
from ncdesktop.evaluation.ticks import TOLERANCE
from ncdesktop.events import Key
from ncdesktop.world import Frame

START = np.zeros((32, 32, 3), np.uint8)
REST, PRESS = Action((0, 0)), Action((0, 0), 0, (Key("a", True), Key("a", False)))


def with_cells(*cells: tuple[int, int]) -> np.ndarray:
    screen = START.copy()
    for row, column in cells:
        screen[16 * row : 16 * row + 16, 16 * column : 16 * column + 16] = 200
    return screen


def roll(recorded: list[np.ndarray], dreamt: list[np.ndarray], actions: list[Action]) -> Rollout:
    screens: Iterator[np.ndarray] = iter(dreamt)
    rollout = Rollout(lambda action: Frame(0, next(screens), (0, 0)), START)
    for action, ui in zip(actions, recorded, strict=True):
        rollout.add(action, Frame(0, ui, (0, 0)))
    return rollout


def test_a_change_up_to_eight_ticks_late_is_right_and_a_later_one_wrong() -> None:
    for late, right in ((8, 1), (9, 0)):
        recorded = [with_cells((0, 0)) if tick >= 15 + late else START for tick in range(1, 31)]
        dreamt = [with_cells((0, 0)) if tick >= 15 else START for tick in range(1, 31)]
        counts = roll(recorded, dreamt, [REST] * 30).counts()
        assert counts["1s/touched"] == 1 and counts["1s/right"] == right and counts["1s/strict"] == 0


def test_cells_that_changed_in_either_since_the_start_count() -> None:
    recorded = [with_cells((0, 1)) if tick == 3 else START for tick in range(1, 31)]
    dreamt = [with_cells((1, 1)) for _ in range(30)]
    counts = roll(recorded, dreamt, [REST] * 30).counts()
    assert counts["1s/touched"] == 2
    assert (
        counts["1s/right"] == counts["1s/strict"] == 1
    )  # the one that came and went; (1, 1) is the dream's own


def test_likeness_is_of_the_fifteen_frames_after_each_action() -> None:
    recorded = [START] * 40
    dreamt = [with_cells((0, 0)) if tick <= 3 else START for tick in range(1, 41)]
    actions = [REST, PRESS, REST, REST, PRESS, *[REST] * 35]
    rollout = roll(recorded, dreamt, actions)
    assert len(rollout.likeness) == 18  # frames 3..20: the union of 3..17 and 6..20
    assert rollout.likeness[0] == pytest.approx(ssim(with_cells((0, 0)), START))
    assert rollout.likeness[1:] == [1.0] * 17


def test_without_actions_there_is_no_likeness() -> None:
    assert roll([START] * 5, [START] * 5, [REST] * 5).likeness == []


def test_a_short_dream_ends_early_and_its_likeness_does_not_count() -> None:
    rollout = Rollout(lambda action: Frame(0, with_cells((0, 0)), (0, 0)), START, ticks=15)
    ticks = 0
    while not rollout.ended:
        rollout.add(PRESS, Frame(0, START, (0, 0)))
        ticks += 1
    assert ticks == 15 + TOLERANCE and not rollout.likeness
    assert rollout.counts() == {"1s/touched": 1, "1s/right": 0, "1s/strict": 0}
