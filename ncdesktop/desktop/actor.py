"""The actor's senses: what it sees on the desktop, where it can point, and the small moves that all its tasks share."""

import random

from ncdesktop.desktop.hand import Hand, Point, Ticks
from ncdesktop.desktop.profile import Profile
from ncdesktop.desktop.windows import Box, Window, WindowList
from ncdesktop.world import FPS

__all__ = ["CLOSE", "MAXIMISE", "MINIMISE", "Actor"]

CLOSE, MAXIMISE, MINIMISE = 15, 37, 59
"""Distance of each title bar button from the window's right edge."""

_BUTTON_Y = 12
_BUTTONS_WIDTH = 72
_MENU_WIDTH = 26
_TRIES = 25


class Actor:
    """A person in front of the desktop: a hand, eyes for windows, and habits."""

    def __init__(
        self, windows: WindowList, profile: Profile, random_: random.Random, *, at: tuple[int, int]
    ) -> None:
        """windows: kept fresh by the caller; random_: all that varies; at: where the pointer is now."""
        self.windows = windows
        self.profile = profile
        self.random = random_
        self.hand = Hand(profile.size, random_, at=at)
        self._task_order: list[int] = []

    # ---- what it sees

    @property
    def open(self) -> list[Window]:
        """Windows that are not minimised, lowest first."""
        return [window for window in self.windows.windows if not window.minimised]

    @property
    def dialog(self) -> Window | None:
        return next((window for window in reversed(self.open) if window.dialog), None)

    @property
    def popup(self) -> Box | None:
        """The menu opened first, if any is open."""
        return self.windows.popups[0] if self.windows.popups else None

    def now(self, window: Window) -> Window | None:
        """Return the window as it is now, None if it is gone."""
        return self.windows.find(window.id)

    def visible(self, window: Window, point: Point) -> bool:
        """Return whether the window, and no other above it, shows at this point."""
        x, y = point
        width, height = self.profile.size
        if not (0 <= x < width and self.profile.panel < y < height):
            return False
        ids = [other.id for other in self.windows.windows]
        above = self.windows.windows[ids.index(window.id) + 1 :] if window.id in ids else []
        return not any(other.frame.contains(x, y) for other in above if not other.minimised)

    def uncovered(self, point: Point) -> bool:
        return not any(window.frame.contains(*point) for window in self.open)

    # ---- where it can point

    def spot(self, window: Window, left: float, top: float, right: float, bottom: float) -> Point | None:
        """Return a visible point of the window between these screen coordinates, None if there seems to be none."""
        for _ in range(_TRIES):
            point = (
                self.random.uniform(left, max(left, right)),
                self.random.uniform(top, max(top, bottom)),
            )
            if self.visible(window, point):
                return point
        return None

    def inside(
        self, window: Window, left: float = 0.05, top: float = 0.1, right: float = 0.95, bottom: float = 0.95
    ) -> Point | None:
        """Return a visible point in what the program draws; the sides are shares of its size."""
        box = window.client
        sides = (
            box.x + left * box.width,
            box.y + top * box.height,
            box.x + right * box.width,
            box.y + bottom * box.height,
        )
        return self.spot(window, *sides)

    def title(self, window: Window) -> Point | None:
        """Return a visible point of the title bar beside its buttons."""
        box = window.frame
        right = box.x + box.width - _BUTTONS_WIDTH
        return self.spot(window, box.x + _MENU_WIDTH, box.y + 4, right, box.y + window.title_height - 5)

    def title_button(self, window: Window, from_right: int) -> Point | None:
        """Return a point of a title bar button (CLOSE, MAXIMISE, MINIMISE), None if it is covered."""
        x = window.frame.x + window.frame.width - from_right
        y = window.frame.y + _BUTTON_Y
        point = (x + self.random.uniform(-3, 3), y + self.random.uniform(-3, 3))
        return point if self.visible(window, point) else None

    def task_button(self, window: Window) -> Point | None:
        """Return a point of the window's button in the panel; buttons stand in the order in which windows came."""
        ids = [other.id for other in self.windows.windows if not other.dialog]
        self._task_order = [known for known in self._task_order if known in ids]
        self._task_order += sorted(number for number in ids if number not in self._task_order)
        if window.id not in self._task_order:
            return None
        room = self.profile.size[0] - self.profile.tasks_left - self.profile.clock_width
        width = min(self.profile.task_width, room / len(self._task_order))
        place = self._task_order.index(window.id) + self.random.uniform(0.15, 0.8)
        return self.profile.tasks_left + width * place, self.in_panel()

    def in_panel(self) -> float:
        return self.random.uniform(5, self.profile.panel - 5)

    def blank(self) -> Point | None:
        """Return a point of the bare desktop."""
        width, height = self.profile.size
        near = self.profile.desktop_icon + 8
        for _ in range(60):
            point = self.random.uniform(4, width - 4), self.random.uniform(self.profile.panel + 6, height - 4)
            icons = self.profile.icons.values()
            if self.uncovered(point) and all(
                abs(point[0] - x) > near or abs(point[1] - y) > near for x, y in icons
            ):
                return point
        return None

    def icon(self, name: str) -> Point | None:
        """Return a point of a desktop icon, None if it is covered."""
        x, y = self.profile.icons[name]
        for _ in range(10):
            point = x + self.random.uniform(-12, 12), y + self.random.uniform(-12, 12)
            if self.uncovered(point):
                return point
        return None

    # ---- small moves

    def click_at(self, point: Point | None, button: int = 1) -> Ticks:
        """Go there and click; do nothing if there is no such point."""
        if point:
            yield from self.hand.move(point)
            yield from self.hand.click(button)

    def wait_for_window(self, known: set[int], limit_s: float = 4.0) -> Ticks:
        """Wait until a window appears that is not among `known`, then look at it for a moment; mostly the hand goes elsewhere
        meanwhile: else what waits would be all that tells a launch, and a model would launch nothing for those who do not."""
        wandering = self._wander() if self.random.random() < 0.7 else iter(())
        for _ in range(int(limit_s * FPS)):
            if any(window.id not in known for window in self.windows.windows):
                yield from self.hand.wait(0.15, 0.7)
                return
            yield next(wandering, [])

    def _wander(self) -> Ticks:
        """Go somewhere, often at once, and perhaps once more."""
        width, height = self.profile.size
        for _ in range(self.random.choice([1, 1, 2])):
            if self.random.random() < 0.5:
                yield from self.hand.wait(0.0, 0.4)
            yield from self.hand.move((self.random.uniform(4, width - 4), self.random.uniform(4, height - 4)))

    def wait_for_popup(self, limit_s: float = 1.0) -> Ticks:
        for _ in range(int(limit_s * FPS)):
            if self.popup:
                break
            yield []
        yield from self.hand.wait(0.1, 0.4)

    def known(self) -> set[int]:
        return {window.id for window in self.windows.windows}

    def activate(self, window: Window) -> Ticks:
        """Bring a window to the front by a click on it or on its button in the panel."""
        current = self.now(window)
        if not current or (current.active and not current.minimised):
            return
        point = None if current.minimised else self.title(current) or self.inside(current)
        if point is None or self.random.random() < 0.3:
            point = self.task_button(current)
        yield from self.click_at(point)
        yield from self.hand.wait(0.15, 0.4)

    def browse_popup(self) -> Ticks:
        """Move over the open menu, mostly, then leave it by Escape or by a click elsewhere."""
        box = self.popup
        if box is None:
            return
        for _ in range(self.random.randint(0, 4)):
            x = box.x + self.random.uniform(0.1, 0.8) * box.width
            yield from self.hand.move((x, box.y + self.random.uniform(0.04, 0.96) * box.height), speed=0.8)
            yield from self.hand.wait(0.07, 0.5)
        yield from self.dismiss()

    def dismiss(self) -> Ticks:
        """Leave an open menu without choosing."""
        if self.random.random() < 0.6:
            yield from self.hand.key("Escape")
            yield from self.hand.wait(0.1, 0.2)
        else:
            yield from self.click_at(self.blank())
        if self.popup:
            yield from self.hand.key("Escape")
