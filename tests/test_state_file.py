"""State files: a header that lacks a part, or says what cannot be, is refused in one line."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from ncdesktop.emulator.snapshots import load_moment
from ncdesktop.errors import StateError
from ncdesktop.state_file import load_state, save_state
from ncdesktop.world import State


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_state(tmp_path / "a.state", State("paint", "1", 3, (16, 16), {"a": np.zeros(4)}))
    return tmp_path / "a.state"


def rewrite(path: Path, **words: object) -> None:
    """Change words of the header; None takes one out."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    whole = json.loads(data[8 : 8 + length])
    whole["__metadata__"] |= words
    whole["__metadata__"] = {name: word for name, word in whole["__metadata__"].items() if word is not None}
    header = json.dumps(whole).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + data[8 + length :])


@pytest.mark.parametrize(
    "words",
    [
        *({name: None} for name in ("format", "version", "world", "model", "tick", "size")),
        {"version": "two"},
        {"version": "2"},
        {"version": 1},
        {"tick": "-1"},
        {"tick": "9" * 30},
        {"tick": "9" * 5000},
        {"size": "[1]"},
        {"size": "7"},
        {"action": '{"pointer": [1, 99999], "buttons": 0, "edges": []}'},
        {"action": '{"pointer": [1, 2], "buttons": 0, "edges": [["wheel", 0, 99999]]}'},
        {"action": "[]"},
        {"keys": '["Cntrl"]'},
        {"keys": "3"},
    ],
    ids=str,
)
def test_a_damaged_header_is_refused(path: Path, words: dict[str, object]) -> None:
    rewrite(path, **words)
    with pytest.raises(StateError, match=r"a\.state"):
        load_moment(path)


def test_what_is_not_damaged_is_read(path: Path) -> None:
    rewrite(path, note="more words", keys='["Control_L"]')
    assert load_state(path).tick == 3
    assert load_moment(path).keys == {"Control_L"}
