"""Where files are: the embedded weights and tours, and the user's states, recordings and pictures."""

import os
from datetime import datetime
from pathlib import Path

__all__ = ["embedded_tours", "embedded_weights", "free_path", "home", "write_atomically"]

DEFAULT_MODEL = "xfce-512x384"


def embedded_weights() -> Path:
    """Return the folder of the model that comes with the program (in a wheel or in a checkout)."""
    package = Path(__file__).parent
    inside = package / "weights" / DEFAULT_MODEL
    return inside if inside.exists() else package.parent / "weights" / DEFAULT_MODEL


def embedded_tours() -> list[Path]:
    """Return the tours that come with the program (in a wheel or in a checkout), in order."""
    package = Path(__file__).parent
    inside = package / "assets" / "tours"
    folder = inside if inside.exists() else package.parent / "assets" / "tours"
    return sorted(folder.glob("*.txt"))


def home() -> Path:
    """Return the folder for everything the program writes by itself: `$NCDESKTOP_HOME` or the XDG state folder."""
    if chosen := os.environ.get("NCDESKTOP_HOME"):
        return Path(chosen)
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "ncdesktop"


def free_path(folder: Path, suffix: str) -> Path:
    """Return a name of the present time in `folder` that nothing has yet."""
    stem = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    path, number = folder / f"{stem}{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}.{number}{suffix}"
    return path


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to a temporary name beside `path`, flush it to disk, then rename: the old file or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
