"""What a CUDA device must have before a model goes there."""

import torch

from ncdesktop.errors import WeightsError

__all__ = ["check_cuda"]

_WORKING_BYTES = 500_000_000
"""A generous guess at what a dream computes with, besides the weights: not measured on a GPU."""


def check_cuda(weights_bytes: int) -> None:
    """Raise WeightsError unless there is a CUDA device with room for a model of so many bytes and what it computes."""
    if not torch.cuda.is_available():
        raise WeightsError("this PyTorch finds no CUDA device; install its CUDA build or use --device cpu")
    free_bytes, _ = torch.cuda.mem_get_info()
    needed_bytes = weights_bytes + _WORKING_BYTES
    if free_bytes < needed_bytes:
        raise WeightsError(
            f"the CUDA device has {free_bytes / 1e6:.0f} MB free, this model needs about {needed_bytes / 1e6:.0f}; "
            "end what else uses it or use --device cpu"
        )
