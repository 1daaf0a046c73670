"""What the user does, in words: for captions under films and for the probe overlay."""

from ncdesktop.actions import Action
from ncdesktop.events import Button, Key, Wheel
from ncdesktop.keysyms import KEYSYM_OF_CHARACTER, MODIFIERS

__all__ = ["Wording"]

_CHARACTERS = {name: character for character, name in KEYSYM_OF_CHARACTER.items() if character.isprintable()}
_BUTTONS = {1: "click", 2: "middle click", 3: "right click"}
_SHOWN_TICKS = 20
_LONGEST = 40


class Wording:
    """Tells what happens, tick by tick; typed characters join to a text."""

    def __init__(self) -> None:
        self._words, self._typed, self._age = "", "", 0
        self._held: list[str] = []
        self._press: tuple[int, int] | None = None

    def add(self, action: Action) -> str:
        """Return the words to show at the end of a tick in which `action` happened, "" for none."""
        self._age += 1
        if self._age > _SHOWN_TICKS:
            self._words = self._typed = ""
        for event in action.edges:
            match event:
                case Key(name, True):
                    self._key(name)
                case Key(name, False):
                    self._held = [held for held in self._held if held != name]
                case Button(button, True):
                    self._press = action.pointer
                    self._say(_BUTTONS[button])
                case Button(button, False):
                    self._press = None
                case Wheel(_, dy) if dy:
                    self._say("wheel up" if dy > 0 else "wheel down")
        if self._press is not None and action.pointer != self._press:
            self._say("drag")
        return self._words

    def _key(self, name: str) -> None:
        if name in MODIFIERS:
            self._held.append(name)
            return
        chord = [held for held in self._held if not held.startswith("Shift")]
        if chord or name not in _CHARACTERS:
            self._say("+".join([*(self._held if chord else []), name]))
        else:
            self._typed = (self._typed + _CHARACTERS[name])[-_LONGEST:]
            self._words, self._age = self._typed, 0

    def _say(self, words: str) -> None:
        self._words, self._typed, self._age = words, "", 0
