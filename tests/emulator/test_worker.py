"""The world's thread: what a command's fault costs, and what a tick's does."""

import time

import pytest
from worlds import PaintWorld

from ncdesktop.emulator.console import Console
from ncdesktop.emulator.worker import Worker


class Faulty(PaintWorld):
    """Fails to do what `fault` names."""

    fault = ""

    def step(self, action):
        if self.fault == "step":
            raise ZeroDivisionError("tick")
        return super().step(action)

    def reset(self, seed=None, start=None):
        if self.fault == "reset":
            raise IndexError("screen\nlost")
        return super().reset(seed, start)


@pytest.fixture
def world():
    return Faulty()


@pytest.fixture
def worker(world, tmp_path):
    worker = Worker(lambda intake, say: Console(world, intake, home=tmp_path, say=say), lambda: None)
    until(lambda: worker.status is not None)
    yield worker
    worker.quit()
    worker._threads.shutdown()


def until(condition):
    deadline_s = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_a_command_with_a_fault_of_ours_is_told_and_logged_and_the_dream_goes_on(worker, world, caplog):
    world.fault = "reset"
    worker.command("reboot")
    assert worker.messages.get(timeout=10) == (
        "that failed, by a fault of ncdesktop: IndexError('screen\\nlost')"
    )
    assert "Traceback" in caplog.text and "reboot" in caplog.text
    tick = worker.status.frame.tick
    until(lambda: worker.status.frame.tick > tick)
    assert not worker.ended()


def test_a_tick_with_a_fault_of_ours_ends_the_dream_with_it(worker, world):
    world.fault = "step"
    with pytest.raises(ZeroDivisionError, match="tick"):
        until(worker.ended)
