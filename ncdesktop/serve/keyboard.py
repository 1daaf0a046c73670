"""Keys of browsers as X keysym names, shifted characters included, the way an X server reports them."""

from ncdesktop.events import Key
from ncdesktop.keysyms import KEYSYM_OF_CHARACTER
from ncdesktop.serve.messages import Stroke

__all__ = ["NAMED", "Keyboard", "base_name", "strokes_of"]

_BY_CODE = {
    "ShiftLeft": "Shift_L", "ShiftRight": "Shift_R", "ControlLeft": "Control_L", "ControlRight": "Control_R",
    "AltLeft": "Alt_L", "AltRight": "Alt_R", "MetaLeft": "Super_L", "MetaRight": "Super_R",
    "OSLeft": "Super_L", "OSRight": "Super_R", "NumpadEnter": "KP_Enter", "NumpadAdd": "KP_Add",
    "NumpadSubtract": "KP_Subtract", "NumpadMultiply": "KP_Multiply", "NumpadDivide": "KP_Divide",
    "NumpadEqual": "KP_Equal",
}  # fmt: skip
_BY_KEY = {
    "Backspace": "BackSpace", "Tab": "Tab", "Enter": "Return", "Escape": "Escape", "Delete": "Delete",
    "Insert": "Insert", "Home": "Home", "End": "End", "PageUp": "Page_Up", "PageDown": "Page_Down",
    "ArrowLeft": "Left", "ArrowRight": "Right", "ArrowUp": "Up", "ArrowDown": "Down", "Pause": "Pause",
    "PrintScreen": "Print", "ScrollLock": "Scroll_Lock", "CapsLock": "Caps_Lock", "NumLock": "Num_Lock",
    "ContextMenu": "Menu", "AltGraph": "ISO_Level3_Shift", "Shift": "Shift_L", "Control": "Control_L",
    "Alt": "Alt_L", "Meta": "Super_L",
} | {f"F{number}": f"F{number}" for number in range(1, 25)}  # fmt: skip
_KEYPAD = {
    "Numpad0": ("KP_0", "KP_Insert"), "Numpad1": ("KP_1", "KP_End"), "Numpad2": ("KP_2", "KP_Down"),
    "Numpad3": ("KP_3", "KP_Page_Down"), "Numpad4": ("KP_4", "KP_Left"), "Numpad5": ("KP_5", "KP_Begin"),
    "Numpad6": ("KP_6", "KP_Right"), "Numpad7": ("KP_7", "KP_Home"), "Numpad8": ("KP_8", "KP_Up"),
    "Numpad9": ("KP_9", "KP_Page_Up"), "NumpadDecimal": ("KP_Decimal", "KP_Delete"),
}  # fmt: skip
NAMED = frozenset(
    [*_BY_CODE.values(), *_BY_KEY.values(), *(name for names in _KEYPAD.values() for name in names)]
)
"""Names of the keys that go by what they are, not by what they type."""
_NAMED_BY_PLACE = {"Equal": "equal", "Minus": "minus"}


class Keyboard:
    """Names keys; a key keeps the name that it went down with until it goes up, whatever Shift did in between."""

    def __init__(self) -> None:
        self._down: dict[str, str] = {}

    def name(self, stroke: Stroke) -> str | None:
        """Return the keysym name of a key that goes down or up, None if it has none."""
        place = stroke.code or stroke.key
        if not stroke.down:
            return self._down.pop(place, None)
        name = _name(stroke)
        if name is not None:
            self._down[place] = name
        return name

    def forget(self) -> None:
        """Every key is up: the page has lost the focus."""
        self._down.clear()


def base_name(stroke: Stroke) -> str | None:
    """Return what the key is called whatever Shift does, for hot keys; None if it has no name."""
    if stroke.code.startswith("Digit"):
        return stroke.code.removeprefix("Digit")
    if stroke.code in _NAMED_BY_PLACE:
        return _NAMED_BY_PLACE[stroke.code]
    name = _name(stroke)
    if name == "ISO_Left_Tab":
        return "Tab"
    return name.lower() if name is not None and len(name) == 1 else name


def strokes_of(text: str) -> list[Key]:
    """Return the keys that type a text, down and up; characters that no key types are left out."""
    names = [name for character in text if (name := _character_name(character)) is not None]
    return [Key(name, down) for name in names for down in (True, False)]


def _name(stroke: Stroke) -> str | None:
    if stroke.key == "AltGraph":
        return "ISO_Level3_Shift"
    if stroke.code in _BY_CODE:
        return _BY_CODE[stroke.code]
    if stroke.code in _KEYPAD:
        return _KEYPAD[stroke.code][0 if len(stroke.key) == 1 else 1]  # with Num Lock it types a character
    if stroke.key == "Tab" and stroke.shift:
        return "ISO_Left_Tab"
    return _BY_KEY.get(stroke.key) or (_character_name(stroke.key) if len(stroke.key) == 1 else None)


def _character_name(character: str) -> str | None:
    if character in KEYSYM_OF_CHARACTER:
        return KEYSYM_OF_CHARACTER[character]
    return f"U{ord(character):04X}" if character.isprintable() else None
