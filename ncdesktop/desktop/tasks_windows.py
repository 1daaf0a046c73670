"""Tasks with windows whatever is in them: move, resize, overlap, minimise, restore, maximise, switch, close, menus."""

from ncdesktop.desktop.actor import CLOSE, MAXIMISE, MINIMISE, Actor
from ncdesktop.desktop.hand import Point, Ticks
from ncdesktop.desktop.windows import Window
from ncdesktop.events import Key

__all__ = [
    "alt_tab",
    "close",
    "close_window",
    "dialog",
    "maximise",
    "minimise",
    "move",
    "overlap",
    "resize",
    "restore",
    "switch",
    "unmaximise",
    "window_menu",
]

_EDGES = ("se", "se", "se", "se", "e", "s", "sw", "w", "ne")


def move(actor: Actor) -> Ticks:
    """Drag a window by its title bar to anywhere, at times half over the edge of the screen."""
    window = _pick(actor, [window for window in actor.open if not window.maximised])
    if not window:
        return
    width, height = actor.profile.size
    box, random = window.frame, actor.random
    off_screen = random.random() < 0.25
    left = (
        random.uniform(-0.2 * box.width, width - 0.6 * box.width)
        if off_screen
        else random.uniform(0, max(1, width - box.width))
    )
    lowest = height - (box.height if random.random() < 0.7 else 40)
    top = random.uniform(actor.profile.panel, max(actor.profile.panel + 1, lowest))
    yield from _drag_window(actor, window, (left, top))


def overlap(actor: Actor) -> Ticks:
    """Drag a window over another one, then bring the other to the front."""
    if len(actor.open) < 2:
        return
    other, window = actor.random.sample(actor.open, 2)
    if window.maximised:
        return
    near = other.frame
    corner = (
        near.x + actor.random.uniform(-60, 60),
        max(near.y + actor.random.uniform(-40, 60), actor.profile.panel),
    )
    yield from _drag_window(actor, window, corner)
    yield from actor.hand.pause()
    yield from actor.activate(other)


def resize(actor: Actor) -> Ticks:
    """Drag an edge or corner of a window."""
    window = _pick(actor, [window for window in actor.open if not window.maximised and not window.dialog])
    if not window:
        return
    box, random, edge = window.frame, actor.random, actor.random.choice(_EDGES)
    x = (
        box.x + box.width - 1
        if "e" in edge
        else box.x
        if "w" in edge
        else box.x + box.width * random.uniform(0.3, 0.7)
    )
    y = (
        box.y + box.height - 1
        if "s" in edge
        else box.y
        if "n" in edge
        else box.y + box.height * random.uniform(0.3, 0.8)
    )
    if not actor.visible(window, (x, y)):
        yield from actor.activate(window)
        return
    yield from actor.hand.move((x, y), width_px=4)
    yield from actor.hand.wait(0.1, 0.3)
    across = 0.0 if edge == "s" else random.gauss(0, 60)
    down = 0.0 if edge in ("e", "w") else random.gauss(0, 45)
    at_x, at_y = actor.hand.at
    yield from actor.hand.drag((at_x + across, max(at_y + down, actor.profile.panel + 20)), speed=0.6)


def minimise(actor: Actor) -> Ticks:
    """Minimise a window by its button or by the panel, and mostly bring it back."""
    window = _pick(actor, [window for window in actor.open if not window.dialog])
    if not window:
        return
    by_panel = window.active and actor.random.random() < 0.3
    point = actor.task_button(window) if by_panel else actor.title_button(window, MINIMISE)
    if not point:
        return
    yield from actor.click_at(point)
    yield from actor.hand.pause()
    if actor.random.random() < 0.85:
        yield from restore(actor)


def restore(actor: Actor) -> Ticks:
    """Bring back a minimised window."""
    hidden = [window for window in actor.windows.windows if window.minimised]
    if hidden:
        yield from actor.click_at(actor.task_button(actor.random.choice(hidden)))


def maximise(actor: Actor) -> Ticks:
    """Maximise a window by its button, by a double click on its title or by keys, and mostly undo it."""
    window = _pick(actor, [window for window in actor.open if not window.dialog])
    for _ in range(actor.random.choice([1, 2, 2, 2])):
        current = actor.now(window) if window else None
        if not current or current.minimised:
            return
        kind = actor.random.random()
        if kind < 0.55:
            point = actor.title_button(current, MAXIMISE)
            if not point:
                return
            yield from actor.click_at(point)
        elif kind < 0.9:
            point = actor.title(current)
            if not point:
                return
            yield from actor.hand.move(point)
            yield from actor.hand.double_click()
        else:
            yield from actor.activate(current)
            yield from actor.hand.chord("Alt_L", "F10")
        yield from actor.hand.wait(0.3, 1.5)


def unmaximise(actor: Actor) -> Ticks:
    """Give a maximised window its old size back."""
    large = [window for window in actor.open if window.maximised]
    if not large:
        return
    point = actor.title_button(large[-1], MAXIMISE)
    yield from actor.click_at(point) if point else actor.activate(large[-1])


def switch(actor: Actor) -> Ticks:
    """Go to another window by a click."""
    others = [window for window in actor.windows.windows if not window.active]
    if others:
        yield from actor.activate(actor.random.choice(others))


def alt_tab(actor: Actor) -> Ticks:
    """Go to another window by Alt+Tab, at times too quickly for the list of windows to be seen."""
    hand, random = actor.hand, actor.random
    if random.random() < 0.4:
        yield from hand.chord("Alt_L", "Tab")
        yield from hand.pause()
        return
    yield [Key("Alt_L", True)]
    yield from hand.wait(0.07, 0.2)
    for _ in range(random.choice([1, 1, 1, 2, 2, 3])):
        yield from hand.key("Tab")
        yield from hand.wait(0.2, 0.6)
    yield [Key("Alt_L", False)]


def close(actor: Actor) -> Ticks:
    """Close a window by its button, its menu or keys; answer the dialog that may come."""
    window = _pick(actor, actor.open)
    if window:
        yield from close_window(actor, window)


def close_window(actor: Actor, window: Window) -> Ticks:
    """Close this window, and answer the dialog that may come."""
    point = actor.title_button(window, CLOSE) if actor.random.random() < 0.65 else None
    if point:
        yield from actor.click_at(point)
    else:
        yield from actor.activate(window)
        current = actor.now(window)
        if not current or not current.active:
            return
        yield from actor.hand.chord("Alt_L", "F4")
    yield from actor.hand.wait(0.3, 0.7)
    if actor.dialog:
        yield from dialog(actor)


def dialog(actor: Actor) -> Ticks:
    """Answer a dialog by one of the buttons along its lower edge, or by Escape."""
    asking = actor.dialog
    if not asking:
        return
    yield from actor.hand.pause()
    share = actor.random.choice([0.5, 0.5, 0.5, 0.82, 0.18]) if "Save" in asking.title else 0.5
    box = asking.client
    x = box.x + box.width * (share + actor.random.uniform(-0.06, 0.06))
    yield from actor.click_at((x, box.y + box.height * 0.86))
    yield from actor.hand.wait(0.3, 0.5)
    if actor.now(asking):
        yield from actor.hand.key("Escape")


def window_menu(actor: Actor) -> Ticks:
    """Open a window's menu at its title bar or at its button in the panel, and leave it."""
    window = _pick(actor, actor.open)
    if not window:
        return
    kind = actor.random.random()
    if kind < 0.35:
        point, button = (window.frame.x + 15.0, window.frame.y + 12.0), 1
        if not actor.visible(window, point):
            return
        yield from actor.click_at(point, button)
    elif kind < 0.7:
        yield from actor.click_at(actor.title(window), 3)
    else:
        yield from actor.click_at(actor.task_button(window), 3)
    yield from actor.wait_for_popup()
    yield from actor.browse_popup()


def _pick(actor: Actor, windows: list[Window]) -> Window | None:
    """Return one of the windows, mostly the one on top."""
    if not windows:
        return None
    return windows[-1] if actor.random.random() < 0.65 else actor.random.choice(windows)


def _drag_window(actor: Actor, window: Window, corner: Point) -> Ticks:
    grip = actor.title(window)
    if not grip:
        yield from actor.activate(window)
        return
    yield from actor.hand.move(grip)
    target = grip[0] + corner[0] - window.frame.x, grip[1] + corner[1] - window.frame.y
    yield from actor.hand.drag(target, speed=actor.random.uniform(0.5, 1.0))
