"""A training run on disk, to go on from: model, average and optimisers in one safetensors file. No pickle."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from ncdesktop.errors import WeightsError
from ncdesktop.paths import write_atomically

__all__ = ["load_checkpoint", "replace_part", "save_checkpoint"]


def save_checkpoint(
    path: Path,
    modules: dict[str, nn.Module],
    optimisers: dict[str, torch.optim.Optimizer],
    progress: dict[str, float],
) -> None:
    """Write all tensors of modules and optimisers, and the numbers of `progress`, atomically."""
    tensors = {
        f"{name}/{key}": value
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }
    for name, optimiser in optimisers.items():
        for index, state in optimiser.state_dict()["state"].items():
            tensors |= {f"{name}/{index}/{key}": torch.as_tensor(value) for key, value in state.items()}
    tensors = {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}
    write_atomically(path, save(tensors, metadata={"progress": json.dumps(progress)}))


def load_checkpoint(
    path: Path, modules: dict[str, nn.Module], optimisers: dict[str, torch.optim.Optimizer]
) -> dict[str, float]:
    """Restore what `save_checkpoint` wrote, in place, and return `progress`; raises WeightsError if it does not fit."""
    try:
        with safe_open(path, "pt") as file:
            progress = json.loads(file.metadata()["progress"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a dict)
        for name, module in modules.items():
            own = {
                key.removeprefix(f"{name}/"): value
                for key, value in tensors.items()
                if key.startswith(f"{name}/")
            }
            module.load_state_dict(own)
        for name, optimiser in optimisers.items():
            state: dict[int, dict[str, torch.Tensor]] = {}
            for key, value in tensors.items():
                if key.startswith(f"{name}/"):
                    _, index, field = key.split("/")
                    state.setdefault(int(index), {})[field] = value
            optimiser.load_state_dict(
                {"state": state, "param_groups": optimiser.state_dict()["param_groups"]}
            )
    except (SafetensorError, KeyError, ValueError, RuntimeError, OSError) as error:
        raise WeightsError(
            f"{path}: cannot go on from this checkpoint: {error}; choose another --out"
        ) from error
    return progress


def replace_part(path: Path, part: str, state: dict[str, torch.Tensor]) -> None:
    """Let the checkpoint's model and average have `state` for one of their parts; nothing happens where there is none."""
    if not path.exists():
        return
    with safe_open(path, "pt") as file:
        metadata, tensors = file.metadata(), {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    for module in ("model", "average"):
        tensors |= {f"{module}/{part}.{name}": value.detach().cpu().clone() for name, value in state.items()}
    write_atomically(path, save(tensors, metadata=metadata))
