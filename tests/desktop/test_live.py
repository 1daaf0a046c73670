"""A person's use of the real desktop: every start of it is a session, and its time cannot be turned back."""

from pathlib import Path

import pytest

from ncdesktop.desktop.desktop_world import DesktopWorld
from ncdesktop.desktop.live import LiveWorld
from ncdesktop.desktop.packages import missing_packages
from ncdesktop.desktop.recorder import salvage
from ncdesktop.desktop.xfce import start_program
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake
from ncdesktop.errors import StateError
from ncdesktop.events import Move
from ncdesktop.session import open_session
from ncdesktop.verbs.record_live import limit_commands

NEEDED = missing_packages(("xvfb", "galculator"))


@pytest.mark.display
@pytest.mark.skipif(bool(NEEDED), reason=f"not installed: {', '.join(NEEDED)}")
def test_each_start_becomes_a_session_and_going_back_is_refused(tmp_path: Path) -> None:
    size = (320, 272)
    world = LiveWorld(
        DesktopWorld(size, start=lambda: start_program(size, "galculator")),
        tmp_path / "out",
        source="program",
    )
    intake = Intake()
    console = Console(world, intake, home=tmp_path / "home", say=lambda line: None)
    limit_commands(console)
    for tick in range(20):
        intake.put(Move(100 + tick, 90))
        console.tick()
    with pytest.raises(StateError, match="neither be stopped nor turned back"):
        console.command("rewind")
    console.command("reboot")
    for _ in range(3):
        console.tick()
    console.close()
    assert [path.name for path in world.unchecked] == ["live-00000", "live-00001"]
    assert all(salvage(path) for path in world.unchecked)
    first, second = (open_session(path) for path in world.unchecked)
    assert (first.policy, first.source, first.size) == ("live", "program", size)
    assert 18 <= len(first.ticks) <= 20 and len(second.ticks) == 3
    assert first.actions[-1].pointer == (119, 90)
