"""Threads that work together: cells painted at once, and dreams in one batch, are what other cores can share."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor

__all__ = ["Crew", "Painter", "Share", "one_by_one", "share_of", "spare_cores"]

Painter = Callable[..., Tensor]
"""What `Generator.forward` does."""
Done = TypeVar("Done")
Share = Callable[[Sequence[Callable[[], Any]]], list[Any]]
"""Does jobs that do not need one another, and returns what they give."""
_PART = 32
_MOST_HELPERS = 3


def spare_cores() -> int:
    """Return how many helpers a crew may have here: the other cores of this process, three at most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(_MOST_HELPERS, cores - 1)


def one_by_one(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    return [job() for job in jobs]


class Crew:
    """Calls a painter on parts of a batch, and does other jobs, in this thread and in helpers, as far as these get a core.

    The parts are the same whoever works on them, and so are the pixels. Whoever is free takes the next part: a helper
    that the machine has no core for takes none, where PyTorch's own threads would wait for their shares. So a job may have
    parts itself.
    """

    def __init__(self, painter: Painter, helpers: int) -> None:
        self._painter = painter
        self._helpers = helpers
        self._threads = ThreadPoolExecutor(max(1, helpers), thread_name_prefix="painter")

    def __call__(self, *inputs: Tensor) -> Tensor:
        """Paint; all inputs are split along their first dimension."""
        parts = zip(*(each.split(_PART) for each in inputs), strict=True)
        return torch.cat(self.do([partial(self._painter, *part) for part in parts]))

    def do(self, jobs: Sequence[Callable[[], Done]]) -> list[Done]:
        """Return what the jobs give."""
        waiting, given = deque(enumerate(jobs)), dict[int, Done]()
        lower = torch.is_autocast_enabled("cpu")  # this thread's; the helpers have their own

        def work() -> None:
            with (
                torch.inference_mode(),
                torch.autocast("cpu", torch.get_autocast_dtype("cpu"), enabled=lower),
            ):
                while True:
                    try:
                        number, job = waiting.popleft()
                    except IndexError:
                        return
                    given[number] = job()

        helping = [self._threads.submit(work) for _ in range(min(self._helpers, len(jobs) - 1))]
        work()
        for helper in helping:
            if not helper.cancel():  # it has begun
                helper.result()
        return [given[number] for number in range(len(jobs))]


def share_of(painter: Painter) -> Share:
    """Return what shares jobs among those who paint."""
    return painter.do if isinstance(painter, Crew) else one_by_one
