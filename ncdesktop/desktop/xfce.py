"""Start and end a private desktop: X server and XFCE session, in namespaces of their own where the machine allows."""

import logging
import select
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from Xlib import X

from ncdesktop.desktop.home import write_home, write_system
from ncdesktop.desktop.packages import SERVER_PACKAGES, check_packages
from ncdesktop.desktop.profile import Profile, profile_of
from ncdesktop.desktop.x11 import close, connect, show_arrow
from ncdesktop.errors import DesktopError

__all__ = ["PrivateDisplay", "start_desktop", "start_program"]

log = logging.getLogger(__name__)

START_S = 30.0
_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_SESSION = """\
export DBUS_SESSION_BUS_ADDRESS="unix:path=$XDG_RUNTIME_DIR/bus"
[ ! -d /run/home ] || cp -r /run/home/. "$HOME"
cd "$HOME"
setpriv --pdeathsig KILL dbus-daemon --session --nofork --nopidfile --address="$DBUS_SESSION_BUS_ADDRESS" &
while [ ! -S "$XDG_RUNTIME_DIR/bus" ]; do sleep 0.02; done
xfsettingsd --disable-wm-check --daemon
while [ ! -e "$NCDESKTOP_SETTINGS_READY" ]; do sleep 0.02; done
xfwm4 &
xfce4-panel --disable-wm-check &
xfdesktop --disable-wm-check &
thunar --daemon &
wait
"""
_ETC = [
    "alternatives",
    "bash.bashrc",
    "debian_version",
    "default",
    "dbus-1",
    "fonts",
    "gtk-3.0",
    "inputrc",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "mime.types",
    "nsswitch.conf",
    "os-release",
    "protocols",
    "services",
    "terminfo",
    "X11",
    "xdg",
]
"""What the session sees of /etc: nothing of the host's own."""
_OWN_ETC = {
    "passwd": "root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000:user:/home/user:/bin/bash\n",
    "group": "root:x:0:\nuser:x:1000:\n",
    "hostname": "desktop\n",
    "hosts": "127.0.0.1 localhost desktop\n",
    "machine-id": "0123456789abcdef0123456789abcdef\n",
}
_EMPTY_ROOT_FOLDERS = ["boot", "media", "mnt", "opt", "root", "srv", "sys"]
_ROOT_BYTES = 600 << 20
_FRESH_HOME = "/run/home"
_TIMEZONE = "UTC"
_SETTINGS_READY = "settings-ready"


class PrivateDisplay:
    """A running X server and what runs on it. `close` ends all of it, and so does the end of this process."""

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
            _in_namespaces(folder, profile, timezone)
            if _namespaces_work()
            else _plain(folder, profile, timezone)
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
    (folder / "system" / _SETTINGS_READY).touch()
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


def _namespaces_work() -> bool:
    trial = ["bwrap", "--ro-bind", "/", "/", "--proc", "/proc", "--unshare-all", "--uid", "1000", "true"]
    done = subprocess.run(trial, capture_output=True, text=True)
    if done.returncode:
        log.warning(
            "no private namespaces here (%s): the session runs as you and sees this machine",
            done.stderr.strip(),
        )
    return done.returncode == 0


def _environment(home: Path, system: Path, runtime: Path, profile: Profile, timezone: str) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "USER": "user", "LOGNAME": "user",
        "SHELL": "/bin/bash", "LANG": "C.UTF-8", "TZ": timezone, "XDG_RUNTIME_DIR": str(runtime),
        "XDG_CURRENT_DESKTOP": "XFCE", "XDG_SESSION_TYPE": "x11", "DESKTOP_SESSION": "xfce",
        "XDG_CONFIG_HOME": str(home / ".config"), "XDG_CONFIG_DIRS": f"{system}/xdg:/etc/xdg",
        "XDG_DATA_DIRS": f"{system}/share:/usr/local/share:/usr/share", "XDG_MENU_PREFIX": "xfce-",
        "NO_AT_BRIDGE": "1", "GTK_A11Y": "none", "GTK_OVERLAY_SCROLLING": "0", "GSETTINGS_BACKEND": "keyfile",
        "GDK_BACKEND": "x11", "GTK_CSD": "0", "XCURSOR_THEME": "DMZ-White", "XCURSOR_SIZE": str(profile.cursor),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NCDESKTOP_SETTINGS_READY": f"{system}/{_SETTINGS_READY}",
    }  # fmt: skip


def _in_namespaces(folder: Path, profile: Profile, timezone: str) -> list[str]:
    """Return the command of a session that sees a read-only system, a user named `user` and nothing of the host."""
    home, system, runtime = Path("/home/user"), Path("/run/desktop"), Path("/run/user/1000")
    write_home(folder / "home", profile)
    write_system(folder / "system", profile)
    (folder / "etc").mkdir()
    for name, text in _OWN_ETC.items():
        (folder / "etc" / name).write_text(text)
    arguments = [
        "bwrap",
        "--unshare-all",
        "--uid",
        "1000",
        "--gid",
        "1000",
        "--hostname",
        "desktop",
        "--die-with-parent",
    ]
    arguments += ["--size", str(_ROOT_BYTES), "--tmpfs", "/"]  # what the file manager tells of as free space
    arguments += ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for name in ("bin", "sbin", "lib", "lib64"):
        arguments += ["--symlink", f"usr/{name}", f"/{name}"]
    for name in _ETC:
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for name in _OWN_ETC:
        arguments += ["--ro-bind", str(folder / "etc" / name), f"/etc/{name}"]
    for name in _EMPTY_ROOT_FOLDERS:
        arguments += ["--dir", f"/{name}"]
    arguments += ["--dir", "/var/tmp", "--ro-bind-try", "/var/cache/fontconfig", "/var/cache/fontconfig"]
    arguments += ["--ro-bind", str(folder / "system"), str(system), "--dir", str(home)]
    arguments += ["--ro-bind", str(folder / "home"), _FRESH_HOME]
    arguments += [
        "--perms",
        "0700",
        "--dir",
        str(runtime),
        "--bind",
        "/tmp/.X11-unix",
        "/tmp/.X11-unix",
        "--clearenv",
    ]
    for name, value in _environment(home, system, runtime, profile, timezone).items():
        arguments += ["--setenv", name, value]
    # DISPLAY is known only when the server runs: the outer shell hands it in
    return [
        "bash",
        "-c",
        f'exec {shlex.join(arguments)} --setenv DISPLAY "$DISPLAY" bash -c {shlex.quote(_SESSION)}',
    ]


def _plain(folder: Path, profile: Profile, timezone: str) -> list[str]:
    """Return the command of a session that runs as the present user with a home folder of its own."""
    home, system, runtime = folder / "user", folder / "system", folder / "run"
    write_home(home, profile)
    write_system(system, profile)
    runtime.mkdir(mode=0o700)
    environment = _environment(home, system, runtime, profile, timezone)
    words = [f"{name}={value}" for name, value in environment.items()]
    return [
        "bash",
        "-c",
        f'exec env -i {shlex.join(words)} DISPLAY="$DISPLAY" bash -c {shlex.quote(_SESSION)}',
    ]
