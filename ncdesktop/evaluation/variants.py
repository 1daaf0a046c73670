"""The model at other sizes, for timing only: no variant has been trained."""

import copy
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from ncdesktop.model.actions_encoder import ActionEncoder
from ncdesktop.model.backbone import Backbone
from ncdesktop.model.carrier import Carrier
from ncdesktop.model.cell_encoder import CellEncoder
from ncdesktop.model.finder import Finder
from ncdesktop.model.generator import Generator
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.selector import Selector
from ncdesktop.world import CELL

__all__ = ["stretched", "widened"]


def stretched(world: NeuralWorld, size: tuple[int, int]) -> NeuralWorld:
    """Return a world of `size` (width, height) with the same weights, those of places interpolated.

    It chooses as the model does, though worse, so that a tick's work is of the natural kind.
    """
    model = copy.deepcopy(world.model)
    grid = size[1] // CELL, size[0] // CELL
    glimpsing = model.glance, model.placer, model.uncoverer, model.arranger
    for part in (model.backbone, *glimpsing):
        part.config = replace(part.config, grid=grid)
    learned: list[tuple[nn.Module, str]] = [(model.backbone, "place_down"), (model.backbone, "place_up")]
    learned += [(part.encoder, "position") for part in glimpsing]
    for network, name in learned:
        places = getattr(network, name).detach().permute(2, 0, 1)[None]
        wide = F.interpolate(places, size=grid, mode="nearest")[0].permute(1, 2, 0)
        setattr(network, name, nn.Parameter(wide.contiguous()))
    model.carrier = Carrier(replace(model.carrier.config, grid=grid)).eval()
    model.finder = Finder(replace(model.finder.config, grid=grid)).eval()  # finds nothing: nothing is carried
    model.start = np.array(Image.fromarray(model.start).resize(size, Image.Resampling.NEAREST))
    return NeuralWorld(model, model_hash="stretched", device=world.device, steps=world.steps)


def widened(world: NeuralWorld, factor: float, *, seed: int = 0) -> NeuralWorld:
    """Return a world with random weights whose backbone and painter have `factor` times the channels."""
    torch.manual_seed(seed)
    model = world.model

    def wide(channels: int) -> int:
        return max(32, round(channels * factor / 32) * 32)

    fine, middle, coarse = (wide(channels) for channels in model.backbone.config.widths)
    parts: dict[str, nn.Module] = {
        "cell_encoder": CellEncoder(model.cell_encoder.config),
        "action_encoder": ActionEncoder(model.action_encoder.config),
        "glance": model.glance,
        "backbone": Backbone(replace(model.backbone.config, widths=(fine, middle, coarse))),
        "selector": Selector(replace(model.selector.config, feature_dim=fine)),
        "placer": model.placer,
        "uncoverer": model.uncoverer,
        "typist": model.typist,
        "scribe": model.scribe,
        "finder": model.finder,
        "arranger": model.arranger,
        "carrier": Carrier(replace(model.carrier.config, feature_dim=fine)),
        "generator": Generator(
            replace(model.generator.config, feature_dim=fine, width=wide(model.generator.config.width))
        ),
    }
    random = NCGUIWorld(
        parts,
        vocabulary=model.vocabulary,
        cursors=model.cursors,
        start=model.start,
        sprites=model.sprites,
        buttons=model.taskbar.buttons,
        row=model.taskbar.row,
    )
    return NeuralWorld(random, model_hash="random", device=world.device, steps=world.steps)
