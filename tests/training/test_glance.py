"""The glance learned from recordings: it tells ticks in which something happens from others, and only it changes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ncdesktop.actions import LONG_AGO
from ncdesktop.model.glimpse import Glimpse
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.sprites import NO_SPRITE
from ncdesktop.model.turn import tick_inputs
from ncdesktop.session import Session
from ncdesktop.training.alone import AloneConfig, train_alone
from ncdesktop.training.glance import GLANCE, _doubt_shapes_, _inputs
from ncdesktop.training.table import build_table
from ncdesktop.training.world import TrainConfig, train

SHORT = AloneConfig(minutes=0.1, examples=400, batch=16)


def test_it_learns_when_something_happens(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    tiny_model.save_pretrained(tmp_path / "run" / "weights")
    table = build_table([small_session], cache=tmp_path, progress=False)
    longer = replace(SHORT, minutes=0.3)
    figures = train_alone(GLANCE, table, table, tmp_path / "run", longer, cache=tmp_path)
    moments = GLANCE.collect(tiny_model, table, 2000, 1)
    share = float((table.changes[moments.tensors[0]] > 0).float().mean())
    rate = -share * np.log(share) - (1 - share) * np.log(1 - share)  # what one learns who does not look
    assert figures["after"] < rate + 0.5 * np.log(2) < figures["before"]
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    assert not torch.equal(after.glance.out.bias, tiny_model.glance.out.bias)
    assert after.selector.blend[:, 2].max() > 0.05  # and is heard
    for name, value in tiny_model.backbone.state_dict().items():
        assert torch.equal(value, after.backbone.state_dict()[name])


def test_rare_inputs_are_drawn_more_often_than_they_come(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    drawn = GLANCE.collect(tiny_model, table, 4000, 0).tensors[0]
    _, kind, size = _inputs(table)[1:].unique(dim=0, return_inverse=True, return_counts=True)
    shares = torch.bincount(kind[drawn - 1], minlength=len(size)) / len(drawn), size / size.sum()
    rarest, commonest = size.argmin(), size.argmax()
    assert shares[0][rarest] > 2 * shares[1][rarest]
    assert shares[0][commonest] < 0.8 * shares[1][commonest]


def test_moments_of_dreams_that_began_lately_know_of_nothing_before(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    moments = GLANCE.collect(tiny_model, table, 600, 0)
    recorded, seen = moments.seen(), moments.seen()
    moments.begin_lately_(seen, torch.Generator().manual_seed(0))
    forgot = (seen.age != recorded.age).flatten(1).any(1)
    assert 0.05 < forgot.float().mean() < 0.4
    assert (seen.age[forgot] >= recorded.age[forgot]).all()
    began = (seen.ages != recorded.ages)[:, 0]
    assert began.any() and (seen.ages[began, 0] == LONG_AGO).all()
    assert not (seen.fovea[began, 1] == recorded.fovea[began, 1]).flatten(1).all(1).all()
    assert (seen.features == recorded.features).flatten(1).all(1).float().mean() > 0.6
    assert (seen.placed[began] == NO_SPRITE).all()


def test_shapes_of_the_pointer_are_hidden_or_wrong_at_times(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    table.name_cursors_(tiny_model.cursors)
    moments = GLANCE.collect(tiny_model, table, 600, 0)
    seen, recorded = moments.seen(), moments.seen().cursor
    _doubt_shapes_(seen, 2, torch.Generator().manual_seed(0))
    hidden, wrong = seen.cursor == 2, (seen.cursor != recorded) & (seen.cursor != 2)
    assert 0.2 < hidden.float().mean() < 0.4 and 0.01 < wrong.float().mean() < 0.12


def test_it_sees_what_it_will_see_in_a_dream(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    table.name_cursors_(tiny_model.cursors)
    moments = GLANCE.collect(tiny_model, table, 20 * len(table), 0)
    world = NeuralWorld(tiny_model, model_hash="tiny")
    for tick, ui in enumerate(small_session.frames(stop=30)):
        action = small_session.ticks[tick].action
        if tick == 0:
            world.reset(0, ui)
        elif tick < 29:
            world.follow(action, ui, cursor=small_session.frame(tick, ui).cursor)
    turn = world._turn(action)
    shown, age = turn.state.embedded[None, :, :, 0], (turn.tick - turn.state.changed_at)[None]
    dreamed, known = Glimpse.of(tick_inputs([turn]), shown, age), moments[moments.tensors[0] == 29][:1].seen()
    for name in ("features", "keys", "points", "ages", "fovea", "cursor", "placed", "shown"):
        torch.testing.assert_close(getattr(known, name), getattr(dreamed, name), check_dtype=False, msg=name)


def test_the_training_of_the_whole_leaves_it_alone(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    torch.nn.init.constant_(tiny_model.glance.encoder.position, 0.25)
    tiny_model.save_pretrained(tmp_path / "first")
    table = build_table([small_session], cache=tmp_path, progress=False)
    config = TrainConfig(minutes=0.05)
    train(table, None, tmp_path / "run", config, cache=tmp_path, init=tmp_path / "first")
    after = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    for name, value in tiny_model.glance.state_dict().items():
        torch.testing.assert_close(after.glance.state_dict()[name], value, atol=1e-2, rtol=1e-3)
    assert not torch.equal(after.selector.heads.bias, tiny_model.selector.heads.bias)
