"""Names of keys: the X keysym names that actions use, their ids for the model, and the key of each character."""

import re

__all__ = [
    "KEYSYMS",
    "KEYSYM_OF_CHARACTER",
    "MODIFIERS",
    "OTHER_KEY",
    "TYPING",
    "key_count",
    "key_id",
    "keysym_known",
    "types",
    "unshifted",
]

_ASCII = (
    "space exclam quotedbl numbersign dollar percent ampersand apostrophe parenleft parenright asterisk plus comma "
    "minus period slash 0 1 2 3 4 5 6 7 8 9 colon semicolon less equal greater question at A B C D E F G H I J K L M "
    "N O P Q R S T U V W X Y Z bracketleft backslash bracketright asciicircum underscore grave a b c d e f g h i j k "
    "l m n o p q r s t u v w x y z braceleft bar braceright asciitilde"
).split()
_LATIN = (
    "nobreakspace exclamdown cent sterling currency yen brokenbar section diaeresis copyright ordfeminine "
    "guillemotleft notsign hyphen registered macron degree plusminus twosuperior threesuperior acute mu paragraph "
    "periodcentered cedilla onesuperior masculine guillemotright onequarter onehalf threequarters questiondown Agrave "
    "Aacute Acircumflex Atilde Adiaeresis Aring AE Ccedilla Egrave Eacute Ecircumflex Ediaeresis Igrave Iacute "
    "Icircumflex Idiaeresis ETH Ntilde Ograve Oacute Ocircumflex Otilde Odiaeresis multiply Oslash Ugrave Uacute "
    "Ucircumflex Udiaeresis Yacute THORN ssharp agrave aacute acircumflex atilde adiaeresis aring ae ccedilla egrave "
    "eacute ecircumflex ediaeresis igrave iacute icircumflex idiaeresis eth ntilde ograve oacute ocircumflex otilde "
    "odiaeresis division oslash ugrave uacute ucircumflex udiaeresis yacute thorn ydiaeresis"
).split()
_CONTROL = (
    "BackSpace Tab ISO_Left_Tab Linefeed Clear Return Pause Scroll_Lock Sys_Req Escape Delete Multi_key Home Left Up "
    "Right Down Prior Next Page_Up Page_Down End Begin Select Print Execute Insert Undo Redo Menu Find Cancel Help "
    "Break Mode_switch Num_Lock Caps_Lock Shift_Lock Shift_L Shift_R Control_L Control_R Meta_L Meta_R Alt_L Alt_R "
    "Super_L Super_R Hyper_L Hyper_R ISO_Level3_Shift EuroSign dead_grave dead_acute dead_circumflex dead_tilde "
    "dead_diaeresis dead_cedilla XF86AudioLowerVolume XF86AudioMute XF86AudioRaiseVolume XF86AudioPlay XF86AudioNext "
    "XF86AudioPrev XF86MonBrightnessUp XF86MonBrightnessDown"
).split()
_KEYPAD = (
    "KP_Space KP_Tab KP_Enter KP_Home KP_Left KP_Up KP_Right KP_Down KP_Prior KP_Next KP_Page_Up KP_Page_Down KP_End "
    "KP_Begin KP_Insert KP_Delete KP_Equal KP_Multiply KP_Add KP_Separator KP_Subtract KP_Decimal KP_Divide"
).split() + [f"KP_{digit}" for digit in range(10)]

KEYSYMS = (*_ASCII, *_CONTROL, *(f"F{number}" for number in range(1, 25)), *_KEYPAD, *_LATIN)
"""Names of the keys with an id of their own, by id from 1; id 0 is "no key".

The order is part of the model's input and only ever grows at the end.
"""
_IDS = {name: index for index, name in enumerate(KEYSYMS, start=1)}
_UNICODE = re.compile(r"U(?:10|[0-9A-F])?[0-9A-F]{4}")

OTHER_KEY = len(KEYSYMS) + 1
"""Id shared by all keys without an own one (`U20AC` and the like)."""

MODIFIERS = {
    "Shift_L": 0, "Shift_R": 0, "Control_L": 1, "Control_R": 1, "Alt_L": 2, "Alt_R": 2, "Super_L": 3, "Super_R": 3,
}  # fmt: skip
"""Modifier keys and the place of each in a tick's features."""

KEYSYM_OF_CHARACTER = (
    {chr(0x20 + index): name for index, name in enumerate(_ASCII)}
    | {chr(0xA0 + index): name for index, name in enumerate(_LATIN)}
    | {"\n": "Return", "\t": "Tab", "\b": "BackSpace", "€": "EuroSign"}
)
"""Keysym name that types a character."""
_CHARACTER_OF_KEYSYM = {name: character for character, name in KEYSYM_OF_CHARACTER.items()}

TYPING = tuple(
    sorted(_IDS[name] for character, name in KEYSYM_OF_CHARACTER.items() if character.isprintable())
)
"""Ids of the keys that type a character."""


def key_count() -> int:
    """Return the number of key ids, "no key" and "other key" included."""
    return OTHER_KEY + 1


def keysym_known(name: str) -> bool:
    """Return whether `name` is a keysym name that actions may contain."""
    return name in _IDS or _UNICODE.fullmatch(name) is not None


def key_id(name: str) -> int:
    """Return the model's id of a known keysym name."""
    return _IDS.get(name, OTHER_KEY)


def types(name: str) -> bool:
    """Return whether a known key types a character."""
    return key_id(name) == OTHER_KEY or key_id(name) in TYPING


def unshifted(name: str) -> str:
    """Return what the key of a known keysym name is called without Shift: "a" for A and for U0041."""
    if name == "ISO_Left_Tab":
        return "Tab"
    character = chr(int(name[1:], 16)) if _UNICODE.fullmatch(name) else _CHARACTER_OF_KEYSYM.get(name)
    if character is None or len(character.lower()) > 1:
        return name
    return KEYSYM_OF_CHARACTER.get(character.lower(), f"U{ord(character.lower()):04X}")
