"""What `bench` starts to time the way to the first frame and the peak of memory: a process that only dreams."""

import json
import resource
import sys
import time
from pathlib import Path

__all__ = ["main"]


def main(weights: str, device: str, threads: str, ticks: str) -> None:
    """Load the model, dream the busy log, print when the first frame was there and how much memory it took."""
    import torch

    from ncdesktop.model.neural_world import NeuralWorld

    torch.set_num_threads(int(threads))
    world = NeuralWorld.from_pretrained(Path(weights), device=device)
    from ncdesktop.actions import Action

    world.step(Action((0, 0)))
    first_frame_at = time.monotonic()
    from ncdesktop.evaluation.input_logs import built_in_logs

    log = built_in_logs(world, ticks=int(ticks) or None)[-1]
    world.reset(0, log.start)
    for action in log.actions:
        world.step(action)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"first_frame_at": first_frame_at, "rss_mb": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
