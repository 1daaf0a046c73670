"""Threads that paint together: cells painted at once are the one part of a tick that other cores can share."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

__all__ = ["Crew", "Painter", "spare_cores"]

Painter = Callable[..., Tensor]
"""What `Generator.forward` does."""
_PART = 32
_MOST_HELPERS = 3


def spare_cores() -> int:
    """Return how many helpers a crew may have here: the other cores of this process, three at most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(_MOST_HELPERS, cores - 1)


class Crew:
    """Calls a painter on parts of a batch, in this thread and in helpers, as far as these get a core.

    The parts are the same whoever works on them, and so are the pixels. Whoever is free takes the next part: a helper
    that the machine has no core for takes none, where PyTorch's own threads would wait for their shares.
    """

    def __init__(self, painter: Painter, helpers: int) -> None:
        self._painter = painter
        self._helpers = helpers
        self._threads = ThreadPoolExecutor(max(1, helpers), thread_name_prefix="painter")

    def __call__(self, *inputs: Tensor) -> Tensor:
        """Paint; all inputs are split along their first dimension."""
        parts = list(zip(*(each.split(_PART) for each in inputs), strict=True))
        waiting, painted = deque(range(len(parts))), [inputs[0]] * len(parts)

        lower = torch.is_autocast_enabled("cpu")  # this thread's; the helpers have their own

        def work() -> None:
            with (
                torch.inference_mode(),
                torch.autocast("cpu", torch.get_autocast_dtype("cpu"), enabled=lower),
            ):
                while True:
                    try:
                        number = waiting.popleft()
                    except IndexError:
                        return
                    painted[number] = self._painter(*parts[number])

        helping = [self._threads.submit(work) for _ in range(min(self._helpers, len(parts) - 1))]
        work()
        for helper in helping:
            if not helper.cancel():  # it has begun
                helper.result()
        return torch.cat(painted)
