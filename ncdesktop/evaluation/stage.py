"""The stage of a probe: a world in closed loop with a scripted person, what is claimed of it, and its video."""

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from ncdesktop.actions import Action, fold
from ncdesktop.emulator.capture import VideoWriter
from ncdesktop.emulator.intake import Intake
from ncdesktop.emulator.text import caption
from ncdesktop.evaluation.judges import Box, crop
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.script import hasty, parse_script
from ncdesktop.world import FPS, Frame, World

__all__ = [
    "MENU_Y",
    "PANEL_PX",
    "WALLPAPER",
    "WINDOWS",
    "Claim",
    "DesktopStage",
    "DreamStage",
    "Stage",
    "screen",
    "window",
]

PANEL_PX = 22
WALLPAPER = (47, 93, 138)
WINDOWS: dict[str, Box] = {
    "terminal": (0, 23, 295, 183),
    "files": (0, 23, 333, 245),
    "editor": (0, 23, 302, 215),
    "calculator": (0, 23, 233, 262),
    "filesystem": (0, 23, 332, 245),
    "trash": (0, 23, 332, 245),
}
"""Where each program's window is when it opens on the empty desktop, borders included."""
MENU_Y = {"terminal": 35, "files": 56, "editor": 77, "calculator": 98}
"""Where each program is in the Applications menu."""
_SETTLE_TICKS = 16
_VERDICT_TICKS = FPS


@cache
def screen(name: str) -> np.ndarray:
    """Return a recorded real screen (H, W, 3) uint8: "desktop", "two", "menu", "context_menu" or one of WINDOWS."""
    with Image.open(Path(__file__).parent / "screens" / f"{name}.png") as image:
        pixels = np.array(image.convert("RGB"))
    pixels.setflags(write=False)
    return pixels


def window(name: str) -> np.ndarray:
    """Return the pixels of a program's real window as it opens."""
    return crop(screen(name), WINDOWS[name])


@dataclass(frozen=True)
class Claim:
    """Something that should be seen, and whether it was."""

    words: str
    true: bool


class Stage(ABC):
    """Lets a person act in a world, as in the window. `ui` is what is seen now; `claim` notes a verdict, which also goes into the video."""

    def __init__(self, world: World, *, seed: int, video: Path | None, haste: float = 0.0) -> None:
        """haste: how hasty the person is, see `ncdesktop.script.hasty`"""
        self.random = random.Random(seed)
        self._haste, self._intake = haste, Intake()
        self.claims: list[Claim] = []
        self._world, self._seed = world, seed
        self._action = Action((world.size[0] // 2, world.size[1] // 2))
        self._video = VideoWriter(video, size=world.size) if video else None
        self.frame: Frame

    @property
    def ui(self) -> np.ndarray:
        return self.frame.ui

    @abstractmethod
    def begin(self, *names: str) -> None:
        """Begin with what the real screens `names` show; the later ones cover the earlier ones."""

    def do(self, script: str) -> None:
        """Let the person do what an action script says, see `ncdesktop.script`."""
        seed = self.random.randrange(2**31)
        actions = parse_script(script, size=self._world.size, before=self._action, seed=seed).actions
        steps = iter([(list(action.edges), None) for action in actions])
        for events, _ in hasty(steps, random.Random(seed), self._haste):
            for event in events:
                self._intake.put(event)
            action = fold(replace(self._action, edges=()), self._intake.take())
            self._take(self._world.step(action), action)

    def near(self, x: int, y: int, *, spread_x: int = 4, spread_y: int = 3) -> str:
        """Return a place "x y" near a point: people do not hit the same pixel twice."""
        right, down = self.random.randint(-spread_x, spread_x), self.random.randint(-spread_y, spread_y)
        return f"{x + right} {y + down}"

    def claim(self, words: str, true: bool) -> None:
        """Note whether something that should be seen is seen."""
        self.claims.append(Claim(words, bool(true)))
        for _ in range(_VERDICT_TICKS):
            self._show(f"{'yes' if true else 'NO'}: {words}")

    def close(self) -> None:
        """Finish the video."""
        if self._video:
            self._video.close()

    def _take(self, frame: Frame, action: Action) -> None:
        self.frame, self._action = frame, action
        self._show("")

    def _show(self, words: str) -> None:
        if self._video:
            self._video.write(caption(self.frame.pixels, words, size_px=13))


class DreamStage(Stage):
    """The stage on which a dream plays."""

    def __init__(self, world: NeuralWorld, *, seed: int, video: Path | None, haste: float = 0.0) -> None:
        super().__init__(world, seed=seed, video=video, haste=haste)
        self._dream = world

    def begin(self, *names: str) -> None:
        """Follow the real screens one after the other, so that the dream remembers what is covered."""
        self._take(self._dream.reset(self._seed, screen(names[0]).copy()), self._action)
        for name in names:
            for _ in range(_SETTLE_TICKS):
                frame = self._dream.follow(self._action, screen(name).copy())
        self._take(frame, self._action)


class DesktopStage(Stage):
    """The stage on which a real desktop plays, to show that the probes can be passed."""

    def begin(self, *names: str) -> None:
        """Open by the menu what the screens show."""
        self._take(self._world.reset(), self._action)
        for name in names[1:]:
            program = {"two": "calculator"}.get(name, name)
            self.do(f"move 38 11\nclick\nwait 8\nmove 60 {MENU_Y[program]}\nclick\nwait 45")
        self.do("move 420 330\nwait 15")
