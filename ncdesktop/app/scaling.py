"""Where the guest's screen lies in the window, for each scaling mode, and the way between their pixels."""

from dataclasses import dataclass, replace

__all__ = ["MODES", "STRIP_PX", "Placement", "View", "first_scale", "place", "place_both"]

MODES = ("fit", "integer", "stretch", "1:1")
"""fit: as large as fits; integer: whole multiples; stretch: fills the window; 1:1: pixel by pixel."""


STRIP_PX = 26
"""Height in the window of the strip above two screens, for their names."""


@dataclass(frozen=True)
class Placement:
    """The guest's screen of `guest` (width, height) as the rectangle `left, top, width, height` of the window."""

    guest: tuple[int, int]
    left: int
    top: int
    width: int
    height: int

    def to_guest(self, x: float, y: float) -> tuple[int, int]:
        """Return the guest pixel under a window pixel, the nearest one if it lies outside."""
        guest_x = int((x - self.left) * self.guest[0] // self.width)
        guest_y = int((y - self.top) * self.guest[1] // self.height)
        return min(max(guest_x, 0), self.guest[0] - 1), min(max(guest_y, 0), self.guest[1] - 1)

    def to_window(self, x: float, y: float) -> tuple[int, int]:
        """Return the window pixel of a guest pixel's upper left corner."""
        return (
            self.left + round(x * self.width / self.guest[0]),
            self.top + round(y * self.height / self.guest[1]),
        )

    @property
    def crisp(self) -> bool:
        """Whether every guest pixel becomes a square of equal size."""
        return self.width % self.guest[0] == 0 and self.height * self.guest[0] == self.width * self.guest[1]


@dataclass(frozen=True)
class View:
    """Where everything is shown. whole: of the picture; panes: of the screens in it, left to right, the dream's last."""

    whole: Placement
    panes: tuple[Placement, ...]

    def pane_at(self, x: float) -> int:
        """Return the index of the pane nearest to a window pixel's column."""
        return min(
            range(len(self.panes)),
            key=lambda place: abs(x - self.panes[place].left - self.panes[place].width / 2),
        )


def place_both(mode: str, guest: tuple[int, int], window: tuple[int, int], *, gap_px: int) -> View:
    """Return where two guest screens lie side by side under a strip for words, `gap_px` guest pixels apart."""
    below = place(mode, (2 * guest[0] + gap_px, guest[1]), (window[0], max(window[1] - STRIP_PX, 1)))
    whole = replace(below, top=below.top + STRIP_PX)
    lefts = [whole.to_window(x, 0)[0] for x in (0, guest[0] + gap_px)]
    width = round(guest[0] * whole.width / whole.guest[0])
    return View(whole, tuple(Placement(guest, left, whole.top, width, whole.height) for left in lefts))


def place(mode: str, guest: tuple[int, int], window: tuple[int, int]) -> Placement:
    """Return where a guest screen lies in a window; sizes are (width, height)."""
    ratio = min(window[0] / guest[0], window[1] / guest[1])
    match mode:
        case "stretch":
            size = (max(window[0], 1), max(window[1], 1))
        case "fit":
            size = (max(1, round(guest[0] * ratio)), max(1, round(guest[1] * ratio)))
        case "integer":
            whole = max(1, int(ratio))
            size = (guest[0] * whole, guest[1] * whole)
        case "1:1":
            size = guest
        case _:
            raise ValueError(f"unknown scaling mode {mode!r}")
    return Placement(guest, (window[0] - size[0]) // 2, (window[1] - size[1]) // 2, *size)


def first_scale(guest: tuple[int, int], desktop: tuple[int, int]) -> int:
    """Return the largest whole scale at which the window leaves a tenth of the desktop free."""
    return max(1, int(min(desktop[0] * 0.9 / guest[0], desktop[1] * 0.9 / guest[1])))
