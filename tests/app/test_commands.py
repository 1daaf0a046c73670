"""The table of hot keys and what does the commands agree."""

from worlds import PaintWorld

from ncdesktop.app.window import Window
from ncdesktop.emulator.console import Console
from ncdesktop.emulator.hotkeys import COMMANDS
from ncdesktop.emulator.intake import Intake


def test_every_hot_key_is_a_command_of_the_window_or_the_console(tmp_path):
    console = Console(PaintWorld(), Intake(), home=tmp_path, say=print)
    names = {command.split()[0] for command in COMMANDS.values()}
    assert names <= console.commands.keys() | Window.COMMANDS.keys()
    assert not console.commands.keys() & Window.COMMANDS.keys()
    console.close()
