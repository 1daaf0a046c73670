"""Which kernel the network attends with: PyTorch's own, or that of xformers on CUDA."""

import logging
from importlib import import_module

import torch.nn.functional as F
from torch import Tensor

from ncdesktop.errors import InputError
from ncdesktop.model.layers import Attend, Block
from ncdesktop.model.pipeline import NCGUIWorld

__all__ = ["choose_attention", "use_attention_"]

log = logging.getLogger(__name__)


def choose_attention(name: str, device: str) -> Attend:
    """Return the kernel called "sdpa" or "xformers"; "auto" chooses for the user and logs it.

    Raises InputError if that kernel cannot run on `device`, or is not installed.
    """
    if name == "auto":
        name = "sdpa"
        log.info("attention by sdpa, which runs everywhere; on a CPU it is a fiftieth of a tick")
    if name == "sdpa":
        return F.scaled_dot_product_attention
    if device != "cuda":
        raise InputError(f"--attention xformers needs --device cuda, found {device}; use --attention sdpa")
    try:
        kernel = import_module("xformers.ops").memory_efficient_attention
    except ImportError as error:
        raise InputError(
            f"--attention xformers: {error}; pip install 'ncdesktop[cuda]' or use --attention sdpa"
        ) from error

    def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return kernel(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)).transpose(1, 2)

    log.info("attention by xformers")
    return attend


def use_attention_(model: NCGUIWorld, attend: Attend) -> None:
    """Let all blocks of the model attend by `attend`, in place."""
    for module in model.modules():
        if isinstance(module, Block):
            module.attend = attend
