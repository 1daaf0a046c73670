"""The one table of hot keys: what Host + key does. The README's section and the help in the window are printed from it."""

from dataclasses import dataclass

__all__ = ["ACTING", "COMMANDS", "HELD", "HOTKEYS", "Hotkey", "host_words", "markdown"]


@dataclass(frozen=True)
class Hotkey:
    """One row: how the keys are written, the command of each combination, what they do.

    held: they do it while held; acts: they give the dream input or make it another, which who only looks on must not
    """

    label: str
    commands: dict[str, str]
    does: str
    held: bool = False
    acts: bool = False


_SLOTS = range(1, 10)

HOTKEYS = (
    Hotkey("F", {"f": "fullscreen"}, "full screen"),
    Hotkey("P", {"p": "pause"}, "pause and go on"),
    Hotkey("N / B", {"n": "step", "b": "back"}, "step one tick forward / back"),
    Hotkey("Left / Right", {"Left": "rewind", "Right": "forward"}, "rewind / forward again, while held", held=True),
    Hotkey("Tab", {"Tab": "hurry"}, "fast forward, while held", held=True),
    Hotkey("Up / Down", {"Up": "faster", "Down": "slower"}, "speed: quarter to fourfold"),
    Hotkey("Backspace", {"BackSpace": "reboot"}, "reboot the dream (can be undone)", acts=True),
    Hotkey("1 ... 9", {str(slot): f"load {slot}" for slot in _SLOTS}, "load a slot", acts=True),
    Hotkey("Shift + 1 ... 9", {f"Shift+{slot}": f"save {slot}" for slot in _SLOTS}, "save to a slot"),
    Hotkey("L", {"l": "slots"}, "list of the slots"),
    Hotkey("Z", {"z": "undo"}, "undo load or reboot", acts=True),
    Hotkey("S", {"s": "screenshot"}, "screenshot (PNG)"),
    Hotkey("Shift + S", {"Shift+s": "save"}, "save to a new file, for dropping here or for --state"),
    Hotkey("R", {"r": "record"}, "record session and video, stop recording"),
    Hotkey("H", {"h": "hud"}, "figures: fps, ms per stage, p99, latency"),
    Hotkey("G", {"g": "probe"}, "probe: changed cells, change map, pointer, last input"),
    Hotkey("T", {"t": "tour"}, "tour of the desktop (can be undone), the next one", acts=True),
    Hotkey("D", {"d": "beside"}, "real desktop beside the dream, end it", acts=True),
    Hotkey("M", {"m": "scaling"}, "scaling: fit, integer, stretch, 1:1"),
    Hotkey(
        "+ / - / 0",
        {"plus": "larger", "equal": "larger", "Shift+equal": "larger", "KP_Add": "larger", "minus": "smaller",
         "KP_Subtract": "smaller", "0": "original"},
        "window size: larger, smaller, original",
    ),
    Hotkey("Del", {"Delete": "ctrl_alt_del"}, "send Ctrl+Alt+Del", acts=True),
    Hotkey("F1", {"F1": "help"}, "this help"),
    Hotkey("Q", {"q": "quit"}, "quit (state is kept for --resume)"),
)  # fmt: skip

COMMANDS = {combination: command for row in HOTKEYS for combination, command in row.commands.items()}
"""Command of each combination."""

HELD = frozenset(command for row in HOTKEYS if row.held for command in row.commands.values())
"""Commands that last as long as their keys are held."""

ACTING = frozenset(command for row in HOTKEYS if row.acts for command in row.commands.values())
"""Commands that are not for those who only look on."""


def host_words(host: str) -> str:
    """Return what people call a key: "Right Ctrl" for Control_R."""
    name, _, side = host.rpartition("_")
    kinds = {"Control": "Ctrl", "Alt": "Alt", "Shift": "Shift", "Super": "Super", "Meta": "Meta"}
    if name in kinds and side in ("L", "R"):
        return f"{'Left' if side == 'L' else 'Right'} {kinds[name]}"
    return host.replace("_", " ")


def markdown(host: str) -> str:
    """Return the table as the README shows it; `host` is the host key's keysym name."""
    host = host_words(host)
    lines = [f"| {host} + | does |", "|---|---|"]
    lines += [f"| {row.label} | {row.does} |" for row in HOTKEYS]
    return "\n".join([*lines, f"| {host} alone | take or release the keyboard |"]) + "\n"
