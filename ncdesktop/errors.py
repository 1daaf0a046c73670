"""Exceptions that a user can cause; the command line prints each as one line and exits with 2."""

__all__ = [
    "DesktopError",
    "DisplayError",
    "InputError",
    "NCDesktopError",
    "SessionError",
    "StateError",
    "WeightsError",
]


class NCDesktopError(Exception):
    """Base of all errors that a user can cause: says what was found, what was expected, what to do."""


class InputError(NCDesktopError):
    """An option, action script or input file is wrong."""


class SessionError(NCDesktopError):
    """A recorded session cannot be read or written."""


class StateError(NCDesktopError):
    """A saved state cannot be read, or belongs to another world or model."""


class WeightsError(NCDesktopError):
    """Model weights are missing, truncated or foreign."""


class DisplayError(NCDesktopError):
    """No usable display for the window."""


class DesktopError(NCDesktopError):
    """The real desktop cannot be started or has ended."""
