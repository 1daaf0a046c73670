"""Keys of pygame as X keysym names, shifted characters included, the way an X server reports them."""

import pygame

from ncdesktop.keysyms import KEYSYM_OF_CHARACTER

__all__ = ["NAMED", "Keyboard", "base_name"]

_NAMES = {
    pygame.K_BACKSPACE: "BackSpace", pygame.K_TAB: "Tab", pygame.K_RETURN: "Return", pygame.K_ESCAPE: "Escape",
    pygame.K_DELETE: "Delete", pygame.K_INSERT: "Insert", pygame.K_HOME: "Home", pygame.K_END: "End",
    pygame.K_PAGEUP: "Page_Up", pygame.K_PAGEDOWN: "Page_Down", pygame.K_LEFT: "Left", pygame.K_RIGHT: "Right",
    pygame.K_UP: "Up", pygame.K_DOWN: "Down", pygame.K_PAUSE: "Pause", pygame.K_PRINTSCREEN: "Print",
    pygame.K_SCROLLLOCK: "Scroll_Lock", pygame.K_CAPSLOCK: "Caps_Lock", pygame.K_NUMLOCKCLEAR: "Num_Lock",
    pygame.K_MENU: "Menu", pygame.K_LSHIFT: "Shift_L", pygame.K_RSHIFT: "Shift_R", pygame.K_LCTRL: "Control_L",
    pygame.K_RCTRL: "Control_R", pygame.K_LALT: "Alt_L", pygame.K_RALT: "Alt_R", pygame.K_LGUI: "Super_L",
    pygame.K_RGUI: "Super_R", pygame.K_MODE: "ISO_Level3_Shift", pygame.K_KP_ENTER: "KP_Enter",
    pygame.K_KP_PLUS: "KP_Add", pygame.K_KP_MINUS: "KP_Subtract", pygame.K_KP_MULTIPLY: "KP_Multiply",
    pygame.K_KP_DIVIDE: "KP_Divide", pygame.K_KP_EQUALS: "KP_Equal", pygame.K_SPACE: "space",
} | {getattr(pygame, f"K_F{number}"): f"F{number}" for number in range(1, 16)}  # fmt: skip
_KEYPAD = {
    pygame.K_KP0: ("KP_0", "KP_Insert"), pygame.K_KP1: ("KP_1", "KP_End"), pygame.K_KP2: ("KP_2", "KP_Down"),
    pygame.K_KP3: ("KP_3", "KP_Page_Down"), pygame.K_KP4: ("KP_4", "KP_Left"), pygame.K_KP5: ("KP_5", "KP_Begin"),
    pygame.K_KP6: ("KP_6", "KP_Right"), pygame.K_KP7: ("KP_7", "KP_Home"), pygame.K_KP8: ("KP_8", "KP_Up"),
    pygame.K_KP9: ("KP_9", "KP_Page_Up"), pygame.K_KP_PERIOD: ("KP_Decimal", "KP_Delete"),
}  # fmt: skip
_TWINS = {
    pygame.K_LCTRL: pygame.K_RCTRL, pygame.K_LSHIFT: pygame.K_RSHIFT,
    pygame.K_LALT: pygame.K_RALT, pygame.K_LGUI: pygame.K_RGUI,
}  # fmt: skip
NAMED = frozenset([*_NAMES.values(), *(name for names in _KEYPAD.values() for name in names)])
"""Names of the keys that go by what they are, not by what they type."""
_DIGIT_ROW = {pygame.KSCAN_1 + place: "1234567890"[place] for place in range(10)}


def base_name(event: pygame.Event) -> str | None:
    """Return what the key is called whatever Shift does, for hot keys; None if it has no name."""
    if event.scancode in _DIGIT_ROW:
        return _DIGIT_ROW[event.scancode]
    return _NAMES.get(event.key) or _keypad_name(event) or _character_name(event.key)


class Keyboard:
    """Names keys; a key keeps the name that it went down with until it goes up, whatever Shift did in between."""

    def __init__(self) -> None:
        self._down: dict[int, str] = {}
        self._made_up: set[int] = set()

    def may_be_made_up(self, event: pygame.Event) -> bool:
        """Return whether it takes the following event to tell if somebody did this one."""
        return event.type == pygame.KEYDOWN and event.key in _TWINS

    def made_up(self, event: pygame.Event, following: pygame.Event) -> bool:
        """Return whether nobody did `event`, the one before `following`.

        X tells that Control is held just before it tells that the right one went down; SDL 2.32 believes that it was
        the left one, and presses it as well.
        """
        if event.type == pygame.KEYUP and event.key in self._made_up:
            self._made_up.remove(event.key)
            return True
        if event.type != pygame.KEYDOWN or following.type != pygame.KEYDOWN:
            return False
        if _TWINS.get(event.key) != following.key:
            return False
        self._made_up.add(event.key)
        return True

    def name(self, event: pygame.Event) -> str | None:
        """Return the keysym name of a KEYDOWN or KEYUP, None if it has none."""
        if event.type == pygame.KEYUP:
            return self._down.pop(event.scancode, None)
        name = _NAMES.get(event.key) or _keypad_name(event) or _typed_name(event)
        if name == "Tab" and event.mod & pygame.KMOD_SHIFT:
            name = "ISO_Left_Tab"
        if name is not None:
            self._down[event.scancode] = name
        return name

    def forget(self) -> None:
        """Every key is up: the window has lost the focus."""
        self._down.clear()
        self._made_up.clear()


def _keypad_name(event: pygame.Event) -> str | None:
    names = _KEYPAD.get(event.key)
    return names[0 if event.mod & pygame.KMOD_NUM else 1] if names else None


def _typed_name(event: pygame.Event) -> str | None:
    """Name a key by the character that it types; with Control held that is one of the key itself."""
    if len(event.unicode) == 1 and event.unicode.isprintable():
        return KEYSYM_OF_CHARACTER.get(event.unicode) or f"U{ord(event.unicode):04X}"
    shifted = bool(event.mod & pygame.KMOD_SHIFT) != bool(event.mod & pygame.KMOD_CAPS)
    name = _character_name(event.key)
    return name.upper() if name and shifted and len(name) == 1 else name


def _character_name(key: int) -> str | None:
    return KEYSYM_OF_CHARACTER.get(chr(key)) if key < 0x110000 else None
