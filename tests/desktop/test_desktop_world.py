"""The real desktop: what it shows, how input reaches it, and that nothing of it outlives its owner."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from Xlib import X

from ncdesktop.actions import Action, fold
from ncdesktop.desktop import desktop_world, xfce
from ncdesktop.desktop.desktop_world import DesktopWorld
from ncdesktop.desktop.packages import missing_packages
from ncdesktop.desktop.windows import WindowList
from ncdesktop.desktop.x11 import close, connect
from ncdesktop.errors import DesktopError, InputError, StateError
from ncdesktop.events import Button, Event, Key, Move, Wheel
from ncdesktop.world import FPS, Frame, changed_cells

pytestmark = [
    pytest.mark.display,
    pytest.mark.skipif(bool(missing_packages()), reason=f"not installed: {', '.join(missing_packages())}"),
]


class User:
    """Steps a world with events, one list a tick."""

    def __init__(self, world: DesktopWorld) -> None:
        self.world = world
        self.frame = world.reset()
        self.action = Action(self.frame.pointer)

    def tick(self, *events: Event) -> Frame:
        self.action = fold(self.action, events)
        self.frame = self.world.step(self.action)
        self.world.windows.refresh()
        return self.frame

    def wait(self, ticks: int) -> Frame:
        for _ in range(ticks):
            self.tick()
        return self.frame

    def click(self, x: int, y: int) -> Frame:
        self.tick(Move(x, y))
        return self.tick(Button(1, True), Button(1, False))


@pytest.fixture(scope="module")
def user() -> Iterator[User]:
    world = DesktopWorld()
    try:
        yield User(world)
    finally:
        world.close()


def kinds(user: User) -> list[str]:
    return [window.kind for window in user.world.windows.windows]


def wait_until(user: User, condition: Callable[[], object], limit_s: int = 20) -> None:
    for _ in range(limit_s * FPS):
        if condition():
            return
        user.tick()
    raise AssertionError("it did not happen")


def test_a_fresh_desktop_stands_still(user: User) -> None:
    before = user.tick()
    assert before.ui.shape == (384, 512, 3)
    after = user.wait(10)
    changed = changed_cells(before.ui, after.ui)
    assert not changed[2:].any()  # the clock in the panel may turn


def test_the_pointer_is_not_in_the_picture_but_its_shape_and_place_are_told(user: User) -> None:
    before = user.tick(Move(300, 300))
    after = user.tick(Move(400, 200))
    assert np.array_equal(before.ui[2:], after.ui[2:])
    assert after.pointer == (400, 200)
    assert after.cursor is not None and after.cursor.name == "left_ptr"
    assert not np.array_equal(after.pixels, after.ui)
    assert after.cursor.image[..., 3].max() == 255


def test_ticks_last_a_fifteenth_of_a_second(user: User) -> None:
    began = time.monotonic()
    user.wait(15)
    assert 0.95 < time.monotonic() - began < 2


def test_a_click_shorter_than_a_tick_opens_the_menu_and_a_key_closes_it(user: User) -> None:
    user.click(40, 10)
    wait_until(user, lambda: user.world.windows.popups)
    user.tick(Key("Escape", True), Key("Escape", False))
    wait_until(user, lambda: not user.world.windows.popups)


def test_typed_text_reaches_a_terminal_and_windows_are_listed(user: User) -> None:
    user.tick(Key("Control_L", True), Key("Alt_L", True), Key("t", True))
    user.tick(Key("t", False), Key("Alt_L", False), Key("Control_L", False))
    wait_until(user, lambda: "Xfce4-terminal" in kinds(user))
    user.wait(FPS)
    before = user.frame
    for name in ("e", "x", "i", "adiaeresis"):  # the last has no place on the keyboard
        user.tick(Key(name, True))
        user.tick(Key(name, False))
    assert changed_cells(before.ui, user.wait(3).ui).any()
    window = user.world.windows.windows[-1]
    assert window.active and window.title_height > 10 and window.label()[1] == "Xfce4-terminal"
    for name in ("BackSpace", "t", "Return"):
        user.tick(Key(name, True))
        user.tick(Key(name, False))
    wait_until(user, lambda: not user.world.windows.windows)


def test_wheel_and_drag_do_not_disturb(user: User) -> None:
    user.tick(Move(250, 250), Button(1, True))
    user.tick(Move(350, 330))
    band = user.wait(1)
    user.tick(Button(1, False), Wheel(0, -1))
    assert changed_cells(band.ui, user.wait(3).ui).any()


def test_a_caller_who_comes_late_gets_a_whole_tick_that_counts_as_late(user: User) -> None:
    time.sleep(0.3)
    began = time.monotonic()
    user.tick()
    assert time.monotonic() - began > 1 / FPS - 0.005
    assert user.world.timing.late and user.world.timing.dropped >= 3
    assert not all(user.tick() and user.world.timing.late for _ in range(10))  # one of them comes in time


_PANEL_THEN_WALLPAPER = """
import time
from Xlib.display import Display
display = Display()
screen = display.screen()
for height, pause_s in ((20, 2.5), (384, 600)):
    screen.root.create_window(0, 0, 512, height, 0, screen.root_depth, background_pixel=0xA0A0A0).map()
    display.sync()
    time.sleep(pause_s)
"""


def test_a_desktop_begins_when_its_wallpaper_is_there(tmp_path: Path) -> None:
    """On a busy machine sessions began with a panel over black."""
    program = tmp_path / "late.py"
    program.write_text(_PANEL_THEN_WALLPAPER)

    def start() -> xfce.PrivateDisplay:
        private = xfce.start_program((512, 384), f"{sys.executable} {program}")
        private.wallpaper = True
        return private

    world = DesktopWorld(start=start)
    try:
        assert (world.reset().ui == 0xA0).all()
    finally:
        world.close()


@pytest.mark.parametrize("crashes", [1, 2])
def test_a_desktop_whose_programs_die_as_they_start_is_started_once_more(
    crashes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole hour of several recorders ended since one of them had died so."""
    monkeypatch.setattr(desktop_world, "_QUIET_LIMIT_S", 2.0)
    program = tmp_path / "program.py"
    program.write_text(_PANEL_THEN_WALLPAPER)
    starts = []

    def start() -> xfce.PrivateDisplay:
        starts.append("sleep 60" if len(starts) < crashes else f"{sys.executable} {program}")
        return xfce.start_program((512, 384), starts[-1])

    world = DesktopWorld(start=start)
    try:
        if crashes == 1:
            assert world.reset().ui.any()
        else:
            with pytest.raises(DesktopError, match="nothing appeared"):
                world.reset()
    finally:
        world.close()
    assert len(starts) == 2


def test_the_real_desktop_has_no_states(user: User) -> None:
    with pytest.raises(StateError, match="cannot be saved"):
        user.world.get_state()
    with pytest.raises(InputError, match="only fresh"):
        user.world.reset(start=user.frame.ui)


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(DesktopError, match="no desktop profile for 640x480"):
        DesktopWorld((640, 480)).reset()


def test_nothing_outlives_a_killed_owner() -> None:
    program = (
        "import sys, time\n"
        "from ncdesktop.desktop.xfce import start_desktop\n"
        "desktop = start_desktop((512, 384))\n"
        "print(desktop.server, desktop._folder, flush=True)\n"
        "time.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    server, folder = owner.stdout.readline().split()
    assert Path(f"/proc/{server}").exists() and Path(folder).exists()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{server}").exists() or Path(folder).exists() or processes_naming(folder):
        assert time.monotonic() < deadline, "processes or private files are still there"
        time.sleep(0.05)


def processes_naming(folder: str) -> list[str]:
    """Return the ids of processes that were started with this folder in their environment or command."""
    found = []
    for path in [*Path("/proc").glob("[0-9]*/cmdline"), *Path("/proc").glob("[0-9]*/environ")]:
        try:
            if folder.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def test_without_namespaces_the_desktop_works_too_and_ends_as_completely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xfce, "namespaces_work", lambda: False)
    desktop = xfce.start_desktop((512, 384))
    folder = str(desktop._folder)
    display = connect(desktop.name)
    windows = WindowList(display)
    deadline = time.monotonic() + 20
    while not display.screen().root.get_full_property(
        display.intern_atom("_NET_SUPPORTED"), X.AnyPropertyType
    ):
        assert time.monotonic() < deadline, "no window manager came"
        time.sleep(0.05)
    assert windows.windows == []
    assert len(processes_naming(folder)) > 5
    close(display)
    desktop.close()
    assert not processes_naming(folder)
    assert not Path(folder).exists()


@pytest.mark.parametrize("namespaces", [True, False])
def test_nothing_outlives_a_killed_supervisor(namespaces: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not namespaces:
        monkeypatch.setattr(xfce, "namespaces_work", lambda: False)
    desktop = xfce.start_desktop((512, 384))
    folder = str(desktop._folder)
    assert processes_naming(folder)
    desktop._supervisor.kill()
    deadline = time.monotonic() + 10
    while processes_naming(folder):
        assert time.monotonic() < deadline, "processes are still there"
        time.sleep(0.05)
    desktop.close()


def test_the_end_of_the_server_is_told_as_an_error() -> None:
    world = DesktopWorld()
    user = User(world)
    assert world._private is not None
    os.kill(world._private.server, signal.SIGKILL)
    with pytest.raises(DesktopError, match="has ended"):
        for _ in range(30):
            user.tick()
    world.close()
