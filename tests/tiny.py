"""Small real parts for tests: screens, cursors, actions, an untrained model."""

import numpy as np
import torch

from ncdesktop.actions import Action, fold
from ncdesktop.events import Button, Key, Move
from ncdesktop.model.actions_encoder import ActionEncoder, ActionEncoderConfig
from ncdesktop.model.arranger import Arranger, ArrangerConfig
from ncdesktop.model.backbone import Backbone, BackboneConfig
from ncdesktop.model.carrier import Carrier, CarrierConfig
from ncdesktop.model.cell_encoder import CellEncoder, CellEncoderConfig
from ncdesktop.model.choices import Choice
from ncdesktop.model.finder import Finder, FinderConfig
from ncdesktop.model.generator import Generator, GeneratorConfig
from ncdesktop.model.glance import Glance, GlanceConfig
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.placer import Placer, PlacerConfig
from ncdesktop.model.scribe import Scribe, ScribeConfig
from ncdesktop.model.selector import Selector, SelectorConfig
from ncdesktop.model.sprites import Sprites
from ncdesktop.model.typist import Typist, TypistConfig
from ncdesktop.model.uncoverer import Uncoverer, UncovererConfig
from ncdesktop.world import Cursor

TINY_SIZE = (128, 128)


def tiny_cursors() -> list[Cursor]:
    arrow, hand = np.zeros((12, 8, 4), np.uint8), np.zeros((10, 10, 4), np.uint8)
    arrow[..., 3], hand[..., :] = 255, (255, 255, 255, 160)
    return [Cursor(arrow, (0, 0), "left_ptr"), Cursor(hand, (4, 1), "hand")]


def random_screen(seed: int, size: tuple[int, int] = TINY_SIZE) -> np.ndarray:
    """A screen (H, W, 3) whose cells are of few colours, as desktops are."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 4, (size[1] // 8, size[0] // 8, 3), np.uint8) * 80
    return small.repeat(8, 0).repeat(8, 1)


def tiny_sprites(seed: int = 0) -> Sprites:
    """Three sprites of different sizes, one with a corner that shows what lies beneath."""
    images = []
    for number, (height, width) in enumerate(((40, 56), (32, 24), (72, 16))):
        pixels = random_screen(seed + 20 + number, (width, height))
        image = np.concatenate([pixels, np.full((height, width, 1), 255, np.uint8)], 2)
        images.append(torch.from_numpy(image))
    images[0][:3, :3, 3] = 0
    return Sprites(images)


def make_tiny_model(seed: int = 0, size: tuple[int, int] = TINY_SIZE) -> NCGUIWorld:
    """A model of a few thousand parameters, untrained, that changes many cells every tick by every choice."""
    torch.manual_seed(seed)
    selector = Selector(SelectorConfig(cell_dim=16, feature_dim=16, key_dim=8, vocabulary=12))
    torch.nn.init.normal_(selector.heads.weight, std=1.5)
    torch.nn.init.constant_(selector.heads.bias, 0.0)
    selector.trust.fill_(1000.0)  # untrained as it is, it may change many cells at once
    words = torch.from_numpy(random_screen(seed + 1, (64, 48)).copy())
    words = words.view(3, 16, 4, 16, 3).transpose(1, 2).reshape(12, 16, 16, 3).contiguous()
    backbone = Backbone(
        BackboneConfig(
            cell_dim=16,
            action_dim=32,
            widths=(16, 24, 32),
            down=(1, 1, 1),
            up=(1, 1),
            grid=(size[1] // 16, size[0] // 16),
        )
    )
    return NCGUIWorld(
        {
            "cell_encoder": CellEncoder(CellEncoderConfig(dim=16, width=8)),
            "action_encoder": ActionEncoder(
                ActionEncoderConfig(dim=32, tick_dim=8, key_dim=4, fovea_width=4)
            ),
            "glance": Glance(
                GlanceConfig(cell_dim=16, grid=(size[1] // 16, size[0] // 16), cursors=2, width=4, dim=16)
            ),
            "backbone": backbone,
            "selector": selector,
            "placer": Placer(
                PlacerConfig(
                    cell_dim=16, grid=(size[1] // 16, size[0] // 16), cursors=2, width=4, sprites=3, dim=16
                )
            ),
            "uncoverer": Uncoverer(
                UncovererConfig(
                    cell_dim=16,
                    grid=(size[1] // 16, size[0] // 16),
                    cursors=2,
                    width=4,
                    dim=16,
                    heads=2,
                    layers=1,
                )
            ),
            "typist": Typist(TypistConfig(width=4, paint=8)),
            "scribe": Scribe(ScribeConfig(glyphs=64, dim=16, heads=2, layers=1)),
            "carrier": Carrier(
                CarrierConfig(feature_dim=16, cell_dim=16, dim=8, grid=(size[1] // 16, size[0] // 16))
            ),
            "generator": Generator(GeneratorConfig(feature_dim=16, action_dim=32, width=16, blocks=1)),
            "finder": Finder(
                FinderConfig(
                    dim=8,
                    pixel_dim=8,
                    coarse_dim=8,
                    heads=2,
                    layers=1,
                    blocks=1,
                    grid=(size[1] // 16, size[0] // 16),
                )
            ),
            "arranger": Arranger(
                ArrangerConfig(cell_dim=16, grid=(size[1] // 16, size[0] // 16), cursors=2, width=4, dim=16)
            ),
        },
        vocabulary=words,
        cursors=tiny_cursors(),
        start=random_screen(seed, size),
        sprites=tiny_sprites(seed),
    ).eval()


def all_may_change(model: NCGUIWorld) -> None:
    """Every cell changes a little likelier than not, and would be painted."""
    with torch.no_grad():
        model.selector.heads.weight.zero_()
        model.selector.heads.bias[0] = -1.0
        model.selector.heads.bias[1 + Choice.GENERATE] = 60.0


def busy_actions(ticks: int, size: tuple[int, int] = TINY_SIZE, seed: int = 0) -> list[Action]:
    """Moves, clicks, drags and keys, a few a tick."""
    random = np.random.default_rng(seed)
    actions, action = [], Action((size[0] // 2, size[1] // 2))
    for tick in range(ticks):
        events: list = [Move(int(random.integers(size[0])), int(random.integers(size[1])))]
        if tick % 5 in (1, 4):
            events.append(Button(1, tick % 5 == 1))
        if tick % 7 == 3:
            events += [Key("a", True), Key("a", False)]
        action = fold(action, events)
        actions.append(action)
    return actions
