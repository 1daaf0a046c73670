"""Training in as many processes as there are cores or GPUs, or as a member of a group that torchrun has made."""

import os
import sys
import tempfile
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from ncdesktop.session import held_out, open_sessions
from ncdesktop.training.alone import AloneConfig, Lesson, train_alone
from ncdesktop.training.table import Table, build_table
from ncdesktop.training.world import TrainConfig, train

__all__ = ["launch", "launch_alone"]


def launch(
    paths: list[Path],
    out: Path,
    config: TrainConfig,
    *,
    cache: Path,
    device: str = "cpu",
    processes: int = 1,
    init: Path | None = None,
) -> None:
    """Train on the sessions in `paths` (those held out by the split only validate) and leave the results in `out`.

    Each process runs one thread: a second OpenMP thread gained nothing in training and wastes a busy machine.
    """
    _tables(paths, cache)
    if "RANK" in os.environ:  # torchrun, maybe on several machines
        dist.init_process_group("nccl" if device == "cuda" else "gloo")
        _member(int(os.environ["LOCAL_RANK"]), paths, out, config, cache, device, init)
    elif processes == 1:
        _member(0, paths, out, config, cache, device, init)
    else:
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
        with tempfile.TemporaryDirectory() as folder:
            meeting = f"file://{folder}/meeting"
            mp.spawn(
                _spawned, (meeting, processes, paths, out, config, cache, device, init), nprocs=processes
            )


def launch_alone(
    lesson: Lesson, paths: list[Path], out: Path, config: AloneConfig, *, cache: Path, device: str = "cpu"
) -> None:
    """Train a part of the run in `out` alone, in this process."""
    table, held = _tables(paths, cache)
    train_alone(lesson, table, held, out, config, cache=cache, device=device)


def _tables(paths: list[Path], cache: Path, *, progress: bool = True) -> tuple[Table, Table | None]:
    """Return the tables of the sessions to train on and of those held out, if there are any."""
    sessions = open_sessions(paths)
    kept = [session for session in sessions if held_out(session)]
    table = build_table(
        [session for session in sessions if not held_out(session)], cache=cache, progress=progress
    )
    return table, build_table(kept, cache=cache, progress=progress) if kept else None


def _spawned(
    rank: int, meeting: str, processes: int, paths: list[Path], out: Path, config: TrainConfig, cache: Path,
    device: str, init: Path | None,
) -> None:  # fmt: skip
    backend = "nccl" if device == "cuda" else "gloo"
    dist.init_process_group(backend, init_method=meeting, rank=rank, world_size=processes)
    _member(rank, paths, out, config, cache, device, init)
    # a thread of the group that asks for the interpreter while it is taken down aborts the process
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _member(
    local_rank: int,
    paths: list[Path],
    out: Path,
    config: TrainConfig,
    cache: Path,
    device: str,
    init: Path | None,
) -> None:
    torch.set_num_threads(1)
    if device == "cuda":
        torch.cuda.set_device(local_rank)
    table, held = _tables(paths, cache, progress=False)
    try:
        train(table, held, out, config, cache=cache, device=device, init=init)
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
