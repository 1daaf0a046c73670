"""The command that runs an XFCE session: in namespaces of its own, or plainly as the present user."""

import logging
import shlex
import subprocess
from pathlib import Path

from ncdesktop.desktop.home import write_home, write_system
from ncdesktop.desktop.profile import Profile

__all__ = ["SETTINGS_READY", "in_namespaces", "namespaces_work", "plain"]

log = logging.getLogger(__name__)

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
SETTINGS_READY = "settings-ready"
"""File in the folder `system` for which the session waits before it starts programs that look at settings."""


def namespaces_work() -> bool:
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
        "NCDESKTOP_SETTINGS_READY": f"{system}/{SETTINGS_READY}",
    }  # fmt: skip


def in_namespaces(folder: Path, profile: Profile, timezone: str) -> list[str]:
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


def plain(folder: Path, profile: Profile, timezone: str) -> list[str]:
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
