"""Tours: played to an audience, asked for, given way to visitors."""

import pytest
from panels import live, pixels
from worlds import PaintWorld

from ncdesktop.emulator.demo import Demo
from ncdesktop.errors import StateError
from ncdesktop.events import Button, Move


def test_a_tour_gives_way_to_the_visitor_and_returns_after_idling(panel, tmp_path):
    (tmp_path / "one.txt").write_text("say First\nmove 20 20 5\nclick\nwait 3")
    (tmp_path / "two.txt").write_text("say Second\nmove 90 20 5\nwait 3")
    world = PaintWorld()
    tours = [tmp_path / "one.txt", tmp_path / "two.txt"]
    console = panel(world, demo=Demo(tours, size=(128, 96), idle_s=2))
    assert console.status.caption == "First"
    live(console, 11)
    assert console.status.led
    assert world.seen[4].pointer == (20, 20)
    live(console, 3 * 15 + 1)
    assert console.status.caption == "Second"
    assert console.status.frame.tick <= 2
    console.intake.put(Move(64, 64))
    live(console)
    assert world.seen[-1].pointer == (64, 64)
    assert not console.status.led
    assert "yours" in console.status.caption
    live(console, 2 * 15)
    assert not console.status.led
    live(console)
    assert console.status.led
    assert console.status.caption == "First"


def test_a_tour_can_be_asked_for_taken_over_and_undone(panel, tmp_path):
    (tmp_path / "one.txt").write_text("say First\nmove 20 20 5\nclick\nwait 3")
    (tmp_path / "two.txt").write_text("say Second\nmove 90 20 5\nwait 3")
    console = panel(tours=[tmp_path / "one.txt", tmp_path / "two.txt"])
    live(console, 4)
    before = pixels(console)
    console.command("tour")
    assert console.status.caption == "First" and console.status.led
    console.intake.put(Move(3, 3))  # a resting hand may tremble
    live(console, 5)
    assert console.status.frame.pointer == (20, 20)
    console.command("tour")
    assert console.status.caption == "Second"
    console.intake.put(Button(1, True))
    live(console, 2)  # where the hand is, and what it does
    assert not console.status.led and console.status.caption == ""
    console.command("undo")
    console.command("undo")
    assert (pixels(console) == before).all()


def test_without_tours_to_ask_for_the_reason_is_told(panel):
    with pytest.raises(StateError, match="no tours"):
        panel().command("tour")
