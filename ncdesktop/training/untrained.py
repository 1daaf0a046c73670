"""An untrained model for the screens of a table, whose vocabulary, sprites, buttons, pointer shapes and start screen come from there."""

import torch
from torch import Tensor, nn

from ncdesktop.model.actions_encoder import ActionEncoder
from ncdesktop.model.arranger import Arranger, ArrangerConfig
from ncdesktop.model.backbone import Backbone, BackboneConfig
from ncdesktop.model.carrier import Carrier, CarrierConfig
from ncdesktop.model.cell_encoder import CellEncoder
from ncdesktop.model.finder import Finder, FinderConfig
from ncdesktop.model.generator import Generator
from ncdesktop.model.glance import Glance, GlanceConfig
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.placer import Placer, PlacerConfig
from ncdesktop.model.screen import screen_of
from ncdesktop.model.scribe import Scribe
from ncdesktop.model.selector import Selector, SelectorConfig
from ncdesktop.model.sprites import Sprites
from ncdesktop.model.typist import Typist
from ncdesktop.model.uncoverer import Uncoverer, UncovererConfig
from ncdesktop.training.buttons import find_buttons, row_of
from ncdesktop.training.sprites import find_sprites
from ncdesktop.training.table import Table, recurring_cells

__all__ = ["new_model"]

_CURSOR_TICKS = 20


def new_model(
    table: Table, *, seed: int, vocabulary_size: int = 16384, most_sprites: int = 768
) -> NCGUIWorld:
    """Return an untrained model for the table's screens: vocabulary, sprites, cursors and start screen come from there."""
    torch.manual_seed(seed)
    sprites = find_sprites(table, most=most_sprites, seed=seed)
    ticks = torch.nonzero(table.changes > 0).flatten().tolist()
    words = table.cells[torch.from_numpy(recurring_cells(table, ticks, vocabulary_size)).long()]
    seen = torch.bincount(table.cursor, minlength=len(table.cursors))
    cursors = [
        cursor for cursor, count in zip(table.cursors, seen.tolist(), strict=True) if count >= _CURSOR_TICKS
    ]
    first = table.entry[table.place[min(9, len(table) - 1)].long(), 0].long()
    start = screen_of(table.cells[first].unflatten(0, table.grid)).numpy()
    parts: dict[str, nn.Module] = {
        "cell_encoder": CellEncoder(),
        "action_encoder": ActionEncoder(),
        "glance": Glance(GlanceConfig(grid=table.grid, cursors=len(cursors))),
        "backbone": Backbone(BackboneConfig(grid=table.grid)),
        "selector": Selector(SelectorConfig(vocabulary=len(words))),
        "placer": Placer(PlacerConfig(grid=table.grid, cursors=len(cursors), sprites=len(sprites))),
        "uncoverer": Uncoverer(UncovererConfig(grid=table.grid, cursors=len(cursors))),
        "finder": Finder(FinderConfig(grid=table.grid)),
        "arranger": Arranger(ArrangerConfig(grid=table.grid, cursors=len(cursors))),
        "carrier": Carrier(CarrierConfig(grid=table.grid)),
        "typist": Typist(),
        "scribe": Scribe(),
        "generator": Generator(),
    }
    model = NCGUIWorld(
        parts,
        vocabulary=words.clone(),
        cursors=cursors,
        start=start,
        sprites=sprites,
        buttons=Sprites(find_buttons(table)),
        row=row_of(table.grid),
        trained_on=table.fingerprints,
    )
    _spread_words_(model.selector, words)
    return model


def _spread_words_(selector: Selector, words: Tensor) -> None:
    """Set the keys of the vocabulary to the principal components of its pixels, in place: alike begin close."""
    flat = words.flatten(1).float() / 255
    flat = flat - flat.mean(0)
    dim = min(selector.config.key_dim, len(words))
    basis = torch.linalg.eigh(flat.T @ flat).eigenvectors[:, -dim:]
    components = flat @ basis
    selector.word_key.weight.data[:, :dim] = components / (components.std(0) + 0.05) * 0.5
