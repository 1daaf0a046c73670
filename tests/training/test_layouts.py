"""What labels tell of windows: which were known, and which went or came."""

import json
from pathlib import Path

import pytest
import torch
from labelled import BOXES, labelled

from ncdesktop.errors import SessionError
from ncdesktop.model.arranger import COMES, GOES
from ncdesktop.model.drag import NOWHERE
from ncdesktop.session import open_session
from ncdesktop.training.layouts import layouts_of, settled
from ncdesktop.training.table import build_table


def test_they_tell_what_is_known_and_what_becomes_of_it(tmp_path: Path) -> None:
    table = build_table([labelled(tmp_path / "labelled")], cache=tmp_path, progress=False)
    layouts = layouts_of(table)
    assert [(event.window, event.kind) for event in layouts.events] == [
        (7, COMES),
        (9, COMES),
        (9, GOES),
        (7, GOES),
    ]
    for event in layouts.events:
        assert table.changes[event.tick] > 0 and event.before == event.tick - 1
        assert layouts.unsettled[event.tick]
    last = len(table) - 1
    gone = [event.tick for event in layouts.events[2:]]
    assert layouts.window[last].tolist() == [7, 9, NOWHERE, NOWHERE, NOWHERE]  # what went last, first
    assert layouts.gone_at[last, :2].tolist() == gone[::-1]
    known = layouts.known(torch.tensor([0, last]), torch.tensor([1, last + 1]))
    assert known.boxes[0, :2].tolist() == [list(BOXES[9]), list(BOXES[7])]
    assert known.gone[:, :2].tolist() == [[-1, -1], [last + 1 - tick for tick in gone[::-1]]]
    assert known.there.sum(1).tolist() == [2, 2] and known.order[1, :2].tolist() == [0, 0]


def test_near_a_change_nothing_is_settled(tmp_path: Path) -> None:
    table = build_table([labelled(tmp_path / "labelled")], cache=tmp_path, progress=False)
    still = settled(table)
    for event in layouts_of(table).events:
        assert not still[event.tick - 2 : event.tick + 3].any()
    assert still.any()


def test_labels_that_are_none_are_refused_with_the_tick(tmp_path: Path) -> None:
    folder = labelled(tmp_path / "labelled").folder
    lines = (folder / "actions.jsonl").read_text().splitlines()
    broken = json.loads(lines[3]) | {"windows": [[7, "Kind", "title", "left"]]}
    (folder / "actions.jsonl").write_text("\n".join([*lines[:3], json.dumps(broken), *lines[4:]]) + "\n")
    with pytest.raises(SessionError, match=r"labelled: tick 3: windows are"):
        build_table([open_session(folder)], cache=tmp_path, progress=False)


def test_sessions_without_labels_tell_of_no_windows(tmp_path: Path) -> None:
    table = build_table([labelled(tmp_path / "bare", labels=False)], cache=tmp_path, progress=False)
    layouts = layouts_of(table)
    assert layouts.events == [] and (layouts.window == NOWHERE).all()
