"""The dream's memory of the screen: each cell's pixels, its last distinct contents, and their embeddings."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ncdesktop.model.choices import STACK
from ncdesktop.model.drag import NOWHERE
from ncdesktop.model.inputs import around
from ncdesktop.model.screen import cells_of
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.model.stretch import WHOLE

__all__ = ["LONG_AGO", "THINGS", "ScreenState", "new_screen_state", "restack"]

LONG_AGO = -10_000
THINGS = 5
"""So many are known at most."""


@dataclass
class ScreenState:
    """K = STACK. `write` changes it in place.

    screen:     (H, W, 3) uint8, the UI plane
    contents:   (rows, cols, 1 + K, 16, 16, 3) uint8, present content and stack, newest first
    count:      (rows, cols) int64, how many of them are set, at least 1
    changed_at: (rows, cols) int64, tick of the last change
    fresh:      (rows, cols) bool: what that brought was not remembered
    left_at:    (rows, cols, K) int64, tick in which each content of the stack was last replaced
    embedded:   (rows, cols, 1 + K, D) float32, what the cell encoder made of `contents`
    pressed:    (64, 64, 3) uint8, what lay around the last press when it happened
    placed:     (3,) int64: the last sprite that opened (NO_SPRITE: none), y and x of its corner
    followed:   (2,) int64, (x, y): where the pointer was when the screen followed its drag last, or pressed
    holds:      () bool: the first of the things is carried, see `ncdesktop.model.carry`
    edges:      (4,) int64: 1 for each edge of its box that follows, see `ncdesktop.model.stretch`
    taken:      (4,) int64: the box in which it was taken hold of, from which it is stretched; else all NOWHERE
    across:     (H,) int64: where its rows stretch; down () likewise: its columns, see `ncdesktop.model.stretch.stretched`
    lifted:     (rows, cols) bool: cells that show what is carried
    boxes:      (THINGS, 4) int64: where things are (top, left, bottom, right), the one at the front first; all NOWHERE where none is
                known, see `ncdesktop.model.things`
    images:     (THINGS, H, W, 3) uint8: what they show, in the upper left; seen (THINGS, H, W) bool: how far that has been seen
    came_at:    (THINGS,) int64: tick in which each came to be known
    rests_since: (THINGS,) int64: tick since which each is where it is
    gone_at:    (THINGS,) int64: tick in which each has gone, LONG_AGO while it is on the screen
    exact:      (THINGS,) bool: whose boxes are known to the pixel
    recounted_at: () int64: tick in which the panel's buttons became more or fewer, see `ncdesktop.model.taskbar`
    behind:     (H, W, 3) uint8: the screen without them; bare (H, W) bool: how far that has been seen
    """

    screen: Tensor
    contents: Tensor
    count: Tensor
    changed_at: Tensor
    fresh: Tensor
    left_at: Tensor
    embedded: Tensor
    pressed: Tensor
    placed: Tensor
    followed: Tensor
    holds: Tensor
    edges: Tensor
    taken: Tensor
    across: Tensor
    down: Tensor
    lifted: Tensor
    boxes: Tensor
    images: Tensor
    seen: Tensor
    came_at: Tensor
    rests_since: Tensor
    gone_at: Tensor
    exact: Tensor
    recounted_at: Tensor
    behind: Tensor
    bare: Tensor

    @property
    def grid(self) -> tuple[int, int]:
        return self.count.shape[0], self.count.shape[1]

    @property
    def empty(self) -> Tensor:
        """(rows, cols, K) bool: stack places that hold nothing yet."""
        return torch.arange(1, 1 + STACK, device=self.count.device) >= self.count[..., None]

    def press_(self, x: float, y: float) -> None:
        """Keep what lies around (x, y) pixels as what was pressed; from there it may be dragged."""
        at = torch.tensor([[x, y]], device=self.screen.device)
        self.pressed, self.followed = around(self.screen[None], at)[0], at[0].long()
        self.holds = torch.zeros_like(self.holds)

    def let_go_(self) -> None:
        """Carry nothing from now on, in place."""
        self.holds, self.taken = torch.zeros_like(self.holds), torch.full_like(self.taken, NOWHERE)

    def write_(
        self,
        rows: Tensor,
        columns: Tensor,
        pixels: Tensor,
        embedded: Tensor,
        tick: int,
        *,
        nothing: Tensor,
        since: int | None = None,
    ) -> None:
        """Let cells (rows[i], columns[i]) show pixels (N, 16, 16, 3), whose embeddings are (N, D), from `tick` on, in place.

        The old content moves onto the stack; a content that lay there already moves up and leaves no gap.

        nothing: (D,), see `new_screen_state`
        since:   tick of the press that is held: what has come since then for the first time, or is carried, is forgotten, as drags would
                 fill the stacks otherwise; and what is replaced was so then, as a drag covers in one moment what it covers
        """
        fleeting = torch.zeros_like(rows, dtype=torch.bool)
        if since is not None:
            came = self.fresh[rows, columns] & (self.changed_at[rows, columns] >= since)
            fleeting = came | (self.holds & self.lifted[rows, columns])
        old, words = self.contents[rows, columns], pixels.contiguous().flatten(-3).view(torch.int64)
        same = (old[:, 1:].flatten(-3).view(torch.int64) == words[:, None]).all(-1)  # eight bytes at once
        source, count = restack(same, self.count[rows, columns], fleeting)
        which = torch.arange(len(rows), device=rows.device)[:, None]
        old, old_embedded = _and_nothing(old, 0), _and_nothing(self.embedded[rows, columns], nothing)
        self.contents[rows, columns] = torch.cat([pixels[:, None], old[which, source]], 1)
        self.embedded[rows, columns] = torch.cat([embedded[:, None], old_embedded[which, source]], 1)
        covered_at = torch.full_like(count, tick if since is None else since)
        left = torch.cat([covered_at[:, None], self.left_at[rows, columns]], 1)
        self.left_at[rows, columns] = _and_nothing(left, LONG_AGO)[which, source]
        known = same & ~self.empty[rows, columns]
        self.fresh[rows, columns] = ~known.any(1)
        self.count[rows, columns] = count
        self.changed_at[rows, columns] = tick
        cells_of(self.screen)[rows, columns] = pixels


def _and_nothing(places: Tensor, nothing: Tensor | int) -> Tensor:
    """Return places (N, 1 + K, ...) and one more, which holds nothing."""
    return torch.cat([places, torch.zeros_like(places[:, :1]) + nothing], 1).to(places.dtype)


def restack(same: Tensor, count: Tensor, fleeting: Tensor) -> tuple[Tensor, Tensor]:
    """Tell how the contents of cells move when new ones enter.

    same:     (N, K) bool, stack places 1..K whose content is the one that enters (places not set yet are passed over)
    count:    (N,) contents that are set, the present one included
    fleeting: (N,) bool: where the present content is not kept
    returns:  (N, K) the old place of what place 1..K holds afterwards (0: the old present content; 1 + K: nothing), and the new
              count
    """
    place = torch.arange(1, 1 + STACK, device=count.device)
    same = same & (place < count[:, None])
    known = same.any(1)
    found = torch.where(known, same.long().argmax(1) + 1, 1 + STACK)
    end = torch.where(known, found, count.clamp(max=STACK))
    pushed = torch.where(place <= end[:, None], place - 1, place)
    dropped = torch.where(place >= found[:, None], place + 1, place)
    count = torch.where(fleeting, count - known.long(), torch.maximum(count, end + 1))
    return torch.where(fleeting[:, None], dropped, pushed), count


def new_screen_state(screen: Tensor, embedded: Tensor, nothing: Tensor) -> ScreenState:
    """Return the state of a screen that has not changed yet.

    screen:   (H, W, 3) uint8
    embedded: (rows, cols, D) embeddings of its cells
    nothing:  (D,) stands for a stack place that has no content
    """
    cells = cells_of(screen)
    rows, columns = cells.shape[:2]
    contents = torch.zeros(
        rows, columns, 1 + STACK, *cells.shape[2:], dtype=torch.uint8, device=screen.device
    )
    contents[:, :, 0] = cells
    slots = nothing.detach().expand(rows, columns, 1 + STACK, -1).clone()
    slots[:, :, 0] = embedded
    return ScreenState(
        screen=screen.clone(),
        contents=contents,
        count=torch.ones(rows, columns, dtype=torch.int64, device=screen.device),
        changed_at=torch.full((rows, columns), LONG_AGO, dtype=torch.int64, device=screen.device),
        fresh=torch.zeros(rows, columns, dtype=torch.bool, device=screen.device),
        left_at=torch.full((rows, columns, STACK), LONG_AGO, dtype=torch.int64, device=screen.device),
        embedded=slots,
        pressed=around(screen[None], torch.tensor([[screen.shape[1] / 2, screen.shape[0] / 2]]))[0],
        placed=torch.full((3,), NO_SPRITE, device=screen.device),
        followed=torch.full((2,), NOWHERE, device=screen.device),
        holds=torch.tensor(False, device=screen.device),
        edges=torch.tensor(WHOLE, device=screen.device),
        taken=torch.full((4,), NOWHERE, device=screen.device),
        across=torch.zeros(len(screen), dtype=torch.int64, device=screen.device),
        down=torch.tensor(0, device=screen.device),
        lifted=torch.zeros(rows, columns, dtype=torch.bool, device=screen.device),
        boxes=torch.full((THINGS, 4), NOWHERE, device=screen.device),
        images=torch.zeros(THINGS, *screen.shape, dtype=torch.uint8, device=screen.device),
        seen=torch.zeros(THINGS, *screen.shape[:2], dtype=torch.bool, device=screen.device),
        came_at=torch.full((THINGS,), LONG_AGO, device=screen.device),
        rests_since=torch.full((THINGS,), LONG_AGO, device=screen.device),
        gone_at=torch.full((THINGS,), LONG_AGO, device=screen.device),
        exact=torch.zeros(THINGS, dtype=torch.bool, device=screen.device),
        recounted_at=torch.tensor(LONG_AGO, device=screen.device),
        behind=screen.clone(),
        bare=torch.ones(screen.shape[:2], dtype=torch.bool, device=screen.device),
    )
