"""Record one session of a real desktop or program: the actor acts, the world shows, the session is written and checked."""

import gc
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ncdesktop.actions import Action, fold
from ncdesktop.desktop.actor import Actor
from ncdesktop.desktop.desktop_world import DesktopWorld
from ncdesktop.desktop.profile import PROFILES, profile_of
from ncdesktop.desktop.tasks import Step, run_policy, run_program_policy
from ncdesktop.desktop.xfce import PrivateDisplay, start_desktop, start_program
from ncdesktop.errors import SessionError
from ncdesktop.script import hasty
from ncdesktop.session import SessionWriter, frame_crc32, open_session
from ncdesktop.world import FPS

__all__ = ["Plan", "part_of", "record", "salvage", "verify"]

_WARM_UP_S = 12
_MAX_ZONE_H = 12
_HASTE = (0.0, 0.0, 0.0, 0.25, 0.5)
"""How hasty people are, one of these a session, see `ncdesktop.script.hasty`."""


@dataclass(frozen=True)
class Plan:
    """One session to record.

    folder:  where it will be when it is whole; until then it is beside it under a hidden name
    program: command line of a single program instead of the desktop
    tasks:   names that narrow the goal policy
    fresh:   begin with a bare desktop; otherwise half of the sessions begin in the middle of things
    """

    folder: Path
    size: tuple[int, int]
    policy: str
    seed: int
    ticks: int
    tasks: tuple[str, ...] = ()
    program: str | None = None
    fresh: bool = False


def part_of(folder: Path) -> Path:
    """Return the hidden folder in which a session is while it is being recorded."""
    return folder.with_name(f".{folder.name}.part")


def record(plan: Plan, *, stopped: Callable[[], bool], progress: Callable[[int], None]) -> None:
    """Record one session to its end, or until `stopped`; then compare it with what was captured, and put it in place.

    progress: told the number of ticks recorded since it was last told
    """
    dice = random.Random(plan.seed)
    world = DesktopWorld(plan.size, start=_start(plan, dice), phases=random.Random(plan.seed), realtime=True)
    try:
        frame = world.reset()
        profile = replace(PROFILES[512, 384], size=plan.size) if plan.program else profile_of(plan.size)
        actor = Actor(world.windows, profile, dice, at=frame.pointer)
        steps = (
            run_program_policy(actor, plan.policy)
            if plan.program
            else run_policy(actor, plan.policy, list(plan.tasks))
        )
        steps = hasty(steps, dice, dice.choice(_HASTE))
        action = Action(frame.pointer)
        if not plan.program and not plan.fresh:
            action = _warm_up(world, steps, action, dice, plan.ticks)
        _write(plan, world, steps, action, actor, stopped=stopped, progress=progress)
    finally:
        world.close()
    salvage(plan.folder)


def salvage(folder: Path) -> int:
    """Check what a recorder left in the hidden folder and put it in place; return its ticks, 0 if nothing was there.

    Raises SessionError if it is not what was captured; it then stays where it is.
    """
    part = part_of(folder)
    if not part.exists():
        return 0
    ticks = verify(part)
    part.rename(folder)
    return ticks


def verify(folder: Path) -> int:
    """Decode a session and compare each frame with the checksum taken when it was captured; return its ticks."""
    session = open_session(folder)
    for number, (ui, tick) in enumerate(zip(session.frames(), session.ticks, strict=True)):
        if frame_crc32(ui) != tick.crc32:
            raise SessionError(f"{folder}: frame {number} is not what was captured; record it again")
    return len(session.ticks)


def _start(plan: Plan, dice: random.Random) -> Callable[[], PrivateDisplay]:
    if program := plan.program:
        return lambda: start_program(plan.size, program)
    zone = f"UTC{dice.randint(-_MAX_ZONE_H, _MAX_ZONE_H):+d}:{dice.randint(0, 59):02d}"
    return lambda: start_desktop(plan.size, timezone=zone)


def _warm_up(
    world: DesktopWorld, steps: Iterator[Step], action: Action, dice: random.Random, longest: int
) -> Action:
    """Let the actor act for a while unseen in half of the sessions."""
    for _ in range(dice.choice([0, dice.randint(0, min(_WARM_UP_S * FPS, longest))])):
        action = fold(action, next(steps)[0])
        world.step(action)
        world.windows.refresh()
    return replace(action, edges=())


def _write(
    plan: Plan, world: DesktopWorld, steps: Iterator[Step], action: Action, actor: Actor, *,
    stopped: Callable[[], bool], progress: Callable[[int], None],
) -> None:  # fmt: skip
    part = part_of(plan.folder)
    shutil.rmtree(part, ignore_errors=True)
    source = "program" if plan.program else "xfce4"
    writer = SessionWriter(part, size=plan.size, source=source, policy=plan.policy, seed=plan.seed)
    gc.collect()
    gc.freeze()  # a collection in the middle would make a tick late
    told, labels = 0, None
    try:
        for tick in range(plan.ticks):
            events, task = next(steps)
            action = fold(action, events)
            frame = world.step(action)
            if frame.pointer != action.pointer:  # a program has moved the pointer
                action = replace(action, pointer=frame.pointer)
                actor.hand.at = frame.pointer
            timing = world.timing
            changed = [window.label() for window in world.windows.windows]
            writer.write(
                action, frame, time_s=timing.time_s, late=timing.late, dropped=timing.dropped, task=task,
                windows=changed if changed != labels else None,
            )  # fmt: skip
            labels = changed
            world.windows.refresh()
            if (tick + 1) % FPS == 0:
                progress(tick + 1 - told)
                told = tick + 1
                if stopped():
                    break
        progress(tick + 1 - told)
    finally:
        gc.unfreeze()
        writer.close()
