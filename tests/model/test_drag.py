"""Drags: what is held is as far behind the pointer as it has not followed yet, in dreams and in what is recorded of them."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from tiny import random_screen

from ncdesktop.actions import Action, ActionMemory, advance, fold, new_memory
from ncdesktop.events import Button, Event, Move
from ncdesktop.model.choices import Choice
from ncdesktop.model.drag import NOWHERE, follows, goal, held, lead
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.sprites import Sprites
from ncdesktop.model.taskbar import Row, Taskbar

PRESS, RELEASE = Button(1, True), Button(1, False)


def after(*ticks: Sequence[Event]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Points, ages and the newest features, after these ticks."""
    action = Action((50, 50))
    memory: ActionMemory = new_memory(action.pointer)
    for events in ticks:
        action = fold(action, events)
        memory = advance(memory, action)
    seen = (memory.points, memory.ages, memory.features[-1])
    points, ages, newest = (torch.as_tensor(what)[None] for what in seen)
    return points, ages, newest


@pytest.mark.parametrize(
    ("ticks", "where"),
    [
        ([[Move(60, 40)]], [NOWHERE, NOWHERE]),
        ([[PRESS], [Move(60, 40)]], [60, 40]),
        ([[PRESS], [Move(60, 40), RELEASE, Move(90, 90)], [], [], []], [60, 40]),  # it may still follow
        ([[PRESS], [Move(60, 40), RELEASE], [], [], [], []], [NOWHERE, NOWHERE]),
    ],
)
def test_what_is_held_goes_where_the_pointer_goes_until_it_is_released(
    ticks: list[list[Event]], where: list[int]
) -> None:
    seen = after(*ticks)
    assert goal(*seen)[0].tolist() == where
    holds = where[0] != NOWHERE
    assert lead(*seen, torch.tensor([[55, 50]]))[0].tolist() == ([5, -10] if holds else [0, 0])
    assert lead(*seen, torch.tensor([[NOWHERE, NOWHERE]]))[0].tolist() == [0, 0]


def test_a_press_takes_hold_where_it_is_made_whatever_was_followed_before() -> None:
    points, ages, newest = after([PRESS, Move(53, 46)])
    assert held(newest).all()
    assert lead(points, ages, newest, torch.tensor([[9, 9]]))[0].tolist() == [3, -4]


@pytest.mark.parametrize(
    ("same", "others", "drag"), [(2, 0, False), (3, 0, True), (3, 12, True), (3, 13, False)]
)
def test_a_few_cells_that_happen_to_fit_make_no_drag(same: int, others: int, drag: bool) -> None:
    assert follows(torch.tensor([True] * same + [False] * others)) == drag


def test_a_dream_that_fell_behind_a_drag_catches_up(
    tiny_world: NeuralWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_world.exact = True  # the whole screen each tick
    buttons = [
        torch.from_numpy(np.pad(random_screen(seed, (40, 16))[:12], [(0, 0), (0, 0), (0, 1)]))
        for seed in (30, 31)
    ]
    start = torch.from_numpy(tiny_world.model.start)  # what is carried over the panel is no button
    monkeypatch.setattr(
        tiny_world.model, "taskbar", Taskbar(Sprites(buttons), Row((0, 20, 12, 100), 40), start)
    )
    heads = tiny_world.model.selector.heads

    def everything(seen: torch.Tensor, which: torch.Tensor, points: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return torch.tensor([[0, 0, 128, 128]]).expand(len(points), -1), torch.ones(len(points))

    monkeypatch.setattr(tiny_world.model.finder, "forward", everything)

    def moves(whether: bool) -> None:
        with torch.no_grad():
            heads.weight.zero_()
            heads.bias.zero_()
            heads.bias[0] = 60.0 if whether else -60.0
            heads.bias[1 + Choice.SHIFT] = 60.0

    before = tiny_world.reset().ui.copy()
    moves(False)
    action = Action((64, 64))
    for events in ([PRESS], [Move(69, 64)], [Move(71, 67)]):
        action = fold(action, events)
        frame = tiny_world.step(action)
    assert (frame.ui == before).all()
    moves(True)
    action = fold(action, [Move(72, 70)])
    frame = tiny_world.step(action)
    assert (frame.ui[6:, 8:] == before[:-6, :-8]).all()  # all the way from where it was pressed
    assert (tiny_world.step(action).ui == frame.ui).all()  # it has caught up


def test_following_a_recording_finds_out_when_a_window_followed(tiny_world: NeuralWorld) -> None:
    still = random_screen(3)
    moved = np.roll(still, (6, 8), (0, 1))
    tiny_world.reset(0, still)
    action = Action((64, 64))
    followed = []
    for events, ui in (([PRESS], still), ([Move(70, 68)], still), ([Move(72, 70)], moved)):
        action = fold(action, events)
        tiny_world.follow(action, ui)
        followed.append(tiny_world.get_state().arrays["screen/followed"].tolist())
    assert followed == [[64, 64], [64, 64], [72, 70]]
