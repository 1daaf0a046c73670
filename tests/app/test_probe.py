"""The probe overlay: every kind of choice has a colour of its own, the same in the window and in browsers."""

import json
import re
from pathlib import Path

import ncdesktop.serve
from ncdesktop.app.probe import _KINDS
from ncdesktop.model.choices import CHOICES


def test_every_kind_of_choice_has_its_colour_in_window_and_browser() -> None:
    kinds = {choice.split()[0] for choice in CHOICES}
    assert set(_KINDS) == kinds and len(set(_KINDS.values())) == len(kinds)
    page = (Path(ncdesktop.serve.__file__).parent / "page" / "probe.js").read_text()
    found = re.search(r"const COLORS = (\{.*?\});", page, re.DOTALL)
    assert found
    colours = json.loads(re.sub(r",(\s*\})", r"\1", re.sub(r"(\w+):", r'"\1":', found[1])))
    assert {kind: tuple(colour) for kind, colour in colours.items()} == _KINDS
