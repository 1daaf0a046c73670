"""A part of the model on disk: diffusers' layout, a folder with `config.json` and `diffusion_pytorch_model.safetensors`.

In half precision, the large matrices of some parts are stored in eight bits, each row with a scale of its own, `NAME.scale`.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from ncdesktop.errors import WeightsError
from ncdesktop.paths import write_atomically

__all__ = ["Part"]

WEIGHTS = "diffusion_pytorch_model.safetensors"


_SCALE, _LARGE = ".scale", 4096


class Part(nn.Module):
    """A network built from one frozen config dataclass, `Config`, which can be saved and loaded. No pickle.

    packed: whether its large matrices are stored in eight bits where the others are in half precision
    """

    Config: ClassVar[Any]
    packed: ClassVar[bool] = False
    config: Any

    def save_pretrained(self, folder: Path, *, dtype: torch.dtype = torch.float32) -> None:
        """Write config and weights, these as `dtype`, into `folder`."""
        tensors = {
            name: tensor.detach().to("cpu", dtype).contiguous() for name, tensor in self.state_dict().items()
        }
        if self.packed and dtype == torch.float16:
            tensors = {key: part for name, tensor in tensors.items() for key, part in _pack(name, tensor)}
        config = {"_class_name": type(self).__name__, **dataclasses.asdict(self.config)}
        write_atomically(folder / "config.json", json.dumps(config, indent=2).encode())
        write_atomically(folder / WEIGHTS, save(tensors, metadata={"format": "pt"}))

    @classmethod
    def from_pretrained(cls, folder: Path) -> Self:
        """Load the part saved in `folder`, strictly, as fp32; raises WeightsError for anything else."""
        try:
            config = json.loads((folder / "config.json").read_text())
            found = config.pop("_class_name", None)
            if found != cls.__name__:
                raise WeightsError(f"{folder / 'config.json'}: holds a {found}, expected a {cls.__name__}")
            part = cls(cls.Config(**{key: value for key, value in config.items() if not key.startswith("_")}))
            tensors = load_file(folder / WEIGHTS)
            part.load_state_dict(_unpacked(tensors))
        except OSError as error:
            raise WeightsError(
                f"{folder}: cannot be read ({error.strerror or error}); is it a whole model?"
            ) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise WeightsError(
                f"{folder / 'config.json'}: is not the config of a {cls.__name__}: {error}"
            ) from error
        except SafetensorError as error:
            raise WeightsError(f"{folder / WEIGHTS}: is truncated or no safetensors file: {error}") from error
        except RuntimeError as error:
            raise WeightsError(f"{folder / WEIGHTS}: does not fit its config.json: {error}") from error
        return part.eval()


def _pack(name: str, tensor: torch.Tensor) -> list[tuple[str, torch.Tensor]]:
    """Return what a tensor is stored as, by names: itself or, if it is large, its rows in eight bits and their scales."""
    if tensor.ndim < 2 or tensor.numel() < _LARGE:
        return [(name, tensor)]
    rows = tensor.float().flatten(1)
    scale = rows.abs().amax(1).clamp(min=1e-12) / 127
    packed = (rows / scale[:, None]).round().to(torch.int8).view(tensor.shape)
    return [(name, packed), (name + _SCALE, scale)]


def _unpacked(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the tensors that were stored, as fp32."""
    found = {}
    for name, tensor in tensors.items():
        scale = tensors.get(name + _SCALE)
        if name.endswith(_SCALE) and name.removesuffix(_SCALE) in tensors:
            continue
        own = tensor.float()
        found[name] = own if scale is None else own * scale.view(-1, *[1] * (own.ndim - 1))
    return found
