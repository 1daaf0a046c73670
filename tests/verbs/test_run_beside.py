"""The real desktop beside a dream, as `ncdesktop run` opens it."""

import os
import time
from pathlib import Path

import pytest
from worlds import PaintWorld

from ncdesktop.desktop.packages import missing_packages
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake
from ncdesktop.errors import DesktopError
from ncdesktop.events import Move
from ncdesktop.verbs.run import open_real


def children() -> set[int]:
    """Process ids of all that this process has started and not yet seen end."""
    task = Path(f"/proc/{os.getpid()}/task")
    return {int(pid) for thread in task.iterdir() for pid in (thread / "children").read_text().split()}


@pytest.mark.display
@pytest.mark.skipif(bool(missing_packages()), reason=f"not installed: {', '.join(missing_packages())}")
def test_a_real_desktop_runs_beside_and_leaves_no_process(tmp_path: Path) -> None:
    before, said = children(), []
    console = Console(PaintWorld((512, 384)), Intake(), home=tmp_path, say=said.append, real=open_real)
    console.command("beside")
    deadline_s = time.monotonic() + 60
    while (both := console.status.beside) is None:
        assert time.monotonic() < deadline_s and console.status.starting, said
        time.sleep(console.wait_s() or 0)
        console.tick()
    assert both.share < 0.05  # the paper has spots of its own, and begins with the real screen
    began_s = time.monotonic()
    for x in range(100, 115):
        console.intake.put(Move(x, 50))
        console.tick()
    assert time.monotonic() - began_s > 0.9
    now = console.status.beside
    assert now is not None and now.real.pointer == now.dream.pointer == (114, 50)
    assert children() > before
    console.close()
    assert children() == before


def test_a_size_without_a_real_desktop_is_an_error_that_says_so(tmp_path: Path) -> None:
    if missing_packages():
        with pytest.raises(DesktopError, match="apt-get install"):
            open_real((128, 96))
        return
    with pytest.raises(DesktopError, match="no desktop profile for 128x96"):
        open_real((128, 96)).reset()
