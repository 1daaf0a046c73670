"""What a dream brings to a tick, and what the network sees of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ncdesktop.actions import ActionMemory
from ncdesktop.model.drag import lead
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.inputs import AGE_LIMIT, TickInputs, fovea, nothing_revealed
from ncdesktop.model.state import ScreenState
from ncdesktop.model.view import View

__all__ = ["Turn", "glimpse_of", "stacked", "tick_inputs"]


@dataclass(frozen=True)
class Turn:
    """What a dream brings to a tick.

    state:     of the screen; the part that `view` shows goes on to `tick`, in place
    memory:    the user's actions, that of the tick included
    tick:      the one after the state
    cursor:    index of the pointer shape before the tick
    generator: on the CPU; the same numbers are drawn whatever the device, and whichever dreams share the tick
    """

    state: ScreenState
    memory: ActionMemory
    view: View
    tick: int
    cursor: int
    generator: torch.Generator

    @property
    def seen(self) -> tuple[slice, slice]:
        """Rows and columns of the view."""
        view = self.view
        return slice(view.row, view.row + view.rows), slice(view.column, view.column + view.columns)


def glimpse_of(turns: Sequence[Turn]) -> Glimpse:
    """Return what small networks see of the turns."""
    states, device = [turn.state for turn in turns], turns[0].state.screen.device

    def memories(name: str) -> Tensor:
        return torch.from_numpy(np.stack([getattr(turn.memory, name) for turn in turns])).to(device)

    points = memories("points")
    screens, pressed = (stacked([getattr(state, name) for state in states]) for name in ("screen", "pressed"))
    return Glimpse(
        features=memories("features"),
        keys=memories("keys"),
        points=points,
        ages=memories("ages"),
        fovea=fovea(screens, points, pressed),
        cursor=torch.tensor([turn.cursor for turn in turns], device=device),
        placed=stacked([state.placed for state in states]),
        shown=stacked([state.embedded[:, :, 0] for state in states]),
        age=stacked([turn.tick - turn.state.changed_at for turn in turns]),
    )


def tick_inputs(turns: Sequence[Turn], glimpse: Glimpse | None = None) -> TickInputs:
    """Return what the network sees in the turns' views, which are of one size; their glimpse, if it is known, is not had again."""
    glimpse = glimpse or glimpse_of(turns)
    device = glimpse.points.device
    embedded = stacked([turn.state.embedded[turn.seen] for turn in turns])
    followed = stacked([turn.state.followed for turn in turns])
    age, left = (
        stacked([(turn.tick - getattr(turn.state, name)[turn.seen]).clamp(max=AGE_LIMIT) for turn in turns])
        for name in ("changed_at", "left_at")
    )
    _, rows, columns, _, dim = embedded.shape
    origin = [[turn.view.row, turn.view.column] for turn in turns]
    return TickInputs(
        embedded=embedded,
        empty=stacked([turn.state.empty[turn.seen] for turn in turns]),
        age=age.float(),
        left=left.float(),
        origin=torch.tensor(origin, dtype=torch.float32, device=device),
        grid=turns[0].state.grid,
        features=glimpse.features,
        keys=glimpse.keys,
        points=glimpse.points,
        ages=glimpse.ages,
        fovea=glimpse.fovea,
        cursor=glimpse.cursor,
        placed=glimpse.placed,
        lead=lead(glimpse.points, glimpse.ages, glimpse.features[:, -1], followed),
        revealed=nothing_revealed(len(turns), rows, columns, dim, device),
    )


def stacked(parts: list[Tensor]) -> Tensor:
    """Stack equal shapes; one alone is not copied."""
    return parts[0][None] if len(parts) == 1 else torch.stack(parts)
