"""The probes: what a person tries on a desktop, one function a group, judged on pixels and on text."""

from collections.abc import Callable

import numpy as np

from ncdesktop.evaluation.judges import character_accuracy, crop, likeness, read_text, seen_near, share_of
from ncdesktop.evaluation.stage import MENU_Y, PANEL_PX, WALLPAPER, WINDOWS, Stage, screen, window

__all__ = ["GROUPS", "Probe"]

Probe = Callable[[Stage, int], None]
"""Plays one run on the stage; the number of the run chooses among programs and places."""

_PROGRAMS = ("terminal", "files", "editor", "calculator")
_ICONS = {"files": (52, 232), "filesystem": (52, 147), "trash": (52, 62)}
_MENU_BOX = (0, 23, 126, 132)
_CONTEXT_BOX = (309, 158, 140, 208)
_BELOW_PANEL = (0, PANEL_PX, 512, 384 - PANEL_PX)
_TASK_BUTTON = (160, 11)
_CLOSE, _MAXIMISE, _MINIMISE = 15, 37, 59
"""Distance of a title button from the window's right edge; all are 12 px below its top."""
_LAUNCH_TICKS = 45
_ALIKE = 0.95


def _title_button(name: str, from_right: int) -> tuple[int, int]:
    left, top, width, _ = WINDOWS[name]
    return left + width - from_right, top + 12


def _is_open(stage: Stage, name: str) -> None:
    left, top, width, _ = WINDOWS[name]
    title = (left, top, width, 24)
    stage.claim(f"title of {name}", likeness(crop(stage.ui, title), crop(screen(name), title)) >= 0.8)
    stage.claim(f"window of {name}", likeness(crop(stage.ui, WINDOWS[name]), window(name)) >= 0.9)


def _desktop_shows(stage: Stage, box: tuple[int, int, int, int], words: str) -> None:
    stage.claim(words, likeness(crop(stage.ui, box), crop(screen("desktop"), box)) >= _ALIKE)


def menu(stage: Stage, run: int) -> None:
    stage.begin("desktop")
    stage.do(f"wait 5\nmove {stage.near(38, 11)}\nclick\nwait 8")
    shown = likeness(crop(stage.ui, _MENU_BOX), crop(screen("menu"), _MENU_BOX))
    stage.claim("menu is open", shown >= 0.8)  # an entry may be lit up


def menu_closes(stage: Stage, run: int) -> None:
    menu(stage, run)
    stage.do("key Escape\nwait 8")
    _desktop_shows(stage, _MENU_BOX, "desktop beneath it")


def open_by_menu(stage: Stage, run: int) -> None:
    name = _PROGRAMS[run % 4]
    menu(stage, run)
    stage.do(f"move {stage.near(60, MENU_Y[name], spread_x=25)}\nclick\nmove 420 330\nwait {_LAUNCH_TICKS}")
    _is_open(stage, name)


def open_by_icon(stage: Stage, run: int) -> None:
    name = tuple(_ICONS)[run % 3]
    stage.begin("desktop")
    place = stage.near(*_ICONS[name], spread_x=8, spread_y=8)
    stage.do(f"wait 5\nmove {place}\ndoubleclick\nmove 420 330\nwait {_LAUNCH_TICKS}")
    _is_open(stage, name)


def terminal(stage: Stage, run: int) -> None:
    words = ("hello", "seven", "garden", "window", "paper")[run % 5]
    stage.begin("desktop", "terminal")
    stage.do(
        f"move {stage.near(140, 130, spread_x=40, spread_y=30)}\nclick\nwait 5\ntype echo {words}\nwait 10"
    )
    prompt = "user@desktop:~$"
    line = read_text(crop(stage.ui, (0, 46, 275, 17)), single_line=True)
    stage.claim(f"reads: {line}", character_accuracy(line, f"{prompt} echo {words}") >= 0.9)
    stage.do("key Return\nwait 20")
    lines = read_text(crop(stage.ui, (0, 46, 275, 48))).splitlines()
    answer, again = (*lines[1:3], "", "")[:2]
    stage.claim(f"answers: {answer}", character_accuracy(answer, words) >= 0.8)
    stage.claim(f"prompt returns: {again}", character_accuracy(again, prompt) >= 0.8)


def editor(stage: Stage, run: int) -> None:
    stage.begin("desktop", "editor")
    stage.do(f"move {stage.near(150, 130, spread_x=40, spread_y=30)}\nclick\nwait 5\ntype The cad\nwait 4")
    stage.do(
        "key BackSpace\nwait 3\ntype t sat on a mut\nwait 4\nkey BackSpace\nkey BackSpace\ntype at.\nwait 10"
    )
    line = read_text(crop(stage.ui, (21, 66, 270, 17)), single_line=True)
    stage.claim(f"reads: {line}", character_accuracy(line, "The cat sat on a mat.") >= 0.9)


def move(stage: Stage, run: int) -> None:
    name = _PROGRAMS[run % 4]
    left, top, width, height = WINDOWS[name]
    right, down = stage.random.randint(165, 175), stage.random.randint(80, 95)
    stage.begin("desktop", name)
    grip = left + width // 2 - 20, top + 12
    stage.do(f"move {grip[0]} {grip[1]}\nwait 4\ndrag {grip[0] + right} {grip[1] + down} 20\nwait 12")
    height = min(height, 384 - top - down)
    there = crop(stage.ui, (left + right, top + down, width, height))
    stage.claim("intact at its new place", likeness(there, window(name)[:height]) >= _ALIKE)
    _desktop_shows(stage, (left, top, right, height), "desktop where it was")


def resize(stage: Stage, run: int) -> None:
    name = ("editor", "files")[run % 2]  # the others grow in steps of their own
    left, top, width, height = WINDOWS[name]
    right, down = stage.random.randint(60, 80), stage.random.randint(40, 60)
    corner = left + width - 1, top + height - 1
    stage.begin("desktop", name)
    stage.do(f"move {corner[0]} {corner[1]}\nwait 6\ndrag {corner[0] + right} {corner[1] + down} 15\nwait 15")
    close = crop(screen(name), (left + width - 24, top + 3, 18, 18))
    near = (left + width - 24 + right, top + 3)
    stage.claim("close button at the new edge", seen_near(stage.ui, close, near, within=6))
    old = crop(screen(name), (corner[0] - 11, corner[1] - 11, 12, 12))
    near = (corner[0] - 11 + right, corner[1] - 11 + down)
    stage.claim("corner at its new place", seen_near(stage.ui, old, near, within=6))
    grown = crop(stage.ui, (left + width + 6, top + 6, right - 12, height + down - 12))
    stage.claim("window reaches there", share_of(grown, WALLPAPER) < 0.05)


def minimise(stage: Stage, run: int) -> None:
    name = _PROGRAMS[run % 4]
    x, y = _title_button(name, _MINIMISE)
    stage.begin("desktop", name)
    stage.do(f"move {stage.near(x, y)}\nclick\nmove 420 330\nwait 15")
    _desktop_shows(stage, WINDOWS[name], "minimised")
    stage.do(f"wait 435\nmove {stage.near(*_TASK_BUTTON, spread_x=40)}\nclick\nmove 420 330\nwait 20")
    stage.claim("the same after 30 s", likeness(crop(stage.ui, WINDOWS[name]), window(name)) >= _ALIKE)


def cover(stage: Stage, run: int) -> None:
    stage.begin("desktop", "files", "two")
    x, y, width, height = 279, 122, 233, 262
    right = stage.random.randint(-210, -180)
    grip = x + width // 2 + stage.random.randint(-15, 15), y + 12
    stage.do(f"move {grip[0]} {grip[1]}\nwait 4\ndrag {grip[0] + right} {grip[1]} 20\nwait 10")
    there = crop(stage.ui, (x + right, y, width, height))
    stage.claim("covers, intact", likeness(there, crop(screen("two"), (x, y, width, height))) >= _ALIKE)
    stage.do(f"drag {grip[0]} {grip[1]} 20\nwait 12")
    found = likeness(crop(stage.ui, _BELOW_PANEL), crop(screen("two"), _BELOW_PANEL))
    stage.claim("both as before", found >= _ALIKE)


def maximise(stage: Stage, run: int) -> None:
    name = _PROGRAMS[run % 4]
    x, y = _title_button(name, _MAXIMISE)
    stage.begin("desktop", name)
    stage.do(f"move {stage.near(x, y)}\nclick\nwait 25")
    stage.claim("fills the screen", share_of(crop(stage.ui, _BELOW_PANEL), WALLPAPER) < 0.03)
    stage.do(f"move {stage.near(512 - _MAXIMISE, PANEL_PX + 13)}\nclick\nmove 420 340\nwait 25")
    stage.claim("window as before", likeness(crop(stage.ui, WINDOWS[name]), window(name)) >= _ALIKE)
    _desktop_shows(stage, (340, 30, 160, 340), "desktop beside it")


def close(stage: Stage, run: int) -> None:
    name = _PROGRAMS[run % 4]
    x, y = _title_button(name, _CLOSE)
    stage.begin("desktop", name)
    stage.do(f"move {stage.near(x, y)}\nclick\nmove 420 330\nwait 20")
    _desktop_shows(stage, _BELOW_PANEL, "what was beneath")
    _desktop_shows(stage, (80, 0, 200, PANEL_PX), "no button in the panel")


def context_menu(stage: Stage, run: int) -> None:
    stage.begin("desktop")
    x, y = stage.random.randint(150, 330), stage.random.randint(50, 150)
    stage.do(f"move {x} {y}\nclick 3\nwait 12")
    there = crop(stage.ui, (x + 1, y + 1, *_CONTEXT_BOX[2:]))
    stage.claim("menu is open", likeness(there, crop(screen("context_menu"), _CONTEXT_BOX)) >= 0.85)
    stage.do("key Escape\nwait 12")
    _desktop_shows(stage, _BELOW_PANEL, "menu is gone")


def calculator(stage: Stage, run: int) -> None:
    stage.begin("desktop", "calculator")
    for x, y in ((27, 187), (169, 268), (62, 187), (205, 253)):
        stage.do(f"move {stage.near(x, y, spread_x=6)}\nclick\nwait 6")
    stage.do("move 420 330\nwait 6")
    text = read_text(crop(stage.ui, (10, 74, 210, 26)), single_line=True)
    stage.claim(f"7 + 8 reads {text}", text == "15")


def hover(stage: Stage, run: int) -> None:
    stage.begin("desktop")
    stage.do(f"move {stage.near(38, 11, spread_x=20)}\nwait 3")
    button = crop(stage.ui, (0, 0, 78, PANEL_PX))
    stage.claim("button lights up", button.mean() > crop(screen("desktop"), (0, 0, 78, PANEL_PX)).mean() + 15)
    stage.do("wait 25")
    text = read_text(crop(stage.ui, (0, PANEL_PX + 1, 75, 26)), single_line=True)
    stage.claim(f"tooltip reads {text}", character_accuracy(text, "Applications") >= 0.7)
    stage.do("click\nwait 10")
    for name in ("calculator", "files"):
        y = MENU_Y[name]
        stage.do(f"move {stage.near(70, y, spread_x=20)}\nwait 5")
        row = crop(stage.ui, (2, y - 9, 120, 18)).astype(np.int16)
        blue = ((row[..., 2] - row[..., 0]) > 60).mean()
        stage.claim(f"{name} lights up in the menu", blue > 0.6)


def alt_tab(stage: Stage, run: int) -> None:
    stage.begin("desktop", "files", "two")
    stage.do(f"move {stage.near(120, 320, spread_x=30)}\nwait 5\nkey Alt_L+Tab\nwait 20")
    title = (60, 26, 180, 18)  # an inactive one differs by the colour of its letters alone
    shown, active, inactive = (
        crop(ui, title).astype(float) for ui in (stage.ui, screen("files"), screen("two"))
    )
    nearer = np.abs(shown - active).mean() < 0.5 * np.abs(inactive - active).mean()
    stage.claim("other title is active", nearer)
    covered = (279, 130, 54, 130)
    stage.claim("it is in front", likeness(crop(stage.ui, covered), crop(screen("files"), covered)) >= 0.85)


def cursor(stage: Stage, run: int) -> None:
    left, top, width, height = WINDOWS["editor"]
    stage.begin("desktop", "editor")
    for x, y, shape in (
        (150, 150, "text"),
        (left + width - 1, 130, "right_side"),
        (left + width - 1, top + height - 1, "bottom_right_corner"),
        (420, 300, "left_ptr"),
    ):
        stage.do(f"move {x} {y}\nwait 6")
        found = stage.frame.cursor.name if stage.frame.cursor else "none"
        stage.claim(f"{shape} at {x}, {y}: {found}", found == shape)


GROUPS: dict[str, Probe] = {
    probe.__name__: probe
    for probe in (
        menu, menu_closes, open_by_menu, open_by_icon, terminal, editor, move, resize, minimise, cover, maximise, close,
        context_menu, calculator, hover, alt_tab, cursor,
    )
}  # fmt: skip
