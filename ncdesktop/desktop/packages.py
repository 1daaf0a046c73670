"""The Debian packages that the real desktop needs: `packages.txt` beside this file is their only list."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from ncdesktop.errors import DesktopError

__all__ = [
    "PACKAGE_LIST",
    "SERVER_PACKAGES",
    "check_library",
    "check_packages",
    "install_command",
    "missing_packages",
]

PACKAGE_LIST = Path(__file__).with_name("packages.txt")
"""One line a package: its name, and a command or file that it brings."""
SERVER_PACKAGES = ("xvfb",)
"""What a single program without the desktop around it needs."""


def missing_packages(only: tuple[str, ...] | None = None) -> list[str]:
    """Return the names of listed packages (of those in `only`) whose command or file is not on this machine."""
    lines = [line.split() for line in PACKAGE_LIST.read_text().splitlines() if line]
    return [
        package
        for package, proof in lines
        if (only is None or package in only)
        and not (Path(proof).exists() if proof.startswith("/") else shutil.which(proof))
    ]


def install_command(packages: list[str]) -> str:
    """Return the line that installs packages on Debian and Ubuntu."""
    return f"apt-get install --no-install-recommends {' '.join(packages)}"


def check_library() -> None:
    """Raise DesktopError if the Python package that speaks to X servers is missing."""
    if find_spec("Xlib") is None:
        raise DesktopError(
            "the real desktop needs python-xlib, which is not installed: pip install 'ncdesktop[record]'"
        )


def check_packages(only: tuple[str, ...] | None = None) -> None:
    """Raise DesktopError that names the packages that are missing."""
    check_library()
    if missing := missing_packages(only):
        raise DesktopError(
            f"the real desktop needs packages that are not installed: {', '.join(missing)}; "
            f"as root: {install_command(missing)}"
        )
