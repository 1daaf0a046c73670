"""What the labels of sessions tell of the windows on their screens."""

from collections.abc import Sequence

from ncdesktop.errors import SessionError
from ncdesktop.session import Session

__all__ = ["Layout", "windows_of"]

Layout = tuple[tuple[int, ...], ...]
"""Windows, the one at the front first: identity, top, left, bottom, right, and whether it is minimised."""


def windows_of(sessions: Sequence[Session]) -> list[Layout | None]:
    """Return the windows on the screen at each tick of the sessions, None where nothing is told; raises SessionError."""
    found: list[Layout | None] = []
    for session in sessions:
        now: Layout | None = None
        for number, tick in enumerate(session.ticks):
            if tick.windows is not None:
                try:
                    now = tuple(
                        (int(id_), int(y), int(x), int(y) + int(height), int(x) + int(width), int(minimised))
                        for id_, _, _, x, y, width, height, minimised, *_ in reversed(tick.windows)
                    )
                except (TypeError, ValueError) as error:
                    raise SessionError(
                        f"{session.folder}: tick {number}: windows are {str(tick.windows)[:80]}, expected lists of id, class, title, "
                        "x, y, width, height and flags"
                    ) from error
            found.append(now)
    return found
