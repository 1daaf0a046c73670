"""A program for the window's tests: the real window over the paint world. Prints each action as JSON and quits cleanly."""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from worlds import PaintWorld

from ncdesktop.actions import action_to_json
from ncdesktop.app.app import open_window
from ncdesktop.app.window import Look
from ncdesktop.emulator.console import Console
from ncdesktop.errors import DesktopError, NCDesktopError, WeightsError
from ncdesktop.paths import home


class Told(PaintWorld):
    """Prints every action that is not idle."""

    def step(self, action):
        if action.edges:
            print(json.dumps(action_to_json(action)), flush=True)
        return super().step(action)


class Real(PaintWorld):
    """Stands for a real desktop: another paper, on which other spots appear."""

    def reset(self, seed=None, start=None):
        return super().reset(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tick-ms", type=int, default=5)
    parser.add_argument("--load-s", type=float, default=0.0)
    parser.add_argument("--real-missing", action="store_true")
    parser.add_argument("--fail", action="store_true")
    parser.add_argument("--view-only", action="store_true")
    parser.add_argument("--pause-unfocused", action="store_true")
    arguments = parser.parse_args()

    def make_console(intake, say):
        time.sleep(arguments.load_s)
        if arguments.fail:
            raise WeightsError("no such world")
        world = Told((128, 96), tick_s=arguments.tick_ms / 1000)
        return Console(world, intake, home=home(), say=say, autosave=True, real=open_real)

    def open_real(size):
        if arguments.real_missing:
            raise DesktopError("packages are not installed: " + ", ".join(f"package-{n}" for n in range(40)))
        return Real(size)

    look = Look(view_only=arguments.view_only, pause_unfocused=arguments.pause_unfocused)
    try:
        open_window(make_console, guest=(128, 96), look=look, scale=4)
    except NCDesktopError as error:
        print(f"ncdesktop: {error}", file=sys.stderr)
        return 2
    print("ended", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
