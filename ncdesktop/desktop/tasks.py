"""What the actor does next: all tasks by name, how likely each is on the present desktop, and the three policies."""

from collections.abc import Callable, Iterator
from functools import partial

from ncdesktop.desktop import tasks_desktop, tasks_programs, tasks_windows
from ncdesktop.desktop.actor import Actor
from ncdesktop.desktop.hand import Ticks
from ncdesktop.errors import InputError
from ncdesktop.events import Event

__all__ = ["POLICIES", "TASKS", "check_tasks", "run_policy", "run_program_policy"]

Task = Callable[[Actor], Ticks]
Step = tuple[list[Event], str]
"""The events of a tick and the name of the task that they belong to."""

TASKS: dict[str, Task] = {
    "menu": tasks_desktop.menu,
    "icon": tasks_desktop.icon,
    "keyboard": tasks_desktop.keyboard,
    "run": tasks_desktop.run_dialog,
    "select": tasks_desktop.select_icon,
    "rubber": tasks_desktop.rubber_band,
    "context": tasks_desktop.desktop_menu,
    "hover": tasks_desktop.hover,
    "dismiss": tasks_desktop.dismissal,
    "clock": tasks_desktop.clock,
    "idle": tasks_desktop.idle,
    "move": tasks_windows.move,
    "overlap": tasks_windows.overlap,
    "resize": tasks_windows.resize,
    "minimise": tasks_windows.minimise,
    "restore": tasks_windows.restore,
    "maximise": tasks_windows.maximise,
    "unmaximise": tasks_windows.unmaximise,
    "switch": tasks_windows.switch,
    "alt_tab": tasks_windows.alt_tab,
    "close": tasks_windows.close,
    "dialog": tasks_windows.dialog,
    "title": tasks_windows.window_menu,
    "program": tasks_programs.program,
    "terminal": tasks_programs.terminal,
    "shell": tasks_programs.shell,
    "editor": tasks_programs.editor,
    "files": tasks_programs.files,
    "calculator": tasks_programs.calculator,
    "finder": tasks_programs.finder,
    "viewer": tasks_programs.viewer,
    "save": tasks_programs.save,
}
POLICIES = ("goal", "slow", "fast")

_KINDS = {
    "terminal": "Xfce4-terminal", "shell": "Xfce4-terminal", "editor": "Mousepad", "files": "Thunar", "calculator": "Galculator",
    "finder": "Xfce4-appfinder", "viewer": "Ristretto", "save": "Mousepad",
}  # fmt: skip
_PROGRAM_OF = {name: name for name in _KINDS} | {"save": "editor", "dialog": "editor", "shell": "terminal"}
_FIRST = {"restore": "minimise", "unmaximise": "maximise", "dialog": "save"}
_MANY_WINDOWS = 5
_TYPED = "abcdefghijklmnopqrstuvwxyz0123456789 .,;=-"
_KEYS = (
    "Return",
    "Escape",
    "Escape",
    "Tab",
    "BackSpace",
    "Up",
    "Down",
    "Left",
    "Right",
    "space",
    "Home",
    "End",
    "Prior",
    "Next",
    "F10",
)


def check_tasks(names: list[str]) -> None:
    """Raise InputError if a name is not that of a task."""
    for name in names:
        if name not in TASKS:
            raise InputError(f"no task {name!r}; there are {', '.join(TASKS)}")


def run_policy(actor: Actor, policy: str, tasks: list[str]) -> Iterator[Step]:
    """Go on for ever. `tasks` narrows the goal policy; what they need (an open window) is done besides."""
    return _pursue_goals(actor, tasks) if policy == "goal" else _act_at_random(actor, fast=policy == "fast")


def run_program_policy(actor: Actor, policy: str) -> Iterator[Step]:
    """Go on for ever in a program without a desktop around it: random pointer, buttons and keys."""
    while True:
        yield from _named("random", _anything(actor, fast=policy == "fast"))


def _pursue_goals(actor: Actor, tasks: list[str]) -> Iterator[Step]:
    yield from _named("idle", actor.hand.wait(0.5, 1.2))
    while True:
        name, task = _next_task(actor, tasks)
        yield from _named(name, task(actor))
        yield from _named("idle", actor.hand.pause())


def _act_at_random(actor: Actor, *, fast: bool) -> Iterator[Step]:
    yield from _named("idle", actor.hand.wait(0.3, 0.6))
    while True:
        count, kind = len(actor.windows.windows), actor.random.random()
        if count > _MANY_WINDOWS:
            name = "close"
        elif kind < (0.12 if count < 2 else 0.03):
            name = "menu"
        elif count and kind < 0.17:
            name = actor.random.choice(["move", "minimise"])
        else:
            yield from _named("random", _anything(actor, fast=fast))
            continue
        yield from _named(name, TASKS[name](actor))


def _next_task(actor: Actor, tasks: list[str]) -> tuple[str, Task]:
    """Draw the next task by its weight on the present desktop, or one of `tasks`, or what that needs first."""
    weights = _weights(actor)
    if actor.dialog and actor.random.random() < 0.8:
        name = "dialog"
    elif tasks:
        name = actor.random.choice(tasks)
        if not weights.get(name):
            return _needed_first(actor, name, weights)
    else:
        names = list(weights)
        name = actor.random.choices(names, [weights[name] for name in names])[0]
    return name, TASKS[name]


def _needed_first(actor: Actor, name: str, weights: dict[str, float]) -> tuple[str, Task]:
    """Return what has to be done before the task `name` is possible."""
    first = _FIRST.get(name)
    if len(actor.windows.windows) > _MANY_WINDOWS:
        first = "close" if weights["close"] else "restore"
    elif first is None or not weights[first]:
        program = _PROGRAM_OF.get(name) or actor.random.choice(["terminal", "files", "editor", "calculator"])
        return "open", partial(tasks_desktop.open_program, name=program)
    return first, TASKS[first]


def _weights(actor: Actor) -> dict[str, float]:
    """Return how likely each task is; 0 where it cannot be done now. "program" covers the programs' own tasks."""
    count, shown = len(actor.windows.windows), len(actor.open)
    few, many = count < 3, count > _MANY_WINDOWS - 1
    kinds = {window.kind for window in actor.open if not window.dialog}
    weights = {
        "menu": 3.5 if few else 0.6, "icon": 1.6 if not count else 0.7 if few else 0.2,
        "keyboard": 0.9 if few else 0.15, "run": 0.25 if count < 4 else 0.0, "select": 0.5, "rubber": 0.7,
        "context": 0.5, "hover": 0.8, "dismiss": 0.5, "clock": 0.12, "idle": 0.35,
        "move": 2.0 if shown else 0.0, "overlap": 0.6 if shown > 1 else 0.0, "resize": 1.5 if shown else 0.0,
        "minimise": 1.0 if shown else 0.0, "restore": 1.5 if count > shown else 0.0,
        "maximise": 0.9 if shown else 0.0, "unmaximise": 2.5 if any(window.maximised for window in actor.open) else 0.0,
        "switch": 0.9 if count > 1 else 0.0, "alt_tab": 0.5 if count > 1 else 0.0,
        "close": (1.0 if few else 10.0 if many else 3.0) if shown else 0.0,
        "title": 0.35 if shown else 0.0, "program": 6.0 if kinds & set(_KINDS.values()) else 0.0,
        "save": 0.2 if "Mousepad" in kinds else 0.0, "dialog": 1.0 if actor.dialog else 0.0,
    }  # fmt: skip
    singles = {name: 0.05 if kind in kinds else 0.0 for name, kind in _KINDS.items() if name not in weights}
    return weights | singles


def _anything(actor: Actor, *, fast: bool) -> Ticks:
    """Do one random thing with mouse or keyboard."""
    hand, random = actor.hand, actor.random
    width, height = actor.profile.size
    speed = 2.2 if fast else 0.8
    target = random.uniform(0, width - 1), random.uniform(0, height - 1)
    kind = random.random()
    if kind < 0.4:
        yield from hand.move(target, speed=speed)
    elif kind < 0.6:
        yield from hand.click(random.choices([1, 3, 2], [8, 1.5, 0.3])[0], hesitate=not fast)
    elif kind < 0.66:
        yield from hand.double_click()
    elif kind < 0.79:
        yield from hand.drag(target, speed=speed)
    elif kind < 0.85:
        yield from hand.wheel(random.choice([1, -1]) * random.randint(1, 5))
    elif kind < 0.93:
        yield from hand.type("".join(random.choice(_TYPED) for _ in range(random.randint(1, 8))), slips=0)
    else:
        yield from hand.key("Escape" if actor.popup else random.choice(_KEYS))
    if not fast or random.random() < 0.3:
        yield from hand.wait(0.07, 0.2 if fast else 0.6)


def _named(name: str, ticks: Ticks) -> Iterator[Step]:
    for events in ticks:
        yield events, name
