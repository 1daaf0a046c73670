"""Training end to end at tiny size: it learns, keeps what it learned, goes on, and shares work among processes."""

import json
from pathlib import Path

import pytest
import torch

from ncdesktop.errors import WeightsError
from ncdesktop.model.choices import Choice
from ncdesktop.model.inputs import TickInputs
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.selector import EXPECTED
from ncdesktop.session import Session
from ncdesktop.training.batches import CellBank, assemble
from ncdesktop.training.calibration import draw_blend_, fit_blend_, fitted_trust
from ncdesktop.training.launch import launch
from ncdesktop.training.losses import losses
from ncdesktop.training.mistakes import OwnMistakes
from ncdesktop.training.muon import Muon, _orthogonal
from ncdesktop.training.reveal import reveal_
from ncdesktop.training.sampling import SHARES, TickSampler, drawn_kinds
from ncdesktop.training.table import Table, build_table
from ncdesktop.training.world import TrainConfig, train

SHORT = TrainConfig(
    minutes=0.05, cells_a_step=64, warmup_steps=2, mistakes_after_ticks=0, validation_minutes=0.02
)


def test_sitting_leaves_weights_and_the_next_goes_on(
    small_session: Session, tiny_weights: Path, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    train(table, table, tmp_path / "run", SHORT, cache=tmp_path, init=tiny_weights)
    model = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    before = NCGUIWorld.from_pretrained(tiny_weights)
    assert not torch.equal(model.backbone.cells_in.weight, before.backbone.cells_in.weight)
    before.trained_on = ("an earlier one",)
    before.save_pretrained(tmp_path / "run" / "weights")
    train(table, None, tmp_path / "run", SHORT, cache=tmp_path)
    model = NCGUIWorld.from_pretrained(tmp_path / "run" / "weights")
    assert model.trained_on == ("an earlier one", small_session.fingerprint)
    starts = sorted(int(path.stem.split("-")[1]) for path in (tmp_path / "run").glob("sitting-*.json"))
    assert starts[0] == 0 and starts[1] > 0
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert any("validation" in line for line in lines)


def test_two_processes_train_one_model(small_session: Session, tiny_weights: Path, tmp_path: Path) -> None:
    launch([small_session.folder], tmp_path / "run", SHORT, cache=tmp_path, processes=2, init=tiny_weights)
    assert (tmp_path / "run" / "weights" / "model_index.json").exists()


def test_losses_fall_on_what_is_seen_again_and_again(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    bank = CellBank(table, table.cells[:12])
    sampler, generator = TickSampler(table, seed=0), torch.Generator().manual_seed(0)
    optimiser = torch.optim.AdamW(tiny_model.parameters(), lr=3e-3)
    mistakes = OwnMistakes(table, bank, seed=0, dreams=2, ticks=4)
    tiny_model.train()
    totals = []
    for step in range(60):
        draw = sampler.draw()
        batch = assemble(table, bank, torch.tensor(draw.ticks), torch.tensor(draw.origins), crop=draw.crop)
        if step % 6 == 5:
            batch = mistakes.next_batch(tiny_model, generator)
        reveal_(batch, generator)
        loss = losses(tiny_model, batch, bank, generator)
        optimiser.zero_grad()
        loss.total.backward()
        optimiser.step()
        totals.append(float(loss.select.detach()))
    assert sum(totals[-15:]) < 0.8 * sum(totals[:15])


def test_checkpoint_of_another_model_is_refused(
    small_session: Session, tiny_weights: Path, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    train(table, None, tmp_path / "run", SHORT, cache=tmp_path, init=tiny_weights)
    path = tmp_path / "run" / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(WeightsError, match="checkpoint"):
        train(table, None, tmp_path / "run", SHORT, cache=tmp_path)


def test_orthogonal_directions_have_singular_values_near_one() -> None:
    directions = _orthogonal(torch.randn(3, 20, 48, generator=torch.Generator().manual_seed(0)))
    values = torch.linalg.svdvals(directions)
    assert (values > 0.6).all() and (values < 1.3).all()


def test_muon_step_changes_matrices_by_the_same_amount_whatever_the_gradients_size() -> None:
    moves = []
    for scale in (1e-3, 1e3):
        parameter = torch.nn.Parameter(torch.zeros(8, 8))
        parameter.grad = torch.randn(8, 8, generator=torch.Generator().manual_seed(0)) * scale
        Muon([parameter], lr=0.1).step()
        moves.append(float(parameter.detach().norm()))
    assert moves[0] == pytest.approx(moves[1], rel=1e-2) and moves[0] > 0


def test_windows_that_open_are_drawn_more_often_than_letters(small_session: Session, tmp_path: Path) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    table.changes[5:9] = torch.tensor([30, 1, 30, 1], dtype=torch.int16)
    table.edge[5:9] = True
    for name in ("features", "points"):
        getattr(table, name)[4:9] = 0  # no drag
    kinds = drawn_kinds(table)
    assert {5, 7} <= set(kinds["event"].tolist()) and {6, 8} <= set(kinds["edge"].tolist())
    assert sum(map(len, kinds.values())) == sum(map(len, table.kinds.values())) == len(table) - 1
    assert SHARES["event"] / len(kinds["event"]) > SHARES["edge"] / len(kinds["edge"])


def test_the_odds_of_changes_that_training_draws_too_often_are_lowered(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    table = build_table([small_session], cache=tmp_path, progress=False)
    changing, still = 0.0, 0.0
    for kind, ticks in table.kinds.items():
        if kind in ("drag", "edge", "hover", "late"):
            changing += len(ticks)
        else:
            still += len(ticks)
    drawn = 1 - SHARES["still"] - SHARES["idle"]
    draw_blend_(tiny_model.selector, table)
    for constant, own, told in tiny_model.selector.blend.tolist():
        assert (constant < 0) == (changing / still < drawn / (1 - drawn)) and (own, told) == (1, 0)


def test_the_fitted_blend_expects_as_many_changing_ticks_as_there_are(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    """Whatever look and glance say: what has learned nothing counts nothing, and what is shifted is shifted back."""
    table = build_table([small_session], cache=tmp_path, progress=False)
    share = float((table.changes[1:] > 0).float().mean())
    for shift in (0.0, 1.5):
        with torch.no_grad():
            tiny_model.selector.heads.bias[0] += shift  # thinks all changes likelier
        fit_blend_(tiny_model, table)
        blend = tiny_model.selector.blend
        assert (
            blend[:, 2] * EXPECTED
        ).abs().max() < 0.1  # an untrained glance expects everything, all the time
        expected = []
        for tick in range(1, len(table)):
            inputs = _whole(table, tiny_model, tick)
            with torch.no_grad():
                change = tiny_model(inputs)[0].change
            offset = tiny_model.selector.offset(change, torch.full((1,), EXPECTED), inputs)
            expected.append(float((change.amax() + offset).sigmoid()))
        assert abs(sum(expected) / len(expected) - share) < 0.05


def _whole(table: Table, model: NCGUIWorld, tick: int) -> TickInputs:
    bank = CellBank(table, model.vocabulary, model.sprites)
    at = torch.tensor([tick])
    return assemble(table, bank, at, torch.zeros(1, 2, dtype=torch.int64), crop=table.grid).embed(model)


def test_choices_that_are_wrong_are_not_trusted(
    small_session: Session, tiny_model: NCGUIWorld, tmp_path: Path
) -> None:
    """Painted cells of an untrained model show nothing that the recording will show; where it keeps what is there, it is right."""
    table = build_table([small_session], cache=tmp_path, progress=False)
    table.name_cursors_(tiny_model.cursors)
    bias = tiny_model.selector.heads.bias
    with torch.no_grad():
        tiny_model.selector.heads.weight.zero_()
        bias[0] = bias[1 + Choice.GENERATE] = 60.0
        painted = fitted_trust(tiny_model, table)
        bias[1 + Choice.GENERATE], bias[1 + Choice.SHIFT] = 0.0, 60.0  # by nothing, where there is no drag
        moved = fitted_trust(tiny_model, table)
    assert painted[Choice.GENERATE] < 0.1 and painted[Choice.SHIFT] == 1
    assert moved[Choice.SHIFT] > 0.2 and moved[Choice.GENERATE] == 1
