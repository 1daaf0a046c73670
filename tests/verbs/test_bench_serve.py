"""What `bench` times of the browser view, on a small real world."""

import numpy as np
from worlds import PaintWorld

from ncdesktop.actions import Action
from ncdesktop.evaluation.bench import Log
from ncdesktop.verbs.bench_serve import describe_serve, serve_figures


def test_viewers_are_timed_and_get_what_changes():
    log = Log("short", np.full((96, 128, 3), 40, np.uint8), tuple(Action((9 + x, 9)) for x in range(20)))
    found = serve_figures(PaintWorld(tick_s=0.005), log)
    of = found["serve"]
    assert 0 < of["added_cpu_ms"]["p50"] <= of["added_cpu_ms"]["p95"]
    assert all(mean > 5 for mean in of["step_ms"].values())
    assert 0.1 < of["kb_s"] < 50
    assert 0.1 < of["viewer_fps_50"] <= 17
    assert "screens/s" in describe_serve(found)
    assert "pip install" in describe_serve({})
