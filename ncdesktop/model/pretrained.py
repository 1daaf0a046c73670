"""A part of the model on disk: diffusers' layout, a folder with `config.json` and `diffusion_pytorch_model.safetensors`."""

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


class Part(nn.Module):
    """A network built from one frozen config dataclass, `Config`, which can be saved and loaded. No pickle."""

    Config: ClassVar[Any]
    config: Any

    def save_pretrained(self, folder: Path, *, dtype: torch.dtype = torch.float32) -> None:
        """Write config and weights, these as `dtype`, into `folder`."""
        tensors = {
            name: tensor.detach().to("cpu", dtype).contiguous() for name, tensor in self.state_dict().items()
        }
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
            part.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
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
