"""`ncdesktop run` as users start it, over a small untrained dream."""

import time
from pathlib import Path

import numpy as np
import pytest

from ncdesktop.emulator.snapshots import load_moment, slot_file
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.pipeline import weights_hash

pytestmark = pytest.mark.display
CLI = ("-m", "ncdesktop.cli")


def changed(before, after):
    return (np.abs(before.astype(int) - after).max(2) > 24).mean()


def test_the_dream_reacts_quits_and_resumes_where_it_was(show, tiny_weights):
    window = show("run", "--weights", str(tiny_weights), "--size", "512x512", program=CLI)
    splash = window.picture()
    window.wait_until(lambda: changed(splash, window.picture()) > 0.5, seconds=40)
    before = window.picture()
    window.point(40, 40)
    window.display.xdotool("click", 1)
    window.wait_until(lambda: changed(before, window.picture()) > 0.005)
    time.sleep(1)  # letting go of the button is a tick of its own
    window.quit()
    assert window.process.wait(20) == 0
    slot = slot_file(Path(window.display.environment["NCDESKTOP_HOME"]), 0, model=weights_hash(tiny_weights))
    kept = load_moment(slot)
    assert kept.state.tick >= 1

    again = show(
        "run", "--resume", "--view-only", "--weights", str(tiny_weights), "--size", "512x512", program=CLI
    )
    splash = again.picture()
    again.wait_until(lambda: changed(splash, again.picture()) > 0.5, seconds=40)
    again.quit()
    assert again.process.wait(20) == 0
    later = load_moment(slot).state
    world = NeuralWorld.from_pretrained(tiny_weights)
    frame = world.set_state(kept.state)
    for _ in range(later.tick - kept.state.tick):
        frame = world.step(kept.action)
    assert np.array_equal(frame.ui, later.arrays["screen/screen"])
