"""The optimisers: Muon for matrices, AdamW for the rest; Muon's work is shared out among the processes.

Own code because torch.optim.Muon orthogonalises in bf16 (three times slower than fp32 on most CPUs), one matrix at a
time, and takes no share of the work of other processes. After Keller Jordan, "Muon" (2024).
"""

from collections import defaultdict

import torch
import torch.distributed as dist
from torch import Tensor, nn

__all__ = ["Muon", "split_parameters"]

_COEFFICIENTS = (3.4445, -4.775, 2.0315)
_STEPS = 5


def split_parameters(model: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Return (for Muon, for AdamW): hidden matrices against embeddings, convolutions over space, gates, heads, vectors."""
    others = (
        "word_key",
        "key.",
        "depthwise",
        "heads",
        "generator.out",
        "modulation",
        "ink",
        "cursor",
        "nothing",
        "place",
        "distances",
        "placer.last",
        "placer.name",
        "placer.row",
    )
    matrices: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        hidden = (
            parameter.ndim == 2 and min(parameter.shape) >= 32 and not any(word in name for word in others)
        )
        (matrices if hidden else rest).append(parameter)
    return matrices, rest


class Muon(torch.optim.Optimizer):
    """Momentum whose matrices are made orthogonal before they are applied; equal shapes go through together."""

    def __init__(
        self, parameters: list[nn.Parameter], *, lr: float, momentum: float = 0.95, decay: float = 0.01
    ) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Apply one update; with several processes each does its share and all get the whole."""
        rank, processes = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
        for group in self.param_groups:
            shapes: dict[tuple[int, ...], list[nn.Parameter]] = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is not None:
                    shapes[tuple(parameter.shape)].append(parameter)
            jobs = [
                parameters[start : start + 4]
                for _, parameters in sorted(shapes.items())
                for start in range(0, len(parameters), 4)
            ]
            directions: list[Tensor] = []
            for number, parameters in enumerate(jobs):
                gradients = []
                for parameter in parameters:
                    assert parameter.grad is not None
                    buffer = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
                    buffer.lerp_(parameter.grad, 1 - group["momentum"])
                    gradients.append(parameter.grad.lerp(buffer, group["momentum"]))
                stacked = torch.stack(gradients)
                directions.append(
                    _orthogonal(stacked) if number % processes == rank else torch.zeros_like(stacked)
                )
            if processes > 1:
                flat = torch.cat([direction.flatten() for direction in directions])
                dist.all_reduce(flat)
                parts = flat.split([direction.numel() for direction in directions])
                directions = [part.view_as(old) for part, old in zip(parts, directions, strict=True)]
            for parameters, direction in zip(jobs, directions, strict=True):
                rows, columns = parameters[0].shape
                rate = group["lr"] * max(1.0, rows / columns) ** 0.5
                for parameter, update in zip(parameters, direction, strict=True):
                    parameter.mul_(1 - group["decay"] * group["lr"]).add_(update, alpha=-rate)


def _orthogonal(matrices: Tensor) -> Tensor:
    """Return matrices (n, rows, cols) with all singular values moved near 1, by Newton-Schulz steps."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    a, b, c = _COEFFICIENTS
    for _ in range(_STEPS):
        gram = x @ x.mT
        x = a * x + torch.baddbmm(gram, gram, gram, beta=b, alpha=c) @ x
    return x.mT if tall else x
