"""A front panel without a window."""

import pytest
from panels import Clock
from worlds import PaintWorld

from ncdesktop.emulator.console import Console
from ncdesktop.emulator.intake import Intake


@pytest.fixture
def panel(tmp_path):
    """Return a function that makes a console; what it says is in its `said`."""
    made = []

    def make(world=None, **options):
        said = []
        console = Console(
            world or PaintWorld(), Intake(), home=tmp_path, say=said.append, clock=Clock(), **options
        )
        console.said = said
        made.append(console)
        return console

    yield make
    for console in made:
        console.close()
