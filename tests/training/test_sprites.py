"""Sprites are found where a window opens again and again, and labelled wherever it does."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import tiny_cursors

from ncdesktop.actions import Action
from ncdesktop.errors import SessionError
from ncdesktop.model.choices import Choice
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sprites import NO_SPRITE, Sprites
from ncdesktop.session import SessionWriter, open_session
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.placer import PLACER
from ncdesktop.training.reveal import mislead_, reveal_
from ncdesktop.training.sprites import find_sprites, placements
from ncdesktop.training.table import Table, build_table
from ncdesktop.world import Frame

HEIGHT, WIDTH = 69, 84
PLACES = [[(5, 9), (40, 30), (20, 41)], [(33, 2), (11, 22), (50, 40), (1, 17)]]


def window() -> np.ndarray:
    """A window (h, w, 4) of many colours whose upper left corner is cut off."""
    random = np.random.default_rng(7)
    pixels = random.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    opaque = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
    opaque[:2, :2] = 0
    return np.concatenate([pixels, opaque], 2)


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Two sessions on two wallpapers: the window opens in every second tick, somewhere else each time, and closes."""
    image, sessions = window(), []
    for number, places in enumerate(PLACES):
        paper = np.full((128, 128, 3), 60 + 50 * number, np.uint8)
        writer = SessionWriter(tmp_path / f"s{number}", size=(128, 128), source="test")
        screens = [paper]
        for y, x in places:
            shown = paper.copy()
            part = shown[y : y + HEIGHT, x : x + WIDTH]
            shown[y : y + HEIGHT, x : x + WIDTH] = np.where(image[..., 3:] > 0, image[..., :3], part)
            screens += [shown, paper]
        for tick, screen in enumerate(screens):
            writer.write(Action((20, 20)), Frame(tick, screen, (20, 20), tiny_cursors()[0]))
        writer.close()
        sessions.append(open_session(tmp_path / f"s{number}"))
    return build_table(sessions, cache=tmp_path, progress=False)


def test_the_window_is_found_once_to_the_pixel_with_its_corner_open(table: Table) -> None:
    sprites = find_sprites(table, most=5, progress=False)
    assert sprites.sizes == [(HEIGHT, WIDTH)]
    found, image = sprites.images[0].numpy(), window()
    assert (found[image[..., 3] > 0] == image[image[..., 3] > 0]).all()
    assert not found[:2, :2, 3].any() and (found[2:, 2:, 3] == 255).all()


def test_every_opening_is_placed_and_read_back_the_next_time(table: Table, tmp_path: Path) -> None:
    sprites = Sprites([torch.from_numpy(window())])
    placed = placements(table, sprites, tmp_path, progress=False)
    opened = torch.nonzero(placed[:, 0] != NO_SPRITE).flatten()
    # a window that opens a second time where it was is a copy of the stack, but these are all elsewhere
    assert placed[opened, 1:].tolist() == [list(place) for places in PLACES for place in places]
    table.cells = torch.zeros_like(table.cells)
    assert torch.equal(placements(table, sprites, tmp_path, progress=False), placed)
    table.fingerprints[0] = "another session, in which nothing is to be seen"
    found = placements(table, sprites, tmp_path, progress=False)
    first = table.session == 0
    assert (found[first] == NO_SPRITE)[:, 0].all() and torch.equal(found[~first], placed[~first])


def test_the_last_sprite_is_remembered_until_the_session_ends(table: Table, tmp_path: Path) -> None:
    table.place_sprites_(placements(table, Sprites([torch.from_numpy(window())]), tmp_path, progress=False))
    last = table.last_sprite.tolist()
    assert last[0][0] == NO_SPRITE
    assert last[1] == last[2] == [0, 5, 9] and last[6] == [0, 20, 41]
    assert last[7][0] == NO_SPRITE and last[8] == [0, 33, 2]


def test_what_a_sprite_makes_exactly_is_labelled_so_and_told_to_the_second_look(
    table: Table, tmp_path: Path, tiny_model
) -> None:
    tiny_model.sprites = Sprites([torch.from_numpy(window())] * 3)
    table.place_sprites_(placements(table, tiny_model.sprites, tmp_path, progress=False))
    table.name_cursors_(tiny_model.cursors)
    bank = CellBank(table, tiny_model.vocabulary, tiny_model.sprites)
    batch = assemble(
        table, bank, torch.tensor([1] * 16 + [2] * 16), torch.zeros(32, 2, dtype=torch.int64), crop=table.grid
    )
    opens, closes = batch.label[..., Choice.SPRITE][[0, 16]]
    assert torch.equal(opens, batch.changed[0]) and opens.any() and not closes.any()
    assert not batch.label[0, ..., Choice.GENERATE].any()
    assert batch.inputs.placed[:, 0].tolist() == [NO_SPRITE] * 16 + [batch.sprite[0, 0].item()] * 16

    generator = torch.Generator().manual_seed(0)
    reveal_(batch, generator)
    inputs = batch.embed(tiny_model)
    drawn = inputs.revealed.drawn
    told = drawn.flatten(1).any(1)
    assert 2 < told.sum() < 16 and not told[16:].any()
    crop = int(told.nonzero()[0])
    true = batch.truth[crop][opens]
    expected = tiny_model.embed(batch.cells[true])
    torch.testing.assert_close(inputs.revealed.sprite[crop][opens], expected)


def test_wrong_sprites_are_offered_and_labelled_as_wrong(table: Table, tmp_path: Path, tiny_model) -> None:
    tiny_model.sprites = Sprites([torch.from_numpy(window())] * 3)
    table.place_sprites_(placements(table, tiny_model.sprites, tmp_path, progress=False))
    table.name_cursors_(tiny_model.cursors)
    bank = CellBank(table, tiny_model.vocabulary, tiny_model.sprites)
    ticks, whole = torch.ones(64, dtype=torch.int64), torch.zeros(64, 2, dtype=torch.int64)
    batch = assemble(table, bank, ticks, whole, crop=table.grid)
    right = batch.drawn[0].clone()
    generator = torch.Generator().manual_seed(0)
    reveal_(batch, generator)
    mislead_(batch, bank, generator)
    inputs = batch.embed(tiny_model)
    told = (inputs.revealed.drawn > 0).flatten(1).any(1)
    moved = told & (batch.drawn != right).flatten(1).any(1)
    assert 0 < moved.sum() < told.sum()
    assert torch.equal(batch.drawn[told & ~moved], right.expand(int((told & ~moved).sum()), -1, -1))
    label = batch.label[..., Choice.SPRITE]
    assert (label & batch.drawn == label).all() and (label[moved].sum((1, 2)) < right.sum()).all()
    fresh = batch.label[..., [Choice.DICTIONARY, Choice.GENERATE]].any(-1) & batch.changed
    assert torch.equal(
        fresh[moved], (batch.changed & ~label)[moved]
    )  # what no sprite shows is named or painted
    # a cell that is told to come from the sprite is told what the wrong one shows
    known = inputs.revealed
    assert batch.lied.any() and not batch.lied[~told].any()
    torch.testing.assert_close(known.contents[batch.lied], known.sprite[batch.lied])
    of_sprite = known.choices[..., Choice.SPRITE] > 0
    assert (batch.drawn | ~of_sprite)[moved].all()


def test_only_the_placer_changes_and_it_learns(table: Table, tmp_path: Path, tiny_model: NCGUIWorld) -> None:
    tiny_model.sprites = Sprites([torch.from_numpy(window())] * 3)
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    config = AloneConfig(minutes=0.1, examples=40, batch=8)
    figures = train_alone(PLACER, table, table, tmp_path / "run", config, cache=tmp_path)
    assert figures["after"] < 0.9 * figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    assert after.trained_on == tuple(table.fingerprints)
    assert not torch.allclose(after.placer.names.bias, tiny_model.placer.names.bias, atol=1e-2)
    assert (
        after.selector.trust.max() <= 2 < tiny_model.selector.trust.min()
    )  # found out anew, with the new placer
    for name, value in after.selector.named_parameters():
        torch.testing.assert_close(value, tiny_model.selector.get_parameter(name), atol=1e-2, rtol=1e-2)


def test_sessions_in_which_nothing_opens_are_refused(
    table: Table, tmp_path: Path, tiny_model: NCGUIWorld
) -> None:
    tiny_model.save_pretrained(tmp_path / "run" / "weights")  # of other sprites
    with pytest.raises(SessionError, match="sprite opens"):
        train_alone(PLACER, table, None, tmp_path / "run", AloneConfig(minutes=0.1), cache=tmp_path)
