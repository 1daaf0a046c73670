"""`ncdesktop render`: dreams in one piece or in halves, films of sessions, and what it refuses."""

import argparse
import zlib

import av
import numpy as np
import pytest
from PIL import Image
from worlds import PaintWorld

from ncdesktop.cli import main
from ncdesktop.emulator.emulator import Emulator
from ncdesktop.errors import InputError, SessionError, StateError
from ncdesktop.script import parse_script
from ncdesktop.session import SessionWriter, open_session
from ncdesktop.verbs.render import add_arguments, dream

SCRIPT = "move 20 20\ndrag 90 70 12\ntype Hello\nwheel -3\nclick 3\nwait 10\n"


@pytest.fixture
def session(tmp_path):
    folder = tmp_path / "recorded"
    emulator = Emulator(PaintWorld())
    writer = SessionWriter(folder, size=(128, 96), source="paint")
    first = emulator.start(seed=7)
    writer.write(emulator.action, first)
    for action in parse_script(SCRIPT, size=(128, 96)).actions:
        writer.write(action, emulator.tick(action))
    writer.close()
    return folder


def render(*words, world=None):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    arguments = parser.parse_args([str(word) for word in words])
    dream(arguments, world or PaintWorld(), open_session(arguments.session) if arguments.session else None)


def frames(folder):
    return (folder / "frames.crc32").read_text().splitlines()


def decoded(path):
    with av.open(path) as container:
        return [picture.to_ndarray(format="rgb24") for picture in container.decode(video=0)]


def test_two_halves_leave_the_frames_of_the_whole(tmp_path, session):
    a, b, c, state = (tmp_path / name for name in ("a", "b", "c", "half.state"))
    render("--session", session, "--ticks", 40, "--out", a)
    render("--session", session, "--ticks", 20, "--save-state", state, "--out", b)
    render("--session", session, "--ticks", 20, "--state", state, "--out", c)
    assert frames(a) == frames(b) + frames(c)
    assert len(set(frames(a))) > 10


def test_the_dream_of_a_script_depends_on_the_seed_alone(tmp_path):
    script = tmp_path / "tour.txt"
    script.write_text(SCRIPT)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        render("--script", script, "--seed", seed, "--out", tmp_path / name)
    assert frames(tmp_path / "a") == frames(tmp_path / "b") != frames(tmp_path / "c")


def test_by_default_a_video_and_a_sheet_are_left_and_else_what_is_asked(tmp_path, session):
    render("--session", session, "--out", tmp_path / "a")
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"video.mp4", "sheet.png", "frames.crc32"}
    assert len(decoded(tmp_path / "a" / "video.mp4")) == len(frames(tmp_path / "a"))
    render("--session", session, "--sheet", "--out", tmp_path / "b")
    assert {path.name for path in (tmp_path / "b").iterdir()} == {"sheet.png", "frames.crc32"}


def test_a_script_goes_on_with_what_the_saved_hand_held(tmp_path):
    (tmp_path / "one.txt").write_text("move 20 20 3\ndown 1")
    (tmp_path / "two.txt").write_text("move 60 60 4\nup 1")
    render(
        "--script",
        tmp_path / "one.txt",
        "--save-state",
        tmp_path / "a.state",
        "--sheet",
        "--out",
        tmp_path / "a",
    )
    world = PaintWorld()
    render(
        "--script",
        tmp_path / "two.txt",
        "--state",
        tmp_path / "a.state",
        "--sheet",
        "--out",
        tmp_path / "b",
        world=world,
    )
    assert [action.buttons for action in world.seen] == [1, 1, 1, 1, 0]
    assert world.seen[3].pointer == (60, 60)


def test_as_session_leaves_a_session_of_what_was_dreamt(tmp_path, session):
    render("--session", session, "--as-session", "--out", tmp_path / "a")
    dreamt = open_session(tmp_path / "a" / "session")
    shown = [dreamt.frame(tick, ui).pixels for tick, ui in enumerate(dreamt.frames())]
    assert [f"{zlib.crc32(pixels.tobytes()):08x}" for pixels in shown] == frames(tmp_path / "a")
    assert dreamt.actions == open_session(session).actions[1:]


def test_ticks_beyond_the_input_are_those_of_a_user_at_rest(tmp_path):
    script, world = tmp_path / "short.txt", PaintWorld()
    script.write_text("down 1")
    render("--script", script, "--ticks", 5, "--sheet", "--out", tmp_path / "a", world=world)
    assert [(action.buttons, len(action.edges)) for action in world.seen] == [(1, 1)] + [(1, 0)] * 4


def test_a_script_can_start_from_a_picture(tmp_path):
    picture = np.full((96, 128, 3), 200, np.uint8)
    Image.fromarray(picture).save(tmp_path / "start.png")
    (tmp_path / "tour.txt").write_text("wait 1")
    render(
        "--script",
        tmp_path / "tour.txt",
        "--start",
        tmp_path / "start.png",
        "--sheet",
        "--out",
        tmp_path / "a",
    )
    sheet = np.asarray(Image.open(tmp_path / "a" / "sheet.png"))
    assert (sheet[20:40, 20:40] == 200).all()


def test_a_recorded_session_is_filmed_with_pointer_and_words(tmp_path, session):
    assert main(["render", str(session), "--out", str(tmp_path / "film")]) == 0
    recorded = open_session(session)
    shown = [recorded.frame(tick, ui).pixels for tick, ui in enumerate(recorded.frames())][1:]
    assert frames(tmp_path / "film") == [f"{zlib.crc32(pixels.tobytes()):08x}" for pixels in shown]
    film = decoded(tmp_path / "film" / "video.mp4")
    band = [np.abs(a[80:].astype(int) - b[80:]).mean() for a, b in zip(film, shown, strict=True)]
    assert max(band) > 20 > np.median(band[:3])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--out", "OUT"], "needs one input"),
        (["S", "--session", "S", "--out", "OUT"], "needs one input"),
        (["--session", "none", "--out", "OUT"], "none is not a session"),
        (["S", "--state", "x", "--out", "OUT"], "belong to a dream"),
        (["S", "--start", "x", "--out", "OUT"], "--start goes with --script"),
        (["S", "--ticks", "0", "--out", "OUT"], "at least 1"),
        (["S", "--out", "S"], "exists already"),
        (["S"], "--out"),
    ],
)
def test_a_wrong_command_is_one_line_exit_code_2_and_leaves_nothing(
    tmp_path, session, capsys, words, message
):
    places = {"S": str(session), "OUT": str(tmp_path / "out")}
    before = sorted(tmp_path.rglob("*"))
    try:
        code = main(
            ["render", *(places.get(word, word) for word in words), "--weights", str(tmp_path / "nowhere")]
        )
    except SystemExit as end:
        code = end.code
    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert len(lines) == 1
    assert message in lines[0]
    assert sorted(tmp_path.rglob("*")) == before


def test_input_that_does_not_fit_the_world_is_refused_before_anything_is_written(tmp_path, session):
    state, out = tmp_path / "at.state", tmp_path / "out"
    render("--session", session, "--ticks", 5, "--save-state", state, "--sheet", "--out", tmp_path / "a")
    with pytest.raises(SessionError, match="is 128x96, the model's screen is 64x48"):
        render("--session", session, "--out", out, world=PaintWorld((64, 48)))
    with pytest.raises(StateError, match="belongs to paint paint-1"):
        render("--session", session, "--state", state, "--out", out, world=PaintWorld(model="paint-2"))
    (tmp_path / "broken.txt").write_text("jump")
    with pytest.raises(InputError, match="line 1"):
        render("--script", tmp_path / "broken.txt", "--out", out)
    Image.new("RGB", (10, 10)).save(tmp_path / "small.png")
    with pytest.raises(InputError, match="10x10, expected 128x96"):
        render("--script", tmp_path / "broken.txt", "--start", tmp_path / "small.png", "--out", out)
    assert not out.exists()
