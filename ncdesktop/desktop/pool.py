"""Several recorders side by side, each in a process of its own, working through a list of sessions."""

import contextlib
import multiprocessing
import os
import queue
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from ncdesktop.desktop.recorder import Plan, record
from ncdesktop.errors import DesktopError, NCDesktopError

__all__ = ["record_all"]

_LOOK_S = 0.2
_END_S = 30

News = tuple[str, int | str]
"""("ticks", count) or ("error", message)."""


def record_all(plans: list[Plan], *, parallel: int, tell: Callable[[int], None]) -> None:
    """Record all plans, `parallel` at a time; `tell` is given the numbers of ticks recorded.

    Interrupted, it has the recorders finish what they have, as shorter sessions. Raises DesktopError with what went
    wrong in a recorder, after the others have finished the sessions that they were at.
    """
    context = multiprocessing.get_context("spawn")
    news: multiprocessing.Queue[News] = context.Queue()
    waiting, errors = list(plans), list[str]()
    running: list[BaseProcess] = []
    try:
        while running or (waiting and not errors):
            while waiting and len(running) < parallel and not errors:
                recorder = context.Process(target=_work, args=(waiting.pop(0), news, os.getpid()))
                recorder.start()
                running.append(recorder)
            ended = [process for process in running if not process.is_alive()]
            with contextlib.suppress(
                queue.Empty
            ):  # what an ended process said is all there, and is read first
                while True:
                    kind, what = news.get(timeout=_LOOK_S)
                    if kind == "ticks":
                        tell(int(what))
                    else:
                        errors.append(str(what))
            for process in ended:
                running.remove(process)
                if process.exitcode and not errors:
                    errors.append(f"a recorder ended suddenly (exit code {process.exitcode})")
    finally:
        for process in running:
            if process.pid is not None and process.is_alive():
                os.kill(process.pid, signal.SIGINT)
        for process in running:
            process.join(_END_S)
            process.kill()
    if errors:
        raise DesktopError(errors[0])


def _work(plan: Plan, news: "multiprocessing.Queue[News]", parent: int) -> None:
    interrupted = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.append(True))
    try:
        record(
            plan,
            stopped=lambda: bool(interrupted) or os.getppid() != parent,
            progress=lambda ticks: news.put(("ticks", ticks)),
        )
    except NCDesktopError as error:
        news.put(("error", str(error)))
