"""A model measured over many sessions, spread over processes of one thread each."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import torch
from tqdm import tqdm

from ncdesktop.errors import InputError, SessionError
from ncdesktop.evaluation.measure import Measured, measure
from ncdesktop.evaluation.ticks import Plan, make_plans
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.session import Session

__all__ = ["evaluate", "unseen"]

_POLL_S = 0.5
_world: NeuralWorld | None = None
_done: "Synchronized[int] | None" = None


def unseen(world: NeuralWorld, sessions: list[Session]) -> list[Session]:
    """Return the sessions that the model was not trained on; raises if none is left or one has another size."""
    for session in sessions:
        if session.size != world.size:
            found, expected = ("x".join(map(str, size)) for size in (session.size, world.size))
            raise SessionError(f"{session.folder} is {found}, the model's screen is {expected}; leave it out")
    left = [session for session in sessions if session.fingerprint not in world.model.trained_on]
    if not left:
        raise InputError(
            f"the model was trained on all {len(sessions)} sessions given, which tells nothing; give others"
        )
    return left


def evaluate(
    world: NeuralWorld,
    weights: Path,
    sessions: list[Session],
    *,
    ticks: int,
    rollouts: int,
    texts: int,
    seed: int,
    processes: int,
    pictures: Path | None = None,
    without: Sequence[str] = (),
) -> Measured:
    """Measure the model in `weights`, which `world` has loaded, over `sessions`.

    ticks:     about how many are asked, sampled by kind
    rollouts:  free dreams of 16 s; there are four times as many of 4 s
    texts:     asked ticks whose text Tesseract reads, recorded and dreamt
    pictures:  folder for videos and pictures of what went worst
    without:   parts that `world` has unlearned, see `NCGUIWorld.unlearn_`
    processes: 1 measures in this process; the figures do not depend on it if torch has one thread
    """
    plans = make_plans(sessions, ticks=ticks, rollouts=rollouts, seed=seed, texts=texts)
    plans = sorted((plan for plan in plans if plan.last), key=_steps, reverse=True)
    if not plans:
        raise InputError("the sessions are too short to measure anything; give some of 17 ticks or more")
    total, result = sum(_steps(plan) for plan in plans), Measured()
    with tqdm(total=total, desc="evaluating", unit="tick", disable=None) as bar:
        if processes == 1:
            with _one_thread():
                for plan in plans:
                    result.add_(measure(world, plan, seed=seed, pictures=pictures, progress=bar.update))
            return result
        context = multiprocessing.get_context("spawn")
        done = context.Value("q", 0)
        with ProcessPoolExecutor(processes, context, _load, (weights, world.device, done, without)) as pool:
            futures = [pool.submit(_measure, plan, seed, pictures) for plan in plans]
            waiting = set(futures)
            while waiting:
                finished, waiting = wait(waiting, _POLL_S, FIRST_EXCEPTION)
                for future in finished:
                    future.result()
                bar.update(done.value - bar.n)
            for future in futures:
                result.add_(future.result())
    return result


def _steps(plan: Plan) -> int:
    return len(plan.ask) + sum(plan.starts.values())


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _load(weights: Path, device: str, done: "Synchronized[int]", without: Sequence[str]) -> None:
    global _world, _done
    torch.set_num_threads(1)
    _world, _done = NeuralWorld.from_pretrained(weights, device=device), done
    _world.model.unlearn_(without)


def _measure(plan: Plan, seed: int, pictures: Path | None) -> Measured:
    assert _world is not None
    return measure(_world, plan, seed=seed, pictures=pictures, progress=_advance)


def _advance() -> None:
    assert _done is not None
    with _done.get_lock():
        _done.value += 1
