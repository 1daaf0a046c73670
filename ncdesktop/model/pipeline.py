"""The whole NCGUIWorld model: its parts, its vocabulary of cells, its pointer shapes; saved and loaded as one folder."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Self

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ncdesktop.errors import WeightsError
from ncdesktop.images import read_image
from ncdesktop.model.actions_encoder import ActionEncoder
from ncdesktop.model.arranger import Arranger
from ncdesktop.model.backbone import Backbone
from ncdesktop.model.carrier import Carrier
from ncdesktop.model.cell_encoder import CellEncoder
from ncdesktop.model.finder import Finder
from ncdesktop.model.generator import Generator
from ncdesktop.model.glance import Glance
from ncdesktop.model.inputs import TickInputs
from ncdesktop.model.placer import Placer
from ncdesktop.model.pretrained import WEIGHTS, Part
from ncdesktop.model.screen import cells_of, screen_of
from ncdesktop.model.scribe import Scribe
from ncdesktop.model.selector import Decisions, Selector
from ncdesktop.model.sprites import Sprites
from ncdesktop.model.taskbar import NO_ROW, Row, Taskbar
from ncdesktop.model.typist import Typist
from ncdesktop.model.uncoverer import Uncoverer
from ncdesktop.paths import write_atomically
from ncdesktop.world import CELL, Cursor

__all__ = ["SMALL_PARTS", "NCGUIWorld"]

FORMAT_VERSION = 8
_PARTS: dict[str, type[Part]] = {
    "cell_encoder": CellEncoder,
    "action_encoder": ActionEncoder,
    "glance": Glance,
    "backbone": Backbone,
    "selector": Selector,
    "placer": Placer,
    "uncoverer": Uncoverer,
    "finder": Finder,
    "arranger": Arranger,
    "carrier": Carrier,
    "typist": Typist,
    "scribe": Scribe,
    "generator": Generator,
}
SMALL_PARTS = ("placer", "uncoverer", "finder", "arranger", "carrier", "typist", "scribe")
"""Those without which a dream goes on, with looks alone: before they have learned anything, they do nothing."""
_VOCABULARY_COLUMNS = 128


class NCGUIWorld(nn.Module):
    """Choose, copy, generate: what one tick of a desktop does to its cells.

    vocabulary: (V, 16, 16, 3) uint8, contents that the selector can name; part of the weights
    sprites:    larger pieces that the placer can name and place; part of the weights
    buttons:    of the panel, one for each window, whose row is where `row` says; part of the weights
    cursors:    pointer shapes that the selector can name
    start:      (H, W, 3) uint8, the screen a dream begins with unless told otherwise
    trained_on: fingerprints of the sessions it was trained on, which evaluation leaves out
    """

    def __init__(
        self,
        parts: Mapping[str, nn.Module],
        *,
        vocabulary: Tensor,
        cursors: Sequence[Cursor],
        start: np.ndarray,
        sprites: Sprites | None = None,
        buttons: Sprites | None = None,
        row: Row = NO_ROW,
        trained_on: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.cell_encoder: CellEncoder = parts["cell_encoder"]  # type: ignore[assignment]
        self.action_encoder: ActionEncoder = parts["action_encoder"]  # type: ignore[assignment]
        self.glance: Glance = parts["glance"]  # type: ignore[assignment]
        self.backbone: Backbone = parts["backbone"]  # type: ignore[assignment]
        self.selector: Selector = parts["selector"]  # type: ignore[assignment]
        self.placer: Placer = parts["placer"]  # type: ignore[assignment]
        self.uncoverer: Uncoverer = parts["uncoverer"]  # type: ignore[assignment]
        self.typist: Typist = parts["typist"]  # type: ignore[assignment]
        self.scribe: Scribe = parts["scribe"]  # type: ignore[assignment]
        self.finder: Finder = parts["finder"]  # type: ignore[assignment]
        self.arranger: Arranger = parts["arranger"]  # type: ignore[assignment]
        self.carrier: Carrier = parts["carrier"]  # type: ignore[assignment]
        self.generator: Generator = parts["generator"]  # type: ignore[assignment]
        self.vocabulary: Tensor
        self.register_buffer("vocabulary", vocabulary, persistent=False)
        self.sprites = sprites or Sprites()
        self.taskbar = Taskbar(buttons or Sprites(), row, torch.from_numpy(start))
        self.cursors, self.start, self.trained_on = tuple(cursors), start, tuple(trained_on)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the screen that the model was made for."""
        return self.start.shape[1], self.start.shape[0]

    def embed(self, cells: Tensor) -> Tensor:
        """cells (N, 16, 16, 3) uint8 -> embeddings (N, D)"""
        return self.cell_encoder(cells)

    def forward(self, inputs: TickInputs) -> tuple[Decisions, Tensor, Tensor]:
        """Return decisions, features (B, h, w, C) and action vector (B, A)."""
        action = self.action_encoder(inputs)
        features = self.backbone(inputs, action)
        return self.selector(features, inputs), features, action

    def note_training_(self, fingerprints: Sequence[str]) -> None:
        """Add sessions to those it was trained on, in place."""
        self.trained_on = tuple(dict.fromkeys([*self.trained_on, *fingerprints]))

    def unlearn_(self, parts: Sequence[str]) -> None:
        """Let some of SMALL_PARTS be as they were before they had learned anything, in place."""
        for part in parts:
            learned = getattr(self, part)
            setattr(self, part, type(learned)(learned.config).to(self.vocabulary.device).eval())

    def save_pretrained(self, folder: Path, *, dtype: torch.dtype = torch.float32) -> None:
        """Write the model into `folder`, weights as `dtype`; a model that lies there is replaced part by part."""
        for name in _PARTS:
            getattr(self, name).save_pretrained(folder / name, dtype=dtype)
        words = self.vocabulary.cpu()
        missing = -len(words) % _VOCABULARY_COLUMNS
        words = torch.cat([words, words.new_zeros(missing, CELL, CELL, 3)])
        sheet = screen_of(words.view(-1, _VOCABULARY_COLUMNS, CELL, CELL, 3)).numpy()
        write_atomically(folder / "vocabulary.webp", _webp(sheet))
        write_atomically(folder / "sprites.webp", _webp(self.sprites.sheet()))
        write_atomically(folder / "buttons.webp", _webp(self.taskbar.buttons.sheet()))
        write_atomically(folder / "start.png", _png(self.start))
        for number, cursor in enumerate(self.cursors):
            write_atomically(folder / "cursors" / f"{number:02d}.png", _png(cursor.image))
        self.save_index(folder)

    def save_index(self, folder: Path) -> None:
        """Write what the parts are, and what they were trained on, but none of the parts."""
        index = {
            "_class_name": type(self).__name__,
            "format_version": FORMAT_VERSION,
            **{name: ["ncdesktop.model", part.__name__] for name, part in _PARTS.items()},
            "vocabulary": len(self.vocabulary),
            "sprites": self.sprites.sizes,
            "buttons": self.taskbar.buttons.sizes,
            "row": {"box": list(self.taskbar.row.box), "widest": self.taskbar.row.widest},
            "cursors": [{"hotspot": list(cursor.hotspot), "name": cursor.name} for cursor in self.cursors],
            "trained_on": list(self.trained_on),
        }
        write_atomically(folder / "model_index.json", json.dumps(index, indent=1).encode())

    @classmethod
    def from_pretrained(cls, folder: Path) -> Self:
        """Load a model on the CPU; raises WeightsError that names what is missing, truncated or foreign."""
        path = folder / "model_index.json"
        try:
            index = json.loads(path.read_text())
            if index["_class_name"] != cls.__name__:
                raise WeightsError(f"{path}: describes a {index['_class_name']}, expected a {cls.__name__}")
            if (version := index["format_version"]) != FORMAT_VERSION:
                todo = (
                    "update it" if version > FORMAT_VERSION else "use the one it came with, or train it anew"
                )
                raise WeightsError(f"{path}: format {version}, this program reads {FORMAT_VERSION}; {todo}")
            sheet = torch.from_numpy(read_image(folder / "vocabulary.webp", "RGB"))
            vocabulary = cells_of(sheet).flatten(0, 1)[: index["vocabulary"]].contiguous()
            sprites, buttons = (
                Sprites.open(
                    folder / f"{name}.webp", [(int(height), int(width)) for height, width in index[name]]
                )
                for name in ("sprites", "buttons")
            )
            top, left, bottom, right = (int(edge) for edge in index["row"]["box"])
            row = Row((top, left, bottom, right), int(index["row"]["widest"]))
            cursors = [
                Cursor(
                    read_image(folder / "cursors" / f"{number:02d}.png", "RGBA"),
                    (int(item["hotspot"][0]), int(item["hotspot"][1])),
                    item["name"],
                )
                for number, item in enumerate(index["cursors"])
            ]
            start, trained_on = (
                read_image(folder / "start.png", "RGB"),
                [str(item) for item in index["trained_on"]],
            )
        except OSError as error:
            what = error.strerror or error
            raise WeightsError(
                f"no whole model in {folder}: {error.filename or path}: {what}; see --weights"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise WeightsError(f"{path}: is not the index of a {cls.__name__} model: {error!r}") from error
        if not row.holds(buttons.sizes, start.shape[:2]):
            raise WeightsError(f"{path}: buttons.webp is no row of buttons in {row.box}")
        parts = {name: part.from_pretrained(folder / name) for name, part in _PARTS.items()}
        model = cls(
            parts,
            vocabulary=vocabulary,
            cursors=cursors,
            start=start,
            sprites=sprites,
            buttons=buttons,
            row=row,
            trained_on=trained_on,
        )
        config = model.selector.config
        named = config.vocabulary, model.glance.config.cursors
        if named != (len(vocabulary), len(cursors)):
            raise WeightsError(
                f"{folder}: selector and glance name {named[0]} contents and {named[1]} cursors, "
                f"vocabulary.webp and cursors/ hold {len(vocabulary)} and {len(cursors)}"
            )
        if model.placer.config.sprites != len(sprites):
            raise WeightsError(
                f"{folder}: placer names {model.placer.config.sprites} sprites, sprites.webp holds {len(sprites)}"
            )
        return model.eval()


def weights_hash(folder: Path) -> str:
    """Return sixteen hex digits that tell the weights in `folder` from any others."""
    digest = hashlib.sha256()
    files = [folder / name / file for name in _PARTS for file in ("config.json", WEIGHTS)]
    sheets = [folder / name for name in ("vocabulary.webp", "sprites.webp", "buttons.webp")]
    for path in [*files, *sheets, *sorted((folder / "cursors").glob("*.png"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _png(image: np.ndarray) -> bytes:
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _webp(image: np.ndarray) -> bytes:
    """Encode losslessly; of sheets of small pieces less than half of a PNG."""
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "WEBP", lossless=True, exact=True, quality=100, method=0)
    return buffer.getvalue()
