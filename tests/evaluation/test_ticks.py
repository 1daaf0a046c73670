"""Kinds of ticks, and samples that keep their natural weight."""

from pathlib import Path

import numpy as np
import pytest

from ncdesktop.actions import Action, fold
from ncdesktop.evaluation.ticks import KINDS, kinds_of, make_plans
from ncdesktop.events import Button, Event, Key, Move
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.world import Frame


def record(folder: Path, ticks: list[tuple[tuple[Event, ...], int]]) -> Session:
    """Write a session of 32x32 pixels whose ticks have these events and show a screen of this brightness."""
    writer = SessionWriter(folder, size=(32, 32), source="test")
    action = Action((4, 4))
    for number, (events, brightness) in enumerate(ticks):
        action = fold(action, events)
        writer.write(action, Frame(number, np.full((32, 32, 3), brightness, np.uint8), action.pointer))
    writer.close()
    return open_session(folder)


def test_ticks_are_told_apart_by_pointer_edges_and_change(tmp_path: Path) -> None:
    ticks: list[tuple[tuple[Event, ...], int]] = [
        ((), 0),
        ((), 0),
        ((), 10),  # late
        ((Move(9, 9),), 20),  # hover
        ((), 30),  # the pointer moved in the tick before: hover
        ((), 40),  # late
        ((Button(1, True),), 50),  # edge
        ((Move(12, 9),), 60),  # drag
        ((Button(1, False),), 60),  # still
        *[((), 60)] * 3,  # still
        ((), 60),  # idle
        ((Key("a", True), Key("a", False)), 70),  # edge
        *[((), 70)] * 2,
        ((), 80),  # three ticks after the key: edge
        ((), 90),  # four: late
    ]
    assert kinds_of(record(tmp_path / "s", ticks)) == [
        "idle", "idle", "late", "hover", "hover", "late", "edge", "drag", "still", "still", "still", "still",
        "idle", "edge", "still", "still", "edge", "late",
    ]  # fmt: skip


def test_a_sample_stands_for_all_ticks_of_its_kind(small_session: Session) -> None:
    (plan,) = make_plans([small_session], ticks=8, rollouts=2, seed=1)
    kinds = kinds_of(small_session)[16:]
    for kind in KINDS:
        weights = [weight for found, weight in plan.ask.values() if found == kind]
        assert sum(weights) == pytest.approx(kinds.count(kind))
    assert all(kinds_of(small_session)[tick] == kind for tick, (kind, _) in plan.ask.items())
    assert make_plans([small_session], ticks=8, rollouts=2, seed=1)[0].ask == plan.ask


def test_for_each_long_dream_there_are_four_short_ones(tmp_path: Path) -> None:
    session = record(tmp_path / "s", [((), tick % 7) for tick in range(400)])
    (plan,) = make_plans([session], ticks=8, rollouts=3, seed=1)
    lengths = list(plan.starts.values())
    assert lengths.count(240) == 3 and 8 <= lengths.count(60) <= 12  # some begin where others do
    assert all(start + length < len(session.ticks) for start, length in plan.starts.items())
