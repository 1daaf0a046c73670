"""Options that several verbs share: same name, same meaning."""

import argparse
from collections.abc import Container
from pathlib import Path

from ncdesktop.errors import InputError
from ncdesktop.keysyms import keysym_known, types, unshifted
from ncdesktop.paths import embedded_weights

__all__ = [
    "add_device",
    "add_host_key",
    "add_json",
    "add_kernels",
    "add_seed",
    "add_weights",
    "at_least",
    "check_host_key",
    "new_file",
]


def add_weights(parser: argparse.ArgumentParser) -> None:
    help_ = "folder of the model (default: the embedded one)"
    parser.add_argument("--weights", type=Path, default=embedded_weights(), metavar="DIR", help=help_)


def add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=("cpu", "cuda"), default="cpu", help="where the network runs (default: cpu)"
    )


def add_host_key(parser: argparse.ArgumentParser) -> None:
    help_ = "X keysym name (default: Control_R)"
    parser.add_argument("--host-key", type=_keysym, default="Control_R", metavar="KEY", help=help_)


def add_kernels(parser: argparse.ArgumentParser) -> None:
    help_ = "what the network attends with: sdpa (PyTorch), xformers (CUDA) or auto (default: auto, sdpa)"
    parser.add_argument("--attention", choices=("auto", "sdpa", "xformers"), default="auto", help=help_)
    help_ = "multiply matrices in bfloat16 (for CUDA, and CPUs with AVX512-BF16)"
    parser.add_argument("--bf16", action="store_true", help=help_)


def add_seed(parser: argparse.ArgumentParser) -> None:
    help_ = "number that fixes all that is random (default: 0)"
    parser.add_argument("--seed", type=at_least(0), default=0, metavar="N", help=help_)


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as one JSON object")


def at_least(minimum: int):  # type: ignore[no-untyped-def]
    """Return an argparse type: a whole number not below `minimum`."""

    def whole_number(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = minimum - 1
        if number < minimum:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {minimum}")
        return number

    return whole_number


def _keysym(text: str) -> str:
    """Return what the key of an X keysym name is called in events, as an argparse type."""
    if not keysym_known(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no key, expected an X keysym name such as Control_R or F12"
        )
    return unshifted(text)


def check_host_key(host: str, named: Container[str]) -> None:
    """Raise InputError unless keyboards have the key: one that types, or one of `named`."""
    if not types(host) and host not in named:
        raise InputError(f"no keyboard here has a key {host}; choose another for --host-key, such as F12")


def new_file(path: Path) -> Path:
    """Return `path` if nothing is there yet; raises InputError, so that nothing is overwritten."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(f"{path} exists already; choose another place")
    return path
