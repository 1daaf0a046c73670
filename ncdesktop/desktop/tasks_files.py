"""Tasks in a file manager window."""

from ncdesktop.desktop.actor import Actor
from ncdesktop.desktop.hand import Ticks
from ncdesktop.desktop.home import DOCUMENTS
from ncdesktop.desktop.windows import Window

__all__ = ["use_files"]

_STATUS_BAR_PX = 26


def use_files(actor: Actor, window: Window) -> Ticks:
    """Walk through folders, open, select and drag files, draw a rubber band, scroll."""
    hand, random = actor.hand, actor.random
    yield from actor.activate(window)
    for _ in range(random.choice([1, 2, 2, 3])):
        current = actor.now(window)
        if not current or current.minimised:
            return
        kind, box = random.random(), current.client
        if kind < 0.6:
            yield from _use_file(actor, current)
        elif kind < 0.85:
            x, y = random.choice(list(actor.profile.file_tools.values()))
            tool = box.x + x + random.uniform(-7, 7), box.y + y + random.uniform(-6, 6)
            if actor.visible(current, tool):
                yield from actor.click_at(tool)
                yield from hand.wait(0.3, 0.8)
        elif kind < 0.92:
            start = actor.inside(current, 0.1, 0.75, 0.9, 0.86)
            if start:
                yield from hand.move(start)
                yield from hand.drag(
                    (start[0] + random.gauss(0, 80), box.y + box.height * random.uniform(0.3, 0.7))
                )
                yield from hand.wait(0.2, 0.5)
                yield from hand.click()
        else:
            point = actor.inside(current, 0.1, 0.3, 0.9, 0.85)
            if point:
                yield from hand.move(point)
                yield from hand.wheel(random.choice([1, -1, -1]) * random.randint(1, 4))


def _use_file(actor: Actor, window: Window) -> Ticks:
    """Open or select one file of the window's folder, drag it, or open its context menu."""
    hand, random, box = actor.hand, actor.random, window.client
    names = _listing(window.title.rsplit(" - ", 1)[0])
    if not names:
        return
    x0, y0, step_x, step_y = actor.profile.file_grid
    columns = max(1, (box.width - 20) // step_x)
    place = random.randrange(len(names))
    x = box.x + x0 + step_x * (place % columns) + random.uniform(-10, 10)
    y = box.y + y0 + step_y * (place // columns) + random.uniform(-8, 12)
    if not actor.visible(window, (x, y)) or y > box.y + box.height - _STATUS_BAR_PX:
        return
    known = actor.known()
    yield from hand.move((x, y))
    kind, folder = random.random(), names[place].endswith("/")
    if kind < (0.7 if folder else 0.35):
        yield from hand.double_click()
        yield from hand.wait(0.3, 1.0) if folder else actor.wait_for_window(known, 3.0)
    elif kind < 0.82:
        yield from hand.click()
        yield from hand.pause()
    elif kind < 0.88:
        yield from hand.drag((x + random.gauss(0, 90), y + random.gauss(0, 60)))
        yield from hand.pause()
        if actor.popup:
            yield from actor.dismiss()
    else:
        yield from hand.click(3)
        yield from actor.wait_for_popup()
        yield from actor.browse_popup()


def _listing(folder: str) -> list[str]:
    """Return what the file manager shows of a folder, folders first and with a slash."""
    paths = [f"user/{path}" for path in DOCUMENTS]
    paths += [f"user/Pictures/{name}.png" for name in ("field", "lake", "sunset")]
    paths += [f"user/{name}/." for name in ("Desktop", "Public", "Templates", "Videos")]
    inside = [path.partition(f"{folder}/")[2] for path in paths if f"/{folder}/" in f"/{path}"]
    names = {f"{name}/" if rest else name for name, _, rest in (path.partition("/") for path in inside)} - {
        "."
    }
    return sorted(names, key=lambda name: (not name.endswith("/"), name.lower()))
