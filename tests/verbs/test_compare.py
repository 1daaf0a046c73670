"""Real beside dream on worlds that need no X server: a session stands for the real desktop."""

import json
from pathlib import Path

import av
import numpy as np
import pytest

from ncdesktop.actions import Action
from ncdesktop.emulator.comparison import SideBySide, draw_comparison
from ncdesktop.errors import InputError
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.recorded_world import RecordedWorld
from ncdesktop.session import Session, SessionWriter, open_session
from ncdesktop.verbs.compare import compare
from ncdesktop.world import Frame


class Screens(RecordedWorld):
    """A session that may be started from a screen, which it ignores."""

    def reset(self, seed: int | None = None, start: object = None) -> Frame:
        return super().reset(seed)


def test_two_worlds_that_show_the_same_differ_nowhere(small_session: Session) -> None:
    both = SideBySide(RecordedWorld(small_session), Screens(small_session))
    both.reset()
    assert all(both.step(action).share == 0 for action in small_session.actions[1:])
    both.close()


def test_a_dream_begins_with_the_real_screen_and_differing_cells_are_marked_in_both(
    small_session: Session, tiny_world: NeuralWorld, tmp_path: Path
) -> None:
    real = RecordedWorld(small_session)
    both = SideBySide(real, tiny_world)
    first = both.reset()
    assert np.array_equal(first.real.ui, first.dream.ui) and first.share == 0
    comparison = both.step(small_session.actions[1])
    both.close()
    assert comparison.differing.shape == (8, 8) and comparison.share > 0
    picture = draw_comparison(comparison)
    assert picture.shape == (128, 128 + 16 + 128, 3)
    row, column = np.argwhere(comparison.differing)[0]
    assert (picture[row * 16, column * 16] == (255, 64, 32)).all()
    assert (picture[row * 16, 144 + column * 16] == (255, 64, 32)).all()
    film = tmp_path / "out" / "compare.mp4"
    figures = compare(small_session, real, tiny_world, ticks=20, seed=0, film=film)
    assert figures["ticks"] == 20 and len(figures["differing_cells_percent_by_second"]) == 2
    json.dumps(figures)
    with av.open(film) as container:
        assert sum(1 for _ in container.decode(video=0)) == 20


def test_worlds_of_different_sizes_are_refused(tmp_path: Path, tiny_world: NeuralWorld) -> None:
    writer = SessionWriter(tmp_path / "large", size=(160, 128), source="test")
    frame = Frame(0, np.zeros((128, 160, 3), np.uint8), (1, 1))
    writer.write(Action((1, 1)), frame)
    writer.close()
    with pytest.raises(InputError, match="160x128, the dream 128x128"):
        SideBySide(RecordedWorld(open_session(tmp_path / "large")), tiny_world)
