"""The board of slots."""

from dataclasses import replace

import numpy as np
import pygame
from worlds import PaintWorld

from ncdesktop.app.drawing import WARNING
from ncdesktop.app.overlays import Overlays
from ncdesktop.app.scaling import View, place
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake
from ncdesktop.emulator.snapshots import slot_file


def test_the_board_tells_empty_damaged_and_foreign_slots_apart(tmp_path, monkeypatch):
    words = []
    monkeypatch.setattr(
        "ncdesktop.app.slotboard.text",
        lambda line, *how: words.append((line, how[-1])) or pygame.Surface((9, 9)),
    )
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    pygame.Window("board", (8, 8)).get_surface()
    console = Console(PaintWorld(), Intake(), home=tmp_path, say=print)
    for slot in (1, 2, 3):
        console.command(f"save {slot}")
    status, target = console.status, pygame.Surface((512, 384))
    slot_file(tmp_path, 2, model="paint-1").write_bytes(b"torn")
    slot_file(tmp_path, 3, model="paint-1").rename(tmp_path / "states" / "slot-4.state")
    whole = place("fit", (128, 96), target.get_size())
    overlays = Overlays("Control_R", tmp_path)
    overlays.toggle("slots")

    def told(model):
        words.clear()
        overlays.draw(target, replace(status, model=model), View(whole, (whole,)), (0, 0))
        return words[1::2]

    found = told("paint-1")
    assert found[0][0].startswith("tick 0, ") and found[0][1] != WARNING
    assert found[1:5] == [("damaged", WARNING), ("empty", found[8][1]), (found[0]), ("empty", found[8][1])]
    found = told("paint-2")
    assert [line for line, _ in found] == ["empty"] * 3 + ["other weights"] + ["empty"] * 5
    assert np.any(pygame.surfarray.array3d(target))
    console.close()
    pygame.display.quit()
