"""Tasks inside programs: terminal, editor, file manager, calculator, application finder, picture viewer."""

from ncdesktop.desktop.actor import Actor
from ncdesktop.desktop.hand import Ticks
from ncdesktop.desktop.tasks_calculator import use_calculator
from ncdesktop.desktop.tasks_files import use_files
from ncdesktop.desktop.tasks_windows import close_window
from ncdesktop.desktop.windows import Window

__all__ = ["calculator", "editor", "files", "finder", "program", "save", "shell", "terminal", "viewer"]

_WORD_LIST = (
    "the a an of to and in is it that this was for on with as at by from or be are have has will can not all one two "
    "red blue green small large old new good bad fast slow cat dog house tree river sun moon day night time year "
    "water light table chair window door book paper music song city road train car garden flower bread milk apple "
    "coffee tea friend mother father child people world hand eye head heart name work play run walk read write sing "
    "open close make take give find know think see look hear feel want need like love help start stop turn move wait "
    "begin end computer screen mouse keyboard network model frame"
)
_COMMAND_LIST = (
    "ls|ls|ls -l|ls Documents|ls Projects|ls -a|pwd|date|date +%Y|date +%H:%M|whoami|uname|uname -m|hostname|"
    "echo hello|echo $HOME|clear|clear|cat Documents/todo.txt|cat Documents/notes.txt|cat Projects/sum.py|"
    "python3 Projects/sum.py|python3 Projects/hello.py|head -3 Documents/report.txt|wc Documents/notes.txt|"
    "cd Documents|cd Projects|cd ..|cd ~|cd|mkdir test|rmdir test|touch a.txt|rm a.txt|seq 5|seq 1 3|expr 6 + 7|"
    "tail -2 Documents/todo.txt|grep for Projects/sum.py|id -un|true|lss|sl|history"
)
_WORDS, _COMMANDS = _WORD_LIST.split(), _COMMAND_LIST.split("|")
_EDIT_KEYS = ("Left", "Right", "Up", "Down", "Home", "End", "BackSpace", "BackSpace", "Delete")
_PROGRAMS = ("thunar", "mousepad", "galculator", "xfce4-terminal")


def program(actor: Actor) -> Ticks:
    """Use one of the open programs, whichever it is."""
    usable = [window for window in actor.open if window.kind in _USES and not window.dialog]
    if usable:
        on_top = actor.random.random() < 0.5
        window = usable[-1] if on_top else actor.random.choice(usable)
        yield from _USES[window.kind](actor, window)


def terminal(actor: Actor) -> Ticks:
    """Run commands in a terminal, scroll back, select text."""
    yield from _use(actor, "Xfce4-terminal")


def shell(actor: Actor) -> Ticks:
    """Run many commands in a terminal, one soon after the other."""
    window = _last(actor, "Xfce4-terminal")
    if not window:
        return
    yield from _focus(actor, window)
    for _ in range(actor.random.randint(8, 16)):
        if not _active(actor, window):
            return
        yield from actor.hand.type(_command(actor), enter=True)
        yield from actor.hand.wait(0.2, 0.6)


def editor(actor: Actor) -> Ticks:
    """Type, correct, select and scroll in the editor; look through its menus."""
    yield from _use(actor, "Mousepad")


def files(actor: Actor) -> Ticks:
    """Walk through folders, open and select files, context menus, rubber band."""
    yield from _use(actor, "Thunar")


def calculator(actor: Actor) -> Ticks:
    """Calculate with the mouse or with the keys."""
    yield from _use(actor, "Galculator")


def finder(actor: Actor) -> Ticks:
    """Look for a program by name."""
    yield from _use(actor, "Xfce4-appfinder")


def viewer(actor: Actor) -> Ticks:
    """Zoom a picture."""
    yield from _use(actor, "Ristretto")


def save(actor: Actor) -> Ticks:
    """Save from the editor: the file dialog, a name, or second thoughts."""
    window = _last(actor, "Mousepad")
    if not window:
        return
    yield from _focus(actor, window)
    known = actor.known()
    yield from actor.hand.chord("Control_L", "s")
    yield from actor.wait_for_window(known, 2.0)
    if not actor.dialog:
        return
    if actor.random.random() < 0.5:
        yield from actor.hand.type(actor.random.choice(_WORDS) + ".txt", enter=True)
        yield from actor.hand.wait(0.3, 0.8)
    else:
        point = actor.inside(actor.dialog)
        if point:
            yield from actor.hand.move(point)
        yield from actor.hand.pause()
    if actor.dialog:
        yield from actor.hand.key("Escape")


def _use(actor: Actor, kind: str) -> Ticks:
    window = _last(actor, kind)
    if window:
        yield from _USES[kind](actor, window)


def _last(actor: Actor, kind: str) -> Window | None:
    return next(
        (window for window in reversed(actor.open) if window.kind == kind and not window.dialog), None
    )


def _focus(actor: Actor, window: Window) -> Ticks:
    """Bring the window to the front, at times by a click inside."""
    yield from actor.activate(window)
    current = actor.now(window)
    if current and (not current.active or actor.random.random() < 0.2):
        yield from actor.click_at(actor.inside(current, 0.15, 0.2))


def _active(actor: Actor, window: Window) -> Window | None:
    current = actor.now(window)
    return current if current and current.active else None


def _words(actor: Actor, count: int) -> str:
    return " ".join(actor.random.choice(_WORDS) for _ in range(count))


def _sentence(actor: Actor) -> str:
    text = _words(actor, actor.random.randint(2, 8))
    if actor.random.random() < 0.6:
        text = text[0].upper() + text[1:]
    return text + actor.random.choice([".", ".", ".", "!", "?", ",", ""])


def _command(actor: Actor) -> str:
    random = actor.random
    kind, small, large = random.random(), random.randint(2, 9), random.randint(10, 99)
    if kind < 0.5:
        return random.choice(_COMMANDS)
    if kind < 0.66:
        return f"echo {random.choice([_words(actor, random.randint(1, 4)), str(random.randint(0, 9999))])}"
    if kind < 0.86:
        word = random.choice(_WORDS)
        sums = [
            f"{large}{random.choice('+-*')}{small}",
            f"{small}**{random.randint(2, 5)}",
            f'"{word}"*3',
            f'len("{word}")',
        ]
        return f"python3 -c 'print({random.choice(sums)})'"
    if kind < 0.93:
        return f"expr {large} {random.choice('+-')} {small}"
    return f"for i in 1 2 3; do echo {random.choice(_WORDS)} $i; done"


def _use_terminal(actor: Actor, window: Window) -> Ticks:
    hand, random = actor.hand, actor.random
    yield from _focus(actor, window)
    for _ in range(random.choice([1, 1, 2, 2, 3, 4])):
        if not _active(actor, window):
            return
        kind = random.random()
        if kind < 0.05:
            yield from hand.key("Up")
            yield from hand.wait(0.2, 0.5)
            yield from hand.key("Return")
        elif kind < 0.07:
            yield from hand.type("exit", enter=True)
        else:
            yield from hand.type(_command(actor), enter=True)
        yield from hand.wait(0.2, 1.2)
    current = _active(actor, window)
    point = actor.inside(current) if current else None
    if point and random.random() < 0.3:
        yield from hand.move(point)
        if random.random() < 0.6:
            yield from hand.wheel(random.randint(1, 5))
            yield from hand.wait(0.2, 0.6)
            yield from hand.wheel(-random.randint(1, 6))
        else:
            yield from hand.drag((point[0] + random.gauss(0, 80), point[1] + random.gauss(0, 25)))
            yield from hand.wait(0.2, 0.5)
            yield from hand.click()


def _use_editor(actor: Actor, window: Window) -> Ticks:
    hand, random = actor.hand, actor.random
    yield from _focus(actor, window)
    current = _active(actor, window)
    if not current:
        return
    kind = random.random()
    if kind < 0.55:
        for _ in range(random.choice([1, 1, 2, 3])):
            yield from hand.type(_sentence(actor), enter=random.random() < 0.7)
            yield from hand.wait(0.2, 0.8)
    elif kind < 0.67:
        for _ in range(random.randint(2, 10)):
            yield from hand.key(random.choice(_EDIT_KEYS))
            yield from hand.wait(0.07, 0.3)
    elif kind < 0.8:
        yield from _select_text(actor, current)
    elif kind < 0.9:
        xs, y = actor.profile.editor_menus
        box = current.client
        yield from actor.click_at((box.x + random.choice(xs), box.y + y))
        yield from actor.wait_for_popup()
        if random.random() < 0.4:
            yield from hand.move((box.x + random.choice(xs), box.y + y))
            yield from hand.wait(0.15, 0.5)
        yield from actor.browse_popup()
    elif kind < 0.95:
        yield from hand.chord("Control_L", random.choice(["a", "z"]))
        yield from hand.wait(0.2, 0.5)
        yield from hand.key(random.choice(["BackSpace", "Right", "End"]))
    else:
        point = actor.inside(current)
        if point:
            yield from hand.move(point)
            yield from hand.wheel(random.choice([1, -1]) * random.randint(1, 6))


def _select_text(actor: Actor, window: Window) -> Ticks:
    hand, random = actor.hand, actor.random
    point = actor.inside(window, 0.12, 0.15)
    if not point:
        return
    yield from hand.move(point)
    if random.random() < 0.4:
        yield from hand.double_click()
    else:
        yield from hand.drag((point[0] + random.gauss(0, 60), point[1] + random.gauss(0, 20)))
    yield from hand.wait(0.2, 0.6)
    if random.random() < 0.4:
        yield from hand.key("BackSpace")
    elif random.random() < 0.5:
        yield from hand.type(random.choice(_WORDS))


def _use_finder(actor: Actor, window: Window) -> Ticks:
    hand, random = actor.hand, actor.random
    yield from actor.activate(window)
    known = actor.known()
    name = random.choice([*_PROGRAMS, "ter", "cal", "xyz"])
    yield from hand.type(name)
    yield from hand.wait(0.3, 0.8)
    if name in _PROGRAMS and random.random() < 0.6:
        yield from hand.key("Return")
        yield from actor.wait_for_window(known)
    else:
        yield from hand.key("Escape")
        yield from hand.wait(0.2, 0.4)


def _use_viewer(actor: Actor, window: Window) -> Ticks:
    yield from actor.activate(window)
    current = actor.now(window)
    point = actor.inside(current) if current else None
    if point:
        yield from actor.hand.move(point)
        yield from actor.hand.wheel(actor.random.choice([1, -1]) * actor.random.randint(1, 3))
        yield from actor.hand.wait(0.3, 0.8)
    if current and actor.random.random() < 0.6:
        yield from close_window(actor, current)


_USES = {
    "Xfce4-terminal": _use_terminal,
    "Mousepad": _use_editor,
    "Thunar": use_files,
    "Galculator": use_calculator,
    "Xfce4-appfinder": _use_finder,
    "Ristretto": _use_viewer,
}
