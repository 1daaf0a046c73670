"""The U-Net over the grid of cells: what each cell should know of the screen, the user and its surroundings."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.model.choices import CHOICES, STACK
from ncdesktop.model.inputs import MAPS, MOMENTS, Revealed, TickInputs
from ncdesktop.model.layers import Block, RMSNorm, fold_cells, unfold_cells
from ncdesktop.model.pretrained import Part

__all__ = ["Backbone", "BackboneConfig"]


@dataclass(frozen=True)
class BackboneConfig:
    cell_dim: int = 128
    action_dim: int = 256
    grid: tuple[int, int] = (24, 32)
    """Rows and columns of the whole screen: each place has an embedding of its own."""
    widths: tuple[int, int, int] = (128, 192, 256)
    """Channels at one, two and four cells a place."""
    down: tuple[int, int, int] = (2, 2, 3)
    """Blocks on the way down; those at the coarsest level have attention."""
    up: tuple[int, int] = (2, 2)
    """Blocks on the way up, at one and two cells a place."""


_CONTENT = 16
_KNOWN = 2 + len(CHOICES)
_REVEALED = 4 * _KNOWN + 2 * (1 + 2 * _CONTENT + 2 * MOMENTS)
_NEAR, _AROUND = 5, 15


def _within(known: Tensor, size: int) -> Tensor:
    """Return (B, C, h, w): the most of any cell in the square of `size` around each; along one axis after the other, which is sooner."""
    along = F.max_pool2d(known, (size, 1), stride=1, padding=(size // 2, 0))
    return F.max_pool2d(along, (1, size), stride=1, padding=(0, size // 2))


def _spread(revealed: Revealed, contents: Tensor, sprite: Tensor) -> Tensor:
    """Tell every cell what is known of it, near it, around it and anywhere.

    Blocks add it where features are of unit size. Added to the residual stream, which grows in training, it was too
    faint for the others to learn from.

    contents: (B, h, w, _CONTENT), zero or more, of what cells are known to become; sprite likewise, with a sprite
    returns:  (B, _REVEALED, h, w)
    """
    shown, changes = revealed.cells.split(1, -1)
    known = torch.cat([shown - changes, changes, revealed.choices], -1).permute(
        0, 3, 1, 2
    )  # (B, _KNOWN, h, w)
    near = _within(known, _NEAR)
    around = _within(near, _AROUND - _NEAR + 1)
    moments = [revealed.changed, revealed.left.amax(3)]
    others = torch.cat([contents, *moments, revealed.drawn[..., None], sprite], -1)
    own = torch.cat([known, others.permute(0, 3, 1, 2)], 1)
    return torch.cat([own, near, around, own.amax((2, 3), keepdim=True).expand_as(own)], 1)


class Backbone(Part):
    """One, two, four cells a place and back (24x32 -> 12x16 -> 6x8 at 512x384).

    What is already known of this tick's changes (`revealed`) enters only on the way back, so that a second look
    at a tick repeats `decode` alone.
    """

    Config = BackboneConfig

    def __init__(self, config: BackboneConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or BackboneConfig()
        fine, middle, coarse = config.widths
        condition = config.action_dim
        self.cells_in = nn.Linear((1 + STACK) * config.cell_dim, fine)
        self.maps_in = nn.Linear(MAPS, fine)
        # Panels, menus and dialogs have their places: what a cell becomes often follows from where it is. Zero at first.
        self.place_down, self.place_up = (nn.Parameter(torch.zeros(*config.grid, fine)) for _ in range(2))
        self.fine_down = nn.ModuleList(Block(fine, condition) for _ in range(config.down[0]))
        self.to_middle = nn.Linear(4 * fine, middle)
        self.middle_down = nn.ModuleList(Block(middle, condition) for _ in range(config.down[1]))
        self.to_coarse = nn.Linear(4 * middle, coarse)
        self.coarse = nn.ModuleList(
            Block(coarse, condition, kernel=3, attention=True, hint=_REVEALED) for _ in range(config.down[2])
        )
        self.coarse_norm = RMSNorm(coarse)
        self.content_norm = RMSNorm(config.cell_dim)
        self.content_in = nn.Linear(config.cell_dim, _CONTENT, bias=False)
        self.from_coarse = nn.Linear(coarse, 4 * middle)
        self.middle_up = nn.ModuleList(Block(middle, condition, hint=_REVEALED) for _ in range(config.up[1]))
        self.middle_norm = RMSNorm(middle)
        self.from_middle = nn.Linear(middle, 4 * fine)
        self.fine_up = nn.ModuleList(Block(fine, condition, hint=_REVEALED) for _ in range(config.up[0]))
        self.fine_norm = RMSNorm(fine)

    def forward(self, inputs: TickInputs, action: Tensor) -> Tensor:
        """Return each cell's features (B, h, w, widths[0]); h and w are multiples of four."""
        return self.decode(self.encode(inputs, action), inputs.revealed, action)

    def encode(self, inputs: TickInputs, action: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The way down: features at one, two and four cells a place, before the coarsest blocks."""
        _, height, width, _, _ = inputs.embedded.shape
        row = inputs.origin[:, :1].long() + torch.arange(height, device=inputs.origin.device)
        column = inputs.origin[:, 1:].long() + torch.arange(width, device=inputs.origin.device)
        place = row[:, :, None], column[:, None]
        fine = (
            self.cells_in(inputs.embedded.flatten(3)) + self.maps_in(inputs.maps()) + self.place_down[place]
        )
        for block in self.fine_down:
            fine = block(fine, action)
        middle = self.to_middle(fold_cells(fine))
        for block in self.middle_down:
            middle = block(middle, action)
        return fine + self.place_up[place], middle, self.to_coarse(fold_cells(middle))

    def decode(
        self, encoded: tuple[Tensor, Tensor, Tensor], revealed: Revealed | None, action: Tensor
    ) -> Tensor:
        """The coarsest blocks and the way up, knowing what is revealed; None says the same as nothing revealed, sooner."""
        fine, middle, coarse = encoded
        hints = self._hints(revealed) if revealed else (None, None, None)
        for block in self.coarse:
            coarse = block(coarse, action, hints[2])
        middle = middle + unfold_cells(self.from_coarse(self.coarse_norm(coarse)))
        for block in self.middle_up:
            middle = block(middle, action, hints[1])
        fine = fine + unfold_cells(self.from_middle(self.middle_norm(middle)))
        for block in self.fine_up:
            fine = block(fine, action, hints[0])
        return self.fine_norm(fine)

    def _hints(self, revealed: Revealed) -> tuple[Tensor, ...]:
        """Return what is revealed at one, two and four cells a place, channels last."""
        contents, sprite = (
            F.relu(self.content_in(self.content_norm(what))) for what in (revealed.contents, revealed.sprite)
        )
        known = _spread(revealed, contents, sprite)
        return tuple(
            level.permute(0, 2, 3, 1) for level in (known, F.max_pool2d(known, 2), F.max_pool2d(known, 4))
        )
