"""What the network sees of one tick, for a batch of screens or of crops of screens."""

import math
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from ncdesktop.model.choices import CHOICES, STACK
from ncdesktop.model.screen import pixels_in, windows
from ncdesktop.world import CELL

__all__ = [
    "AGE_LIMIT",
    "FOVEA",
    "MAPS",
    "MOMENTS",
    "Revealed",
    "TickInputs",
    "around",
    "fovea",
    "nothing_revealed",
    "same_moments",
]

AGE_LIMIT = 2000
"""Ticks after which all cells count as equally old."""
FOVEA = 64
"""Side in pixels of the windows around the pointer and the last press that the action encoder sees sharply."""
_PHASES = (16, 8, 4)
MAPS = 4 * 6 + 2 * 4 * len(_PHASES) + 3 + STACK + 2
"""Maps of geometry, phase, recency and position over the cells."""
MOMENTS = 4
"""Numbers that compare two moments, see `same_moments`."""


@dataclass
class Revealed:
    """What is already known of a tick's changes.

    cells:    (B, h, w, 2) float: cells of which it is known whether they change; and those known to change
    contents: (B, h, w, D) embeddings of what cells are known to become, zero where that is not known
    choices:  (B, h, w, CHOICES) float, 1 for the source it comes from, zero where that is not known
    changed:  (B, h, w, MOMENTS): whether cells last changed when a changing cell that is known did
    left:     (B, h, w, K, MOMENTS): whether the contents of a cell's stack left the screen when what comes back there did
    drawn:    (B, h, w) float, 1 where a sprite that is placed would change the cell
    sprite:   (B, h, w, D) embeddings of what it would become
    """

    cells: Tensor
    contents: Tensor
    choices: Tensor
    changed: Tensor
    left: Tensor
    drawn: Tensor
    sprite: Tensor

    def of(self, which: list[int]) -> "Revealed":
        """Return what is known of some of the screens."""
        return Revealed(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


def nothing_revealed(
    batch: int, rows: int, columns: int, dim: int, device: torch.device | str = "cpu"
) -> Revealed:
    """Return what a first look knows: nothing."""
    shapes = ((2,), (dim,), (len(CHOICES),), (MOMENTS,), (STACK, MOMENTS), (), (dim,))
    return Revealed(*(torch.zeros(batch, rows, columns, *shape, device=device) for shape in shapes))


def same_moments(ages: Tensor, age: Tensor) -> Tensor:
    """Compare moments: windows and menus cover all their cells at once, and uncover at once what lay there.

    ages:    (...) ticks since something happened
    age:     () or as many leading dimensions as ages has, likewise; less than zero if not known
    returns: (..., MOMENTS): close within two, twenty, two hundred ticks; not after; all zero where it is not known
    """
    apart = (ages - age).abs()
    close = torch.stack(
        [*(torch.exp(-apart / scale) for scale in (2, 20, 200)), (ages >= age - 3).float()], -1
    )
    return close * (age >= 0)[..., None]


@dataclass
class TickInputs:
    """One tick of B screens (or crops of them) of h x w cells, K contents in each cell's stack.

    embedded: (B, h, w, 1 + K, D) embeddings of present content and stack, newest first
    empty:    (B, h, w, K) bool, stack places that hold nothing yet
    age:      (B, h, w) float, ticks since the cell changed
    left:     (B, h, w, K) float, ticks since each content of the stack was last replaced
    origin:   (B, 2) float, (row, col) of the crop's first cell on its screen
    grid:     (rows, cols) of the whole screen
    features, keys, points, ages: (B, ...) see ActionMemory; points in pixels of the whole screen
    fovea:    (B, 2, 3, 64, 64) in [-1, 1]: around the pointer; and around the last press, as it was when pressed
    cursor:   (B,) int64, shape shown before the tick; the number of shapes stands for "not known"
    placed:   (B, 3) int64: the last sprite that opened (NO_SPRITE: none), y and x of its corner
    lead:     (B, 2) int64, (dx, dy) pixels: how far the pointer is ahead of what it drags
    revealed: what is known of the tick's changes, nothing at first
    """

    embedded: Tensor
    empty: Tensor
    age: Tensor
    left: Tensor
    origin: Tensor
    grid: tuple[int, int]
    features: Tensor
    keys: Tensor
    points: Tensor
    ages: Tensor
    fovea: Tensor
    cursor: Tensor
    placed: Tensor
    lead: Tensor
    revealed: Revealed

    def of(self, which: list[int]) -> "TickInputs":
        """Return the inputs of some of the screens."""
        if which == list(range(len(self.cursor))):
            return replace(self)
        parts = {
            field.name: getattr(self, field.name)[which]
            for field in fields(self)
            if field.name not in ("grid", "revealed")
        }
        return TickInputs(**parts, grid=self.grid, revealed=self.revealed.of(which))

    def typed(self) -> Tensor:
        """Return (B,) int64: the key pressed last in the tick, 0 for none."""
        first, second = self.keys[:, -1].unbind(1)
        return torch.where(second > 0, second, first)

    def maps(self) -> Tensor:
        """Return (B, h, w, MAPS): where each cell lies to pointer, its last place, press, release; to the pixel, where in
        their cells pointer and press are, from which follows how what opens there lies to the cells; recency; position.
        """
        _, height, width, _, _ = self.embedded.shape
        device = self.embedded.device
        row = torch.arange(height, device=device) + self.origin[:, :1]  # (B, h)
        column = torch.arange(width, device=device) + self.origin[:, 1:]
        centre_y, centre_x = row + 0.5, column + 0.5
        maps = []
        for point in (self.points / CELL).unbind(1):
            dx = (point[:, :1] - centre_x)[:, None].expand(-1, height, -1)
            dy = (point[:, 1:] - centre_y)[:, :, None].expand(-1, -1, width)
            squared = dx * dx + dy * dy
            maps += [
                torch.exp(-squared / 2),
                torch.exp(-squared / 32),
                (dx / 4).clamp(-1, 1),
                (dy / 4).clamp(-1, 1),
                dx / 16,
                dy / 16,
            ]
        angles = torch.stack([self.points[:, [0, 2]] * (2 * math.pi / period) for period in _PHASES], 1)
        phases = torch.cat([angles.sin(), angles.cos()], 1).flatten(1)
        maps += [phase[:, None, None].expand(-1, height, width) for phase in phases.unbind(1)]
        maps += [torch.log1p(self.age) / 7.6, (self.age < 2).float(), (self.age < 5).float()]
        maps += (torch.log1p(self.left) / 7.6).unbind(-1)
        maps.append((row / self.grid[0])[:, :, None].expand(-1, -1, width))
        maps.append((column / self.grid[1])[:, None].expand(-1, height, -1))
        return torch.stack(maps, -1)


def around(screens: Tensor, points: Tensor) -> Tensor:
    """Return what lies around a point of each screen.

    screens: (B, H, W, 3) uint8
    points:  (B, 2) float, (x, y) pixels
    returns: (B, 64, 64, 3) uint8
    """
    which = torch.arange(len(screens), device=screens.device)
    return windows(screens, which, points.flip(-1).long() - FOVEA // 2, FOVEA)


def fovea(screens: Tensor, points: Tensor, pressed: Tensor) -> Tensor:
    """Return what the action encoder sees sharply: see `TickInputs.fovea`.

    What was pressed is kept from then: a menu's item is gone by the time its program opens.

    screens: (B, H, W, 3) uint8
    points:  (B, 4, 2) float pixels, see ActionMemory
    pressed: (B, 64, 64, 3) uint8
    returns: (B, 2, 3, 64, 64) in [-1, 1]
    """
    return pixels_in(torch.stack([around(screens, points[:, 0]), pressed], 1))
