"""Sprites on screens and on their sheet; the placer's odds move with the points they go by; a dream opens one whole."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny import busy_actions, tiny_sprites

from ncdesktop.actions import Action, fold
from ncdesktop.errors import WeightsError
from ncdesktop.events import Button
from ncdesktop.model.choices import Choice
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.placer import BEYOND, Placer, PlacerConfig
from ncdesktop.model.sprites import NO_SPRITE, Sprites
from ncdesktop.model.turn import tick_inputs


def test_a_sprite_covers_what_it_should_and_what_lies_beneath_shows_through() -> None:
    sprites, screen = tiny_sprites(), torch.full((1, 128, 128, 3), 7, dtype=torch.uint8)
    shown = sprites.drawn(screen, torch.tensor([[0, 21, 30]]))[0]
    image = sprites.images[0]
    assert torch.equal(shown[24:61, 30:86], image[3:, :, :3])
    assert (shown[21:24, 30:33] == 7).all()  # its see-through corner
    shown[21:61, 30:86] = 7
    assert (shown == 7).all()


@pytest.mark.parametrize(("y", "x"), [(-10, 5), (5, -10), (120, 100), (100, 120), (-40, 0), (128, 128)])
def test_a_sprite_may_lie_partly_or_wholly_outside(y: int, x: int) -> None:
    sprites, screen = tiny_sprites(), torch.full((1, 128, 128, 3), 7, dtype=torch.uint8)
    shown = sprites.drawn(screen, torch.tensor([[1, y, x]]))[0]
    around = torch.full((384, 384, 3), 7, dtype=torch.uint8)
    around[128 + y : 160 + y, 128 + x : 152 + x] = sprites.images[1][..., :3]
    assert torch.equal(shown, around[128:256, 128:256])


def test_cells_tell_which_a_sprite_changes() -> None:
    sprites = tiny_sprites()
    screens = torch.full((2, 128, 128, 3), 7, dtype=torch.uint8)
    cells, differ = sprites.cells(screens, torch.tensor([[NO_SPRITE] * 3, [1, 16, 32]]))
    assert not differ[0].any()
    assert torch.nonzero(differ[1]).tolist() == [[1, 2], [1, 3], [2, 2], [2, 3]]
    assert torch.equal(cells[1, 1, 2], sprites.images[1][:16, :16, :3])


def windows() -> Sprites:
    """A dark window, a light one, and the light one with a letter in it."""
    dark, light = (torch.full((48, 64, 4), value, dtype=torch.uint8) for value in (40, 220))
    written = light.clone()
    written[4:10, 4:10] = 0
    for image in (dark, light, written):
        image[..., 3] = 255
    return Sprites([dark, light, written])


def test_sprites_agree_in_cells_that_they_make_alike() -> None:
    screen = torch.full((128, 128, 3), 7, dtype=torch.uint8)
    agreement = windows().agreement(
        screen, torch.tensor([[0, 16, 16], [1, 16, 16], [2, 16, 16], [1, 64, 16]])
    )
    likewise = torch.tensor([[1, 0, 0, 0], [0, 1, 11 / 12, 0], [0, 11 / 12, 1, 0], [0, 0, 0, 1.0]])
    torch.testing.assert_close(agreement, likewise)


def test_sprites_agree_about_what_is_seen_of_them() -> None:
    screen = torch.full((64, 80, 3), 7, dtype=torch.uint8)
    placed = torch.tensor(
        [[1, -32, 40], [2, -32, 40], [2, 200, 40]]
    )  # the letter is beyond the border; the last wholly
    assert windows().agreement(screen, placed).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]


def saved(sprites: Sprites, path: Path, *, rows: int | None = None) -> Path:
    Image.fromarray(sprites.sheet()[:rows]).save(path, lossless=True, exact=True)
    return path


def test_the_sheet_gives_all_sprites_back_and_a_short_one_is_refused(tmp_path: Path) -> None:
    sprites = tiny_sprites()
    again = Sprites.open(saved(sprites, tmp_path / "sheet.webp"), sprites.sizes)
    assert len(again) == 3 and again.sizes == sprites.sizes
    assert all(torch.equal(one, other) for one, other in zip(sprites.images, again.images, strict=True))
    assert again.fingerprint == sprites.fingerprint != tiny_sprites(1).fingerprint
    assert copy.deepcopy(again).images is again.images
    with pytest.raises(ValueError, match="needs 72 rows"):
        Sprites.open(saved(sprites, tmp_path / "short.webp", rows=-1), sprites.sizes)
    assert Sprites.open(saved(Sprites(), tmp_path / "none.webp"), []).images == ()


def test_a_sheet_damaged_in_the_middle_is_told_when_it_is_looked_at(tmp_path: Path) -> None:
    path = saved(tiny_sprites(), tmp_path / "sheet.webp")
    whole = path.read_bytes()
    path.write_bytes(whole[:60] + bytes(len(whole) - 80) + whole[-20:])
    with pytest.raises(WeightsError, match=r"sheet\.webp: is damaged"):
        _ = Sprites.open(path, tiny_sprites().sizes).images


def test_odds_of_a_corner_move_with_pointer_press_and_last_sprite(tiny_world: NeuralWorld) -> None:
    placer = Placer(PlacerConfig(cell_dim=16, grid=(8, 8), cursors=2, sprites=3, dim=16)).eval()
    for axis in (placer.down, placer.across):
        torch.nn.init.normal_(axis.distances.weight)
    inputs = tick_inputs([tiny_world._turn(busy_actions(1)[0])])
    seen = Glimpse.of(inputs, inputs.embedded[..., 0, :], inputs.age)
    seen.placed = torch.tensor([[2, 40, 50]])
    events, sprite = torch.randn(1, 16), torch.tensor([[1]])
    there = replace(
        seen,
        points=seen.points + torch.tensor([3.0, 5.0]),  # x, y
        placed=seen.placed + torch.tensor([0, 5, 3]),
    )
    rows, moved = placer.rows_of(events, sprite, seen), placer.rows_of(events, sprite, there)
    torch.testing.assert_close(rows[..., 60:-5], moved[..., 65:])
    y = torch.tensor([[9]])
    columns, moved = (placer.columns_of(events, sprite, y, each) for each in (seen, there))
    torch.testing.assert_close(columns[..., 60:-3], moved[..., 63:])
    without = placer.rows_of(events, sprite, replace(seen, placed=torch.full((1, 3), NO_SPRITE)))
    assert not torch.allclose(rows, without)


PRESS = [Button(1, True)]
"""Nothing large comes where nothing was touched."""


def opening(world: NeuralWorld, number: int, y: int, x: int) -> None:
    """Let every cell of the world change, by a sprite where one is drawn and else by its stack; one sprite at one place."""
    world.exact = True  # the whole screen each tick
    model = world.model
    with torch.no_grad():
        for weights in (model.selector.heads.weight, model.selector.heads.bias):
            weights.zero_()
        model.selector.heads.bias[0] = 60.0
        model.selector.heads.bias[1 + Choice.SPRITE] = 60.0
        model.placer.names.bias[1 + number] = 1000.0
        model.placer.down.places.bias[BEYOND + y] = 1000.0
        model.placer.across.places.bias[BEYOND + x] = 1000.0


def test_a_dream_opens_a_sprite_whole_to_the_pixel_and_remembers_it(tiny_world: NeuralWorld) -> None:
    opening(tiny_world, 0, 37, 22)
    before = torch.from_numpy(tiny_world.reset().ui.copy())
    frame = tiny_world.step(fold(Action((64, 64)), PRESS))
    expected = tiny_world.model.sprites.drawn(before[None], torch.tensor([[0, 37, 22]]))[0].numpy()
    assert frame.insight is not None
    opened = frame.insight.choice == Choice.SPRITE
    assert opened[3, 3] and not opened[0, 0]
    inside = np.kron(opened, np.ones((16, 16), bool))
    assert (frame.ui == expected)[inside].all()
    assert (expected == before.numpy())[~inside].all()  # all that it changes was opened
    assert tiny_world.get_state().arrays["screen/placed"].tolist() == [0, 37, 22]


def test_no_cell_comes_from_a_sprite_where_none_is_drawn(tiny_world: NeuralWorld) -> None:
    opening(tiny_world, 0, 37, 22)
    tiny_world.reset()
    first = tiny_world.step(fold(Action((64, 64)), PRESS))
    second = tiny_world.step(fold(Action((64, 64)), PRESS))  # it is there already
    assert first.insight is not None and second.insight is not None
    assert (first.insight.choice == Choice.SPRITE).any()
    assert not (second.insight.choice == Choice.SPRITE).any()


def test_of_windows_that_may_open_one_does_that_most_of_the_others_are_like(tiny_world: NeuralWorld) -> None:
    """A frame is recorded with and without what fills it: each was less likely than another program's, and too unlikely alone."""
    opening(tiny_world, 0, 16, 16)
    tiny_world.model.sprites = windows()
    with torch.no_grad():
        tiny_world.model.placer.names.bias.copy_(torch.tensor([0.01, 0.4, 0.32, 0.28]).log())
    tiny_world.reset()
    tiny_world.step(fold(Action((64, 64)), PRESS))
    assert tiny_world.get_state().arrays["screen/placed"].tolist() == [1, 16, 16]


@pytest.mark.parametrize(("sure", "opens"), [(True, True), (False, False)])
def test_a_sprite_of_which_the_placer_is_sure_opens_whatever_the_cells_say(
    tiny_world: NeuralWorld, sure: bool, opens: bool
) -> None:
    opening(tiny_world, 0, 37, 22)
    model = tiny_world.model
    with torch.no_grad():  # all cells would come back, most of them from nowhere: the odds of that are low
        model.selector.heads.bias[0] = 0.0
        model.selector.heads.bias[1 + Choice.SPRITE] = 0.0
        model.selector.heads.bias[1 + Choice.DICTIONARY] = 5.0
        if not sure:
            model.placer.names.bias.copy_(torch.tensor([0.3, 0.25, 0.25, 0.2]).log())
        model.selector.blend.copy_(torch.tensor([4.0, 0.0, 0.0]))  # something happens
    before = torch.from_numpy(tiny_world.reset().ui.copy())
    frame = tiny_world.step(fold(Action((64, 64)), []))
    expected = tiny_world.model.sprites.drawn(before[None], torch.tensor([[0, 37, 22]]))[0].numpy()
    assert (frame.ui[37:77, 22:78] == expected[37:77, 22:78]).all() == opens
