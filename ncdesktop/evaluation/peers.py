"""What other world models would do for a frame, at equal parameters, timed in the same run so that the ratio holds anywhere.

Both peers denoise a whole frame of latents, eight times smaller than the screen, whatever changes on it. They are
credited with a single step and with no decoder: the least that such a model could take for a frame.
"""

import importlib.util
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from ncdesktop.actions import HISTORY
from ncdesktop.errors import InputError
from ncdesktop.evaluation.bench import percentiles
from ncdesktop.model.neural_world import NeuralWorld

__all__ = ["check_peers", "describe_peers", "peers"]

_LATENT_PX = 8
_CHANNELS = 16
_WIDTH = 256
_REPEATS = 20


def check_peers() -> None:
    """Raise InputError unless the library that the peers are built from is there."""
    if importlib.util.find_spec("diffusers") is None:
        raise InputError(
            "--peers are built from diffusers, which is not installed; pip install 'ncdesktop[dev]'"
        )


def peers(world: NeuralWorld) -> dict[str, Any]:
    """Time one step of each peer for one frame of the world's size, random weights; return figures by its name."""
    parameters = sum(weight.numel() for weight in world.model.parameters())
    width, height = (side // _LATENT_PX for side in world.size)
    frame = {"timestep": torch.zeros(1, dtype=torch.int64, device=world.device)}
    actions = torch.zeros(1, HISTORY, _WIDTH, device=world.device)
    transformer = _closest(lambda layers: _transformer(layers, width, height), parameters)
    unet = _closest(lambda channels: _unet(4 * channels, width, height), parameters)
    latents = torch.randn(1, 2 * _CHANNELS, height, width, device=world.device)
    return {
        "model": {"parameters": parameters},
        "diffusion transformer": _figures(
            transformer.to(world.device),
            {
                "hidden_states": latents[:, :_CHANNELS],
                "encoder_hidden_states": actions,
                "added_cond_kwargs": {"resolution": None, "aspect_ratio": None},
                **frame,
            },
        ),
        "NeuralOS UNet": _figures(unet.to(world.device), {"sample": latents, **frame}),
    }


def _transformer(layers: int, width: int, height: int) -> nn.Module:
    """A diffusion transformer: patches of 2x2 latents as tokens, all attending to all, and to the last ticks' actions."""
    from diffusers import PixArtTransformer2DModel

    return PixArtTransformer2DModel(  # type: ignore[return-value]
        num_attention_heads=_WIDTH // 32, attention_head_dim=32, in_channels=_CHANNELS, out_channels=_CHANNELS,
        num_layers=layers, sample_size=max(width, height), patch_size=2, cross_attention_dim=_WIDTH,
        caption_channels=_WIDTH, use_additional_conditions=False,
    )  # fmt: skip


def _unet(channels: int, width: int, height: int) -> nn.Module:
    """NeuralOS' renderer: a UNet over noisy latents beside the maps of its recurrent network."""
    from diffusers import UNet2DModel

    return UNet2DModel(  # type: ignore[return-value]
        sample_size=(height, width), in_channels=2 * _CHANNELS, out_channels=_CHANNELS, layers_per_block=2,
        block_out_channels=(channels, 2 * channels, 4 * channels, 4 * channels), norm_num_groups=4,
        down_block_types=("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"), attention_head_dim=8,
    )  # fmt: skip


def _closest(make: Callable[[int], nn.Module], parameters: int) -> nn.Module:
    """Return make(n) for the n whose model comes closest to so many parameters."""

    def distance(number: int) -> int:
        with torch.device("meta"):
            return abs(sum(weight.numel() for weight in make(number).parameters()) - parameters)

    number, best = 1, distance(1)
    while (found := distance(number + 1)) < best:
        number, best = number + 1, found
    return make(number)


@torch.inference_mode()
def _figures(network: nn.Module, given: dict[str, Any]) -> dict[str, Any]:
    network.eval()
    with FlopCounterMode(display=False) as counter:
        network(**given)
    spent = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        network(**given).sample.sum().item()
        spent.append(1000 * (time.perf_counter() - start))
    return {
        "parameters": sum(weight.numel() for weight in network.parameters()),
        "tick_ms": percentiles(spent),
        "gflop": round(counter.get_total_flops() / 1e9, 3),
    }


def describe_peers(found: dict[str, Any]) -> str:
    """Return the peers' figures beside the dream's own as text for people."""
    lines = [f"{'one frame':24}{'parameters':>12}{'p50 ms':>9}{'p95':>9}{'GFLOP':>9}{'times typical':>15}"]
    names = [name for name in found["tick_ms"] if name in ("idle", "typical", "storm", "busy")]
    typical = found["tick_ms"]["typical"]["p50"]
    rows = [
        (
            f"dream, {name}",
            found["peers"]["model"]["parameters"],
            found["tick_ms"][name],
            found["gflop"][name],
        )
        for name in names
    ]
    rows += [
        (name, peer["parameters"], peer["tick_ms"], peer["gflop"])
        for name, peer in found["peers"].items()
        if "tick_ms" in peer
    ]
    for name, parameters, spent, gflop in rows:
        lines.append(
            f"{name:24}{parameters / 1e6:>10.1f} M{spent['p50']:>9.1f}{spent['p95']:>9.1f}{gflop:>9.2f}"
            f"{spent['p50'] / typical:>15.1f}"
        )
    lines.append(
        "peers: random weights, one denoising step, no decoder: the least they could take for a frame."
    )
    return "\n".join(lines)
