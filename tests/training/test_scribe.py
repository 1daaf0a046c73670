"""The scribe learned from recordings: what a terminal answered is read off the screens, and comes back in a dream bit for bit."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import TINY_SIZE, all_may_change, tiny_cursors
from torch import Tensor

from ncdesktop.actions import Action, fold
from ncdesktop.errors import SessionError
from ncdesktop.events import Key
from ncdesktop.model import writing
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.scribe import MARGIN, Scribe, ScribeConfig
from ncdesktop.model.typist import SEEN, Typist
from ncdesktop.session import SessionWriter, open_session
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.scribe import SCRIBE, _respelled
from ncdesktop.training.table import Table, build_table
from ncdesktop.world import Frame

ROWS, COLUMNS, TOP, LEFT = 7, 18, 20, 9
BLOCK = 0
WORDS = ("a", "bad", "cab", "dab", "ab", "clear", "e")
LEARNING = AloneConfig(minutes=0.5, batch=8)


class BlockFinder(Typist):
    """A typist that has learned of carets only that they are blocks of one bright colour, 13 by 6 pixels."""

    def places(self, seen: Tensor, keys: Tensor) -> Tensor:
        bright = (seen > 0.8).all(1).float()
        block = torch.nn.functional.avg_pool2d(bright[:, None], (13, 6), 1)[:, 0] > 0.999
        odds = torch.full((len(seen), *SEEN), -20.0)
        odds[:, : block.shape[1], : block.shape[2]][block] = 20.0
        return torch.cat([odds.flatten(1), torch.zeros(len(seen), 1)], 1)


def letter(character: str) -> np.ndarray:
    random = np.random.default_rng(ord(character))
    drawn = np.tile(np.array((36, 39, 43), np.uint8), (13, 6, 1))
    drawn[3:10, 1:5][random.random((7, 4)) < 0.5] = (220, 220, 220)
    return drawn


def shown(text: list[str]) -> np.ndarray:
    """The last lines of a terminal, and a caret behind the last."""
    screen = np.full((TINY_SIZE[1], TINY_SIZE[0], 3), 120, np.uint8)
    screen[TOP : TOP + ROWS * 13, LEFT : LEFT + COLUMNS * 6] = (36, 39, 43)
    text = text[-ROWS:]
    for row, line in enumerate(text):
        y = TOP + row * 13
        for column, character in enumerate(line):
            if character != " ":
                screen[y : y + 13, LEFT + column * 6 :][:, :6] = letter(character)
    x = LEFT + len(text[-1]) * 6
    screen[y : y + 13, x : x + 6] = 250
    return screen


def answered(text: list[str], word: str) -> list[str]:
    """What a shell that says every word again has made of a line with it."""
    if word == "clear":
        return [">"]
    return [*text, word + "!", ">"] if word != "e" else [*text, ">"]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Lines that are ended over and over in one terminal, and once something else by the same key."""
    writer = SessionWriter(tmp_path / "lines", size=TINY_SIZE, source="test")
    action, tick, text = Action((5, 5)), 0, [">"]

    def show(screen: np.ndarray, keys: list[str], ticks: int = 1) -> None:
        nonlocal action, tick
        for _ in range(ticks):
            action = fold(action, [Key(key, True) for key in keys])
            writer.write(action, Frame(tick, screen, action.pointer, tiny_cursors()[0]))
            tick, keys = tick + 1, []

    show(shown(text), [], 3)
    for word in (*WORDS, *WORDS[::-1], *WORDS[1:4] * 2, *WORDS):
        text = [*text[:-1], text[-1] + word]
        show(shown(text), [word[-1]], 2)
        text = answered(text, word)
        show(shown(text), ["Return"], 3)
    show(np.full((TINY_SIZE[1], TINY_SIZE[0], 3), 120, np.uint8), ["Return"], 3)  # the window closes
    writer.close()
    return build_table([open_session(tmp_path / "lines")], cache=tmp_path, progress=False)


def test_lines_and_answers_are_read_off_the_screens_as_they_were(
    table: Table, tiny_model: NCGUIWorld
) -> None:
    tiny_model.typist = BlockFinder()
    assert not tiny_model.scribe.knows
    examples = SCRIBE.collect(tiny_model, table, 1000, 0)
    assert tiny_model.scribe.knows
    assert len(examples) == 3 * len(WORDS) + 6 + 1
    assert (tiny_model.scribe.glyphs[BLOCK] == 250).all()
    line, columns, rows, clears, ground, grid, again, _ = examples.tensors
    (blank,) = ground.unique().tolist()
    assert (tiny_model.scribe.glyphs[blank] == torch.tensor([36.0, 39.0, 43.0])).all()
    assert (columns == MARGIN + COLUMNS).all()
    assert int(clears.sum()) == 3
    assert torch.equal(rows.unique(return_counts=True)[1], torch.tensor([1, 6, 21]))
    for own, count, clear, said in zip(line, rows, clears, grid[:, :, MARGIN:], strict=True):
        typed = own[(own >= 0) & (own != BLOCK)][MARGIN + 1 :]
        if int(count) == 2 and not clear:
            assert torch.equal(said[1, : len(typed)], typed), "the word again"
            assert (said[1, len(typed) + 1 : COLUMNS] == blank).all()
            assert said[0, : len(typed) + 3].tolist() == [-1] * (len(typed) + 1) + [blank, -1]
        if int(count):
            assert int(said[count, 1]) == BLOCK
            assert (said[count + 1 :] == -1).all()
    long = (line >= 0).sum(1) - MARGIN - 2 >= 3  # letters between prompt and caret
    assert torch.equal(again.any(1), long & (rows == 2) & ~clears.bool())
    generator = torch.Generator().manual_seed(0)
    SCRIBE.loss(tiny_model.scribe.train(), examples, generator)
    spelled, written = _respelled(line, grid, (again, examples.tensors[-1]), generator)
    assert torch.equal(spelled[~again], line[~again])
    for number in torch.nonzero((spelled != line).any(1)).flatten().tolist():
        typed = spelled[number][again[number]]
        assert torch.equal(written[number, 1, MARGIN : MARGIN + len(typed)], typed)


def test_what_it_has_learned_is_answered_in_a_dream(
    table: Table, tiny_model: NCGUIWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_SEARCHED", 64)  # the looks know no likelier cells
    monkeypatch.setattr("ncdesktop.model.pipeline._PARTS", {**_parts(), "typist": BlockFinder})
    torch.manual_seed(0)
    tiny_model.typist = BlockFinder()
    config = ScribeConfig(glyphs=32, line=24, columns=24, lines=4, dim=48, layers=1)
    tiny_model.scribe = Scribe(config)
    all_may_change(tiny_model)
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    figures = train_alone(SCRIBE, table, table, tmp_path / "run", LEARNING, cache=tmp_path)
    assert figures["after"] < 0.3 * figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    after.selector.blend.copy_(torch.tensor([-4.0, 0.0, 0.0]))  # the looks let nothing happen
    world = NeuralWorld(after, model_hash="learned", exact=True)
    ends = fold(Action((5, 5)), [Key("Return", True), Key("Return", False)])
    many = [">bad", "bad!", ">ab", "ab!", ">e", ">cab"]
    for before, word in (([">bad"], "bad"), (many, "cab"), ([">a", "a!", ">clear"], "clear")):
        world.reset(0, shown(before))
        world.step(Action((5, 5)))
        frame = world.step(ends)
        assert np.array_equal(frame.ui, shown(answered(before, word))), word
        assert frame.insight is not None
        differs = (frame.ui != shown(before)).reshape(8, 16, 8, 16, 3).any((1, 3, 4))
        assert np.array_equal(frame.insight.choice >= 0, differs)
    without = shown([">bad"])
    without[(without == 250).all(-1)] = (36, 39, 43)
    world.reset(0, without)
    assert np.array_equal(world.step(ends).ui, without), "no caret, no answer"


def _parts() -> dict[str, type]:
    from ncdesktop.model.pipeline import _PARTS

    return _PARTS


def test_sessions_without_a_terminal_are_refused(
    table: Table, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    table.keys[:] = 0
    with pytest.raises(SessionError, match="terminal"):
        train_alone(SCRIBE, table, None, tmp_path / "run", LEARNING, cache=tmp_path)
