"""Key names of other programs' logs (xdotool, pyautogui) as the X keysym names that actions use."""

from ncdesktop.keysyms import KEYSYM_OF_CHARACTER, keysym_known

__all__ = ["NO_KEYS", "chord_of", "keysym_of"]

NO_KEYS = ("XF86AudioStop", "XF86Sleep")
"""Keys that the data engine presses, that actions have no name for, and that do nothing on its desktop."""

_OTHER_NAMES = {
    "alt": "Alt_L", "backspace": "BackSpace", "capslock": "Caps_Lock", "cmd": "Super_L", "command": "Super_L",
    "control": "Control_L", "ctrl": "Control_L", "del": "Delete", "delete": "Delete", "down": "Down", "end": "End",
    "enter": "Return", "esc": "Escape", "escape": "Escape", "home": "Home", "insert": "Insert", "kp_enter": "KP_Enter",
    "left": "Left", "meta": "Super_L", "option": "Alt_L", "page_down": "Next", "page_up": "Prior", "pagedown": "Next",
    "pageup": "Prior", "pgdn": "Next", "pgup": "Prior", "return": "Return", "right": "Right", "separator": "KP_Separator", "shift": "Shift_L",
    "space": "space", "super": "Super_L", "tab": "Tab", "up": "Up", "win": "Super_L",
}  # fmt: skip


def keysym_of(name: str) -> str:
    """Return the keysym name of a key or character; raises ValueError for a name that is none."""
    if name in KEYSYM_OF_CHARACTER:
        return KEYSYM_OF_CHARACTER[name]
    if name.lower() in _OTHER_NAMES:
        return _OTHER_NAMES[name.lower()]
    for form in (name, name.upper() if len(name) <= 3 else name):  # f5, F5
        if keysym_known(form):
            return form
    if len(name) == 1:
        return f"U{ord(name):04X}"
    raise ValueError(f"unknown key {name!r}")


def chord_of(text: str) -> list[str]:
    """Return the keysym names of a chord such as `ctrl+shift+t`, in the order of pressing."""
    names = [part for part in text.split("+") if part]
    return [keysym_of(name) for name in names] if names else [keysym_of(text)]
