"""Start and end a private desktop: X server and XFCE session, in namespaces of their own where the machine allows."""

import select
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from Xlib import X

from ncdesktop.desktop.packages import SERVER_PACKAGES, check_packages
from ncdesktop.desktop.profile import profile_of
from ncdesktop.desktop.session_command import SETTINGS_READY, in_namespaces, namespaces_work, plain
from ncdesktop.desktop.x11 import close, connect, show_arrow
from ncdesktop.errors import DesktopError

__all__ = ["PrivateDisplay", "start_desktop", "start_program"]

START_S = 30.0
_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_TIMEZONE = "UTC"


class PrivateDisplay:
    """A running X server and what runs on it. `close` ends all of it, and so does the end of this process.

    wallpaper: whether one will cover what is black at first
    """

    wallpaper = False

    def __init__(self, folder: Path, supervisor: subprocess.Popen[bytes], name: str, server: int) -> None:
        """folder: private files, removed on close; name: X display; server: process id of the X server."""
        self.name = name
        self.server = server
        self._folder = folder
        self._supervisor = supervisor
        self._log = open(folder / "log", errors="replace")  # noqa: SIM115 (closed in close)

    @property
    def running(self) -> bool:
        return self._supervisor.poll() is None

    def last_words(self) -> str:
        """Return the last line that a program of the session wrote."""
        self._log.seek(0)
        lines = self._log.read().splitlines()
        return lines[-1] if lines else "nothing was said"

    def close(self) -> None:
        """End every process and remove the private files; more than once is fine."""
        _end(self._supervisor)
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def start_desktop(size: tuple[int, int], *, timezone: str = _TIMEZONE) -> PrivateDisplay:
    """Start an XFCE desktop of a known size; its windows may take a second to appear.

    timezone: a POSIX TZ, to vary what the clock shows
    Raises DesktopError if packages are missing or it does not start.
    """
    check_packages()
    profile = profile_of(size)
    folder = _private_folder()
    try:
        command = (
            in_namespaces(folder, profile, timezone)
            if namespaces_work()
            else plain(folder, profile, timezone)
        )
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise DesktopError(f"cannot write the desktop's files to {folder}: {error.strerror}") from error
    desktop = _start(folder, size, command)
    try:
        _wait_for_settings(desktop)
    except DesktopError:
        desktop.close()
        raise
    (folder / "system" / SETTINGS_READY).touch()
    desktop.wallpaper = True
    return desktop


def start_program(size: tuple[int, int], command: str) -> PrivateDisplay:
    """Start one X11 program, a command line, on an X server of its own with no desktop around it.

    It runs as the present user in the present folder, and is started again whenever it ends. Raises DesktopError if it
    cannot be found.
    """
    check_packages(SERVER_PACKAGES)
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise DesktopError(f"cannot understand the command {command!r}: {error}") from error
    if not words or not shutil.which(words[0]):
        raise DesktopError(
            f"no program {words[0] if words else ''!r} on this machine; give its path or install it"
        )
    private = _start(
        _private_folder(), size, ["sh", "-c", f"while :; do {shlex.join(words)}; sleep 0.5; done"]
    )
    display = connect(private.name)
    show_arrow(display)
    close(display)
    return private


def _private_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="ncdesktop-"))


def _start(folder: Path, size: tuple[int, int], session: list[str]) -> PrivateDisplay:
    arguments = [sys.executable, "-I", "-S", str(_SUPERVISOR), f"{size[0]}x{size[1]}", str(folder), *session]
    supervisor = subprocess.Popen(
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert supervisor.stdout is not None
    ready, _, _ = select.select([supervisor.stdout], [], [], START_S)
    words = supervisor.stdout.readline().split() if ready else []
    supervisor.stdout.close()
    if len(words) != 2:
        _end(supervisor)
        said = (folder / "log").read_text(errors="replace").strip().splitlines()[-1:]
        shutil.rmtree(folder, ignore_errors=True)
        raise DesktopError(f"the X server did not start: {said[0] if said else 'it said nothing'}")
    return PrivateDisplay(folder, supervisor, f":{words[0].decode()}", int(words[1]))


def _end(supervisor: subprocess.Popen[bytes]) -> None:
    assert supervisor.stdin is not None
    supervisor.stdin.close()
    try:
        supervisor.wait(10)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _wait_for_settings(desktop: PrivateDisplay) -> None:
    """Wait until the settings are published: a program that starts before takes other fonts and icons."""
    display = connect(desktop.name)
    deadline = time.monotonic() + START_S
    try:
        name, published = display.intern_atom("_XSETTINGS_S0"), display.intern_atom("_XSETTINGS_SETTINGS")
        while True:
            owner = display.get_selection_owner(name)
            if owner != X.NONE and owner.get_full_property(published, X.AnyPropertyType):
                return
            if time.monotonic() > deadline or not desktop.running:
                raise DesktopError(f"the desktop's settings daemon did not start: {desktop.last_words()}")
            time.sleep(0.02)
    finally:
        close(display)
