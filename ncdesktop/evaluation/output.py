"""Where figures and pictures go: checked before hours of measuring, not after."""

import json
import os
from pathlib import Path
from typing import Any

from ncdesktop.errors import InputError
from ncdesktop.paths import write_atomically

__all__ = ["check_file", "make_folder", "write_figures"]


def check_file(path: Path | None) -> None:
    """Raise InputError if `path` could not be written; None is fine."""
    if path is None:
        return
    if path.is_dir():
        raise InputError(f"{path} is a folder, expected the name of a file to write; choose another place")
    folder = path.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError(f"cannot write {path}: {folder} is no writable folder; choose another place")


def make_folder(path: Path) -> None:
    """Make a folder and those it lies in; raises InputError if that cannot be done."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make folder {path}: {error.strerror}; choose another place") from error


def write_figures(path: Path | None, found: dict[str, Any]) -> None:
    """Write figures as one JSON object; without a path, nowhere."""
    if path is None:
        return
    try:
        write_atomically(path, json.dumps(found, indent=1).encode())
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}; choose another place") from error
