"""Tasks on the desktop itself: opening programs in every way, icons, context menus, rubber band, hovering, idling."""

from ncdesktop.desktop.actor import CLOSE, MAXIMISE, MINIMISE, Actor
from ncdesktop.desktop.hand import Ticks

__all__ = [
    "clock",
    "desktop_menu",
    "dismissal",
    "hover",
    "icon",
    "idle",
    "keyboard",
    "menu",
    "open_program",
    "rubber_band",
    "run_dialog",
    "select_icon",
]

_MENU_ROWS = {
    "terminal": 0.09,
    "files": 0.25,
    "editor": 0.41,
    "calculator": 0.57,
    "accessories": 0.735,
    "run": 0.90,
}
"""Height of each entry of the applications menu, as a share of the menu."""
_ACCESSORIES = 4
_ACCESSORY_ROWS = {"finder": 0, "viewer": 2}
_SHORTCUTS = {
    "terminal": ("Control_L", "Alt_L", "t"),
    "files": ("Super_L", "e"),
    "editor": ("Super_L", "t"),
    "calculator": ("Super_L", "c"),
}


def menu(actor: Actor) -> Ticks:
    """Open a program from the applications menu, or from its submenu."""
    entry = actor.random.choices(list(_MENU_ROWS), [1.5, 1.0, 1.3, 1.0, 1.2, 0.4])[0]
    yield from _choose(actor, entry, actor.random.randrange(_ACCESSORIES))


def open_program(actor: Actor, name: str) -> Ticks:
    """Open the program that a task with this name needs, from the menu or by its keys."""
    if name in _ACCESSORY_ROWS:
        yield from _choose(actor, "accessories", _ACCESSORY_ROWS[name])
    elif actor.random.random() < 0.6:
        yield from _choose(actor, name, 0)
    else:
        known = actor.known()
        yield from actor.hand.chord(*_SHORTCUTS[name])
        yield from actor.wait_for_window(known)


def icon(actor: Actor) -> Ticks:
    """Open a folder by a double click on a desktop icon."""
    point = actor.icon(actor.random.choice(["home", "filesystem", "trash"]))
    if point:
        known = actor.known()
        yield from actor.hand.move(point)
        yield from actor.hand.double_click()
        yield from actor.wait_for_window(known)


def keyboard(actor: Actor) -> Ticks:
    """Open a program by its keys, or walk through the applications menu with the arrows."""
    hand, random = actor.hand, actor.random
    known = actor.known()
    if random.random() < 0.65:
        yield from hand.chord(*_SHORTCUTS[random.choice(list(_SHORTCUTS))])
    else:
        yield from hand.chord("Alt_L", "F1")
        yield from actor.wait_for_popup()
        if not actor.popup:
            return
        for _ in range(random.randint(1, 5)):
            yield from hand.key("Down")
            yield from hand.wait(0.07, 0.3)
        if random.random() < 0.25:
            yield from hand.key("Escape")
            return
        yield from hand.key("Return")
    yield from actor.wait_for_window(known)


def run_dialog(actor: Actor) -> Ticks:
    """Open the dialog that runs a program by name."""
    known = actor.known()
    yield from actor.hand.chord("Alt_L", "F2")
    yield from actor.wait_for_window(known)


def select_icon(actor: Actor) -> Ticks:
    """Select a desktop icon, or open its menu and leave it."""
    point = actor.icon(actor.random.choice(["home", "filesystem", "trash"]))
    if not point:
        return
    if actor.random.random() < 0.3:
        yield from actor.click_at(point, 3)
        yield from actor.wait_for_popup()
        yield from actor.browse_popup()
    else:
        yield from actor.click_at(point)
        yield from actor.hand.pause()
        yield from actor.click_at(actor.blank())


def rubber_band(actor: Actor) -> Ticks:
    """Draw a selection rectangle on the desktop."""
    start = actor.blank()
    if not start:
        return
    yield from actor.hand.move(start)
    end = start[0] + actor.random.gauss(0, 110), start[1] + actor.random.gauss(0, 90)
    yield from actor.hand.drag(end, speed=0.7)
    if actor.random.random() < 0.6:
        yield from actor.hand.pause()
        yield from actor.click_at(actor.blank())


def desktop_menu(actor: Actor) -> Ticks:
    """Open the context menu of the desktop and leave it."""
    point = actor.blank()
    if point:
        yield from actor.click_at(point, 3)
        yield from actor.wait_for_popup()
        yield from actor.browse_popup()


def hover(actor: Actor) -> Ticks:
    """Move over things and rest there until tooltips come."""
    random = actor.random
    width, height = actor.profile.size
    for _ in range(random.randint(1, 4)):
        kind = random.random()
        if kind < 0.25 or not actor.open:
            right = random.choice([actor.profile.tasks_left - 8, width - 5])
            target = (random.uniform(5, right), actor.in_panel())
        else:
            window = random.choice(actor.open)
            box = window.frame
            if kind < 0.6:
                target = (box.x + random.uniform(0, box.width), box.y + random.uniform(0, box.height))
            elif kind < 0.75:
                target = (box.x + box.width - random.choice([CLOSE, MAXIMISE, MINIMISE]), box.y + 12.0)
            else:
                target = (random.uniform(0, width), random.uniform(0, height))
        yield from actor.hand.move(target)
        yield from actor.hand.wait(0.2, 1.6)


def dismissal(actor: Actor) -> Ticks:
    """Change one's mind: open the applications menu and leave it, press where nothing is, press a lost key."""
    random = actor.random
    kind = random.random()
    if kind < 0.6:
        yield from _open_menu(actor)
        yield from actor.browse_popup()
    elif kind < 0.8:
        yield from actor.click_at(actor.blank(), random.choice([1, 1, 2]))
    else:
        yield from actor.hand.key(random.choice(["Escape", "Tab", "Return", "space", "F10"]))
        yield from actor.hand.wait(0.3, 0.6)
        yield from actor.hand.key("Escape")


def clock(actor: Actor) -> Ticks:
    """Open the calendar of the clock and close it."""
    right = actor.profile.size[0]
    place = (right - actor.random.uniform(6, 30), actor.in_panel())
    yield from actor.click_at(place)
    yield from actor.hand.wait(0.5, 1.5)
    if actor.random.random() < 0.5:
        yield from actor.click_at(place)
    else:
        yield from actor.hand.key("Escape")


def idle(actor: Actor) -> Ticks:
    """Do nothing, now and then for long."""
    longest = 8.0 if actor.random.random() < 0.25 else 2.5
    return actor.hand.wait(0.5, longest)


def _choose(actor: Actor, entry: str, accessory: int) -> Ticks:
    """Choose an entry of the applications menu; under "accessories" the one in row `accessory`."""
    hand, random = actor.hand, actor.random
    known = actor.known()
    yield from _open_menu(actor)
    box = actor.popup
    if box is None:
        return
    x = box.x + box.width * random.uniform(0.15, 0.8)
    if random.random() < 0.5:  # look around first
        yield from hand.move((x, box.y + box.height * random.uniform(0.05, 0.95)), speed=0.9)
        yield from hand.wait(0.07, 0.3)
    y = box.y + box.height * _MENU_ROWS[entry]
    yield from hand.move((x, y + random.uniform(-4, 4)))
    if entry == "accessories":
        yield from hand.wait(0.3, 0.7)
        if len(actor.windows.popups) < 2:
            yield from hand.click()
            yield from hand.wait(0.2, 0.4)
        boxes = [found for found in actor.windows.popups if found.x > box.x]
        if not boxes:
            yield from actor.dismiss()
            return
        inner = boxes[0]
        x = inner.x + inner.width * random.uniform(0.15, 0.8)
        yield from hand.move((x, y), careful=True)
        row = (accessory + 0.5) / _ACCESSORIES
        yield from hand.move((x, inner.y + inner.height * row + random.uniform(-4, 4)))
    yield from hand.click()
    yield from actor.wait_for_window(known)


def _open_menu(actor: Actor) -> Ticks:
    yield from actor.click_at((actor.random.uniform(8, actor.profile.tasks_left - 8), actor.in_panel()))
    yield from actor.wait_for_popup()
