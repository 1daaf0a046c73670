"""The user's last ticks, and what lies under the pointer and the last press, as one vector that modulates every block."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncdesktop.actions import FEATURES, HISTORY, KEYS_A_TICK
from ncdesktop.keysyms import key_count
from ncdesktop.model.inputs import TickInputs
from ncdesktop.model.pretrained import Part

__all__ = ["ActionEncoder", "ActionEncoderConfig"]


@dataclass(frozen=True)
class ActionEncoderConfig:
    dim: int = 256
    tick_dim: int = 64
    key_dim: int = 24
    fovea_width: int = 32


class ActionEncoder(Part):
    """Each tick's features and keys -> a vector; all of them and the fovea -> the action vector."""

    Config = ActionEncoderConfig

    def __init__(self, config: ActionEncoderConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or ActionEncoderConfig()
        width = config.fovea_width
        self.key = nn.Embedding(key_count(), config.key_dim)
        self.tick = nn.Linear(FEATURES + KEYS_A_TICK * config.key_dim, config.tick_dim)
        self.history = nn.Linear(HISTORY * config.tick_dim + 2, config.dim)
        self.lead = nn.Linear(3, config.dim, bias=False)
        nn.init.zeros_(self.lead.weight)
        self.mix = nn.Linear(config.dim, config.dim)
        self.fovea = nn.Sequential(
            nn.Conv2d(3, width, 4, 4), nn.GELU(),
            nn.Conv2d(width, 2 * width, 3, 2, 1), nn.GELU(),
            nn.Conv2d(2 * width, 3 * width, 3, 2, 1), nn.GELU(),
        )  # fmt: skip
        self.fovea_out = nn.Linear(2 * 3 * width * 16, config.dim)
        self.out = nn.Linear(config.dim, config.dim)

    def forward(self, inputs: TickInputs) -> Tensor:
        """Return the action vector (B, dim)."""
        keys = self.key(inputs.keys).flatten(2)  # (B, HISTORY, KEYS_A_TICK * key_dim)
        ticks = F.gelu(self.tick(torch.cat([inputs.features, keys], -1))).flatten(1)
        ages = torch.log1p(inputs.ages.float()) / 6
        lead = torch.cat([(inputs.lead / 32).clamp(-4, 4), inputs.lead.any(1, keepdim=True)], 1)
        history = self.history(torch.cat([ticks, ages], 1)) + self.lead(lead)
        history = self.mix(F.gelu(history))
        seen = self.fovea(inputs.fovea.flatten(0, 1)).reshape(len(ticks), -1)
        return F.gelu(self.out(F.gelu(history + self.fovea_out(seen))))
