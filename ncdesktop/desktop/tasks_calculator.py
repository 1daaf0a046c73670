"""Tasks in a calculator window."""

from ncdesktop.desktop.actor import Actor
from ncdesktop.desktop.hand import Ticks
from ncdesktop.desktop.windows import Window

__all__ = ["use_calculator"]

_KEYPAD = {  # centre of each calculator key, as shares of what the program draws
    "7": (0.113, 0.586), "8": (0.307, 0.586), "9": (0.502, 0.586), "/": (0.693, 0.586), "4": (0.113, 0.7),
    "5": (0.307, 0.7), "6": (0.502, 0.7), "*": (0.693, 0.7), "1": (0.113, 0.814), "2": (0.307, 0.814),
    "3": (0.502, 0.814), "-": (0.693, 0.814), "0": (0.113, 0.928), ".": (0.307, 0.928), "+": (0.693, 0.928),
    "=": (0.887, 0.87), "c": (0.597, 0.338), "a": (0.758, 0.338), "s": (0.887, 0.586),
}  # fmt: skip


def use_calculator(actor: Actor, window: Window) -> Ticks:
    """Calculate something, by keys or by clicks."""
    hand, random = actor.hand, actor.random
    yield from actor.activate(window)

    def number() -> str:
        return str(random.randint(1, 10 ** random.choice([1, 1, 2, 2, 3]) - 1)) + random.choice(
            ["", "", "", ".5", ".25"]
        )

    more = random.choice("+-*") + number() if random.random() < 0.2 else ""
    by_keys = random.random() < 0.25
    for character in (
        number() + random.choice("+-*/") + number() + more + "=" + random.choice(["", "", "a", "c", "s"])
    ):
        current = actor.now(window)
        if not current or not current.active:
            return
        if by_keys and not character.isalpha():
            yield from hand.type(character)
            yield from hand.wait(0.1, 0.35)
            continue
        share_x, share_y = _KEYPAD[character]
        box = current.client
        point = (
            box.x + share_x * box.width + random.uniform(-8, 8),
            box.y + share_y * box.height + random.uniform(-4, 4),
        )
        if not actor.visible(current, point):
            return
        yield from hand.move(point, width_px=16, speed=1.2)
        yield from hand.click(hesitate=False)
        yield from hand.wait(0.05, 0.25)
