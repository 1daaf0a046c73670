"""Linear layers whose products are of eight-bit integers: on CPUs made for that they take half the time or less."""

import warnings

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Int8Linear", "in_int8_", "int8_pays"]

_FEWEST = 4096
"""Weights of a layer below which rounding its inputs takes longer than is gained."""


class Int8Linear(nn.Linear):
    """A linear layer, rounded: its weights once, to 255 steps for each output; what goes in at every call, to 256 steps for all of
    a screen, so that dreams which share a pass do not change one another.

    Where gradients are wanted it is the layer it was made of.
    """

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__(layer.in_features, layer.out_features, layer.bias is not None, device="meta")
        self.weight, self.bias = layer.weight, layer.bias
        weight = layer.weight.detach()
        steps = weight.abs().amax(1).clamp(min=1e-9).double() / 127
        zeros = torch.zeros_like(steps).long()
        with warnings.catch_warnings():
            # PyTorch means to give up its quantised tensors; its version is pinned.
            warnings.simplefilter("ignore", UserWarning)
            rounded = torch.quantize_per_channel(weight, steps, zeros, 0, torch.qint8)
        bias = None if layer.bias is None else layer.bias.detach()
        self._packed = torch.ops.quantized.linear_prepack(rounded, bias)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, ..., in_features) -> (B, ..., out_features)"""
        if torch.is_grad_enabled():
            return F.linear(x, self.weight, self.bias)
        screens = [torch.ops.quantized.linear_dynamic(screen, self._packed) for screen in x.split(1)]
        return screens[0] if len(screens) == 1 else torch.cat(screens)


def int8_pays() -> bool:
    """Return whether this machine's CPU multiplies and adds bytes in one instruction (AVX-512 VNNI)."""
    return bool(torch.cpu.get_capabilities().get("avx512_vnni"))


def in_int8_(module: nn.Module) -> None:
    """Let the larger linear layers of a module multiply in eight-bit integers, in place."""
    for name, child in module.named_children():
        if type(child) is nn.Linear and child.weight.numel() >= _FEWEST:
            setattr(module, name, Int8Linear(child))
        else:
            in_int8_(child)
