"""Where the pixels of a changed cell can come from."""

from enum import IntEnum

__all__ = ["CHOICES", "STACK", "Choice"]

STACK = 6
"""Distinct earlier contents that a cell remembers."""


class Choice(IntEnum):
    """Sources of a changed cell's pixels. EARLIER is the newest content of the stack, EARLIER + 1 the next, and so on."""

    SHIFT = 0
    EARLIER = 1
    GENERATE = 1 + STACK
    DICTIONARY = 2 + STACK
    SPRITE = 3 + STACK


CHOICES = (
    "shift",
    *(f"stack {number}" for number in range(1, STACK + 1)),
    "generate",
    "dictionary",
    "sprite",
)
