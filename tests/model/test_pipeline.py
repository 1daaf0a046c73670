"""The model on disk: saved and loaded whole, refused in one line when it is not."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from ncdesktop.errors import WeightsError
from ncdesktop.model.finder import Finder, FinderConfig
from ncdesktop.model.pipeline import NCGUIWorld, weights_hash
from ncdesktop.model.pretrained import WEIGHTS
from ncdesktop.model.sprites import Sprites
from ncdesktop.model.taskbar import Row, Taskbar


def test_saved_model_loads_bit_for_bit(tiny_model: NCGUIWorld, tiny_weights: Path) -> None:
    loaded = NCGUIWorld.from_pretrained(tiny_weights)
    for (name, saved), (_, read) in zip(
        tiny_model.state_dict().items(), loaded.state_dict().items(), strict=True
    ):
        assert torch.equal(saved, read), name
    assert torch.equal(tiny_model.vocabulary, loaded.vocabulary)
    assert np.array_equal(tiny_model.start, loaded.start)
    for saved_cursor, read_cursor in zip(tiny_model.cursors, loaded.cursors, strict=True):
        assert np.array_equal(saved_cursor.image, read_cursor.image)
        assert (saved_cursor.hotspot, saved_cursor.name) == (read_cursor.hotspot, read_cursor.name)


def test_buttons_are_kept_and_have_to_fit_their_row(tiny_model: NCGUIWorld, tmp_path: Path) -> None:
    buttons = [torch.randint(255, (12, width, 4), dtype=torch.uint8) for width in (40, 40, 30)]
    row = Row((0, 20, 12, 100), 40)
    tiny_model.taskbar = Taskbar(Sprites(buttons), row, torch.from_numpy(tiny_model.start))
    tiny_model.save_pretrained(tmp_path / "whole")
    loaded = NCGUIWorld.from_pretrained(tmp_path / "whole")
    assert loaded.taskbar.row == row
    assert loaded.taskbar.buttons.fingerprint == tiny_model.taskbar.buttons.fingerprint
    for box in ([0, 20, 9, 100], [0, 20, 12, 200], [0, 90, 12, 100]):
        _index(tmp_path / "whole", row={"box": box, "widest": 40})
        with pytest.raises(WeightsError, match="no row of buttons"):
            NCGUIWorld.from_pretrained(tmp_path / "whole")


def test_half_precision_is_stored_and_read_as_single(tiny_model: NCGUIWorld, tmp_path: Path) -> None:
    tiny_model.save_pretrained(tmp_path / "half", dtype=torch.float16)
    loaded = NCGUIWorld.from_pretrained(tmp_path / "half")
    assert all(parameter.dtype == torch.float32 for parameter in loaded.parameters())
    weight, read = tiny_model.backbone.cells_in.weight, loaded.backbone.cells_in.weight
    assert torch.equal(weight.half().float(), read)


def test_large_matrices_of_some_parts_are_stored_in_eight_bits(tmp_path: Path) -> None:
    config = FinderConfig(grid=(8, 8), layers=1, blocks=1)
    finder = Finder(config)
    finder.save_pretrained(tmp_path / "half", dtype=torch.float16)
    finder.save_pretrained(tmp_path / "single")
    sizes = [(tmp_path / name / WEIGHTS).stat().st_size for name in ("half", "single")]
    assert sizes[0] < 0.3 * sizes[1]
    half, single = (Finder.from_pretrained(tmp_path / name) for name in ("half", "single"))
    for name, saved in finder.state_dict().items():
        assert torch.equal(single.state_dict()[name], saved)
        read = half.state_dict()[name]
        most = saved.flatten(1).abs().amax(1, keepdim=True) if saved.ndim > 1 else saved.abs()
        difference = (read - saved).abs()
        assert ((difference.flatten(1) if saved.ndim > 1 else difference) <= most / 200 + 1e-6).all(), name
    again = tmp_path / "again"
    half.save_pretrained(again, dtype=torch.float16)
    for name, saved in half.state_dict().items():  # stored once more nothing is lost
        torch.testing.assert_close(
            Finder.from_pretrained(again).state_dict()[name], saved, atol=1e-6, rtol=1e-5
        )


def test_hash_tells_weights_apart(tiny_model: NCGUIWorld, tiny_weights: Path) -> None:
    before = weights_hash(tiny_weights)
    assert weights_hash(tiny_weights) == before
    with torch.no_grad():
        tiny_model.selector.word_bias[0] += 1
    tiny_model.save_pretrained(tiny_weights)
    assert weights_hash(tiny_weights) != before


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _index(folder: Path, **entries: object) -> None:
    path = folder / "model_index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


BROKEN = {
    "no folder": lambda folder: folder.rename(folder.with_name("elsewhere")),
    "no index": lambda folder: (folder / "model_index.json").unlink(),
    "index is no JSON": lambda folder: (folder / "model_index.json").write_text("{"),
    "index of another model": lambda folder: (folder / "model_index.json").write_text(
        json.dumps({"_class_name": "WanPipeline"})
    ),
    "a part is missing": lambda folder: (folder / "backbone" / "config.json").unlink(),
    "no weights": lambda folder: (folder / "backbone" / "diffusion_pytorch_model.safetensors").unlink(),
    "truncated weights": lambda folder: _truncate(
        folder / "backbone" / "diffusion_pytorch_model.safetensors"
    ),
    "truncated vocabulary": lambda folder: _truncate(folder / "vocabulary.webp"),
    "truncated sprites": lambda folder: _truncate(folder / "sprites.webp"),
    "truncated buttons": lambda folder: _truncate(folder / "buttons.webp"),
    "no buttons": lambda folder: (folder / "buttons.webp").unlink(),
    "a row without a box": lambda folder: _index(folder, row={"widest": 40}),
    "no sprites": lambda folder: (folder / "sprites.webp").unlink(),
    "another part's config": lambda folder: (folder / "backbone" / "config.json").write_text(
        (folder / "selector" / "config.json").read_text()
    ),
    "weights of another size": lambda folder: (folder / "backbone" / "config.json").write_text(
        (folder / "backbone" / "config.json").read_text().replace("24", "40")
    ),
    "unknown config field": lambda folder: (folder / "backbone" / "config.json").write_text(
        (folder / "backbone" / "config.json").read_text().replace("widths", "breadths")
    ),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN.keys())
def test_broken_model_is_refused_in_words(damage, tiny_weights: Path) -> None:
    damage(tiny_weights)
    with pytest.raises(WeightsError) as caught:
        NCGUIWorld.from_pretrained(tiny_weights)
    assert str(tiny_weights) in str(caught.value)


@pytest.mark.parametrize(("version", "todo"), [(99, "update"), (4, "train")])
def test_another_format_is_refused(tiny_weights: Path, version: int, todo: str) -> None:
    path = tiny_weights / "model_index.json"
    index = json.loads(path.read_text())
    path.write_text(json.dumps(index | {"format_version": version}))
    with pytest.raises(WeightsError, match=f"format {version}.*{todo}"):
        NCGUIWorld.from_pretrained(tiny_weights)


def test_diffusers_reads_our_index_and_configs(tiny_weights: Path) -> None:
    diffusers = pytest.importorskip("diffusers")
    index = diffusers.DiffusionPipeline.load_config(tiny_weights)
    assert index["_class_name"] == "NCGUIWorld"
    assert index["backbone"] == ["ncdesktop.model", "Backbone"]
