"""The emulator over the neural world: going back, saving, replaying and rendering in halves are bit-exact."""

from datetime import datetime

import numpy as np
import pytest
from panels import recorded

from ncdesktop.cli import main
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.emulator import Emulator
from ncdesktop.emulator.intake import Intake
from ncdesktop.emulator.rewind import Rewind
from ncdesktop.emulator.snapshots import load_moment, save_moment
from ncdesktop.errors import StateError
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.script import parse_script

SIZE = (128, 128)
SCRIPT = "move 20 20\ndrag 100 80 20\nclick 3\nmove 40 60 10\ntype Hello dream\nwheel -2\nwait 300"


@pytest.fixture
def emulator(tiny_world):
    emulator = Emulator(tiny_world, [Rewind(seconds=60, budget_mb=100)])
    emulator.start(seed=11)
    yield emulator
    emulator.close()


def test_every_frame_comes_back_when_time_is_turned_back_and_forth(emulator):
    (rewind,) = emulator.extensions
    actions = parse_script(SCRIPT, size=SIZE).actions[:60]
    frames = [emulator.frame.pixels] + [emulator.tick(action).pixels for action in actions]
    assert len({pixels.tobytes() for pixels in frames}) > 30
    for position in (59, 58, 41, 40, 13, 0):
        assert np.array_equal(rewind.back_to(emulator, position).pixels, frames[position])
    for position in range(1, 61):
        assert np.array_equal(emulator.tick(rewind.upcoming()).pixels, frames[position])


def test_going_on_from_a_saved_moment_is_bit_identical_for_300_ticks(emulator, tiny_weights, tmp_path):
    actions = parse_script(SCRIPT, size=SIZE).actions
    moments = {12: "drag", 45: "menu", 60: "words"}
    frames = []
    for tick, action in enumerate(actions[: max(moments) + 300]):
        if tick in moments:
            save_moment(
                tmp_path / moments[tick], emulator.moment(), emulator.frame, time=datetime(2026, 1, 1)
            )
        frames.append(emulator.tick(action).pixels)
    assert len(frames) == max(moments) + 300
    other = Emulator(NeuralWorld.from_pretrained(tiny_weights))
    other.start(seed=1)
    for middle, name in moments.items():
        other.restore(load_moment(tmp_path / name))
        for action, frame in zip(actions[middle : middle + 300], frames[middle:], strict=False):
            assert np.array_equal(other.tick(action).pixels, frame), name
    other.close()


def test_a_moment_of_other_weights_is_refused_and_the_dream_goes_on(emulator, tmp_path, tiny_model):
    save_moment(tmp_path / "a.state", emulator.moment(), emulator.frame, time=datetime(2026, 1, 1))
    tiny_model.generator.load_state_dict(
        {name: value + 0.5 for name, value in tiny_model.generator.state_dict().items()}
    )
    tiny_model.save_pretrained(tmp_path / "others")
    other = Emulator(NeuralWorld.from_pretrained(tmp_path / "others"))
    frame = other.start(seed=1)
    with pytest.raises(StateError):
        other.restore(load_moment(tmp_path / "a.state"))
    assert other.frame is frame
    assert other.feed([]).tick == 1


def test_a_recording_of_the_dream_replays_as_recorded(tiny_world, tmp_path):
    said = []
    console = Console(tiny_world, Intake(), home=tmp_path, say=said.append)
    console.said = said
    console.tick()
    console.command("record")
    for action in parse_script(SCRIPT, size=SIZE).actions[:60]:
        for event in action.edges:
            console.intake.put(event)
        console.tick()
    session = recorded(console)
    console.command("reboot")
    console.command(f"open {session}")
    while console.status.led:
        console.tick()
    assert said[-1] == "replay ended, all 60 ticks as recorded"
    console.close()


def test_two_halves_of_a_render_leave_the_frames_of_the_whole(small_session, tiny_weights, tmp_path):
    def render(*words):
        command = ["render", "--session", small_session.folder, "--weights", tiny_weights, "--sheet", *words]
        assert main([str(word) for word in command]) == 0

    a, b, c, state = (tmp_path / name for name in ("a", "b", "c", "half.state"))
    render("--ticks", 24, "--out", a)
    render("--ticks", 12, "--save-state", state, "--out", b)
    render("--ticks", 12, "--state", state, "--out", c)
    frames = [(folder / "frames.crc32").read_text() for folder in (a, b, c)]
    assert frames[0] == frames[1] + frames[2]
    assert len(set(frames[0].splitlines())) > 5
