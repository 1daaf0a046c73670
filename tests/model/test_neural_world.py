"""The dream as a World: repeatable, restorable, and the same with cached embeddings as from scratch."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import TINY_SIZE, busy_actions, make_tiny_model, random_screen

from ncdesktop.actions import Action, advance, fold, new_memory
from ncdesktop.errors import InputError, StateError
from ncdesktop.events import Button, Move
from ncdesktop.model.choices import Choice
from ncdesktop.model.neural_world import NeuralWorld
from ncdesktop.model.tick import dream_ticks_
from ncdesktop.model.turn import Turn, tick_inputs
from ncdesktop.model.view import View, choose_view, whole
from ncdesktop.state_file import load_state, save_state
from ncdesktop.world import State


def dream(world: NeuralWorld, actions: list[Action]) -> list[np.ndarray]:
    return [world.step(action).pixels for action in actions]


def random_arrays(state: State) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {
        name: random.integers(0, 2, array.shape).astype(array.dtype) for name, array in state.arrays.items()
    }


def same(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return all(np.array_equal(one, two) for one, two in zip(first, second, strict=True))


def test_same_seed_and_actions_give_the_same_frames_and_another_seed_others(tiny_world: NeuralWorld) -> None:
    actions, runs = busy_actions(40), []
    for seed in (1, 1, 2):
        tiny_world.reset(seed)
        runs.append(dream(tiny_world, actions))
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


def test_dream_changes_cells_by_every_kind_of_choice(tiny_world: NeuralWorld) -> None:
    """Else the tests beside this one would pass on a world that does nothing."""
    seen: set[int] = set()
    for action in busy_actions(100):
        insight = tiny_world.step(action).insight
        assert insight is not None
        seen |= set(insight.choice.ravel().tolist())
    names = {insight.choices[choice] for choice in seen if choice >= 0}
    assert {"shift", "stack 1", "generate", "dictionary"} <= names


def test_restored_state_goes_on_bit_for_bit(tiny_world: NeuralWorld, tmp_path: Path) -> None:
    actions = busy_actions(60)
    dream(tiny_world, actions[:30])
    save_state(tmp_path / "state", tiny_world.get_state())
    expected = dream(tiny_world, actions[30:])
    other = NeuralWorld(make_tiny_model(), model_hash=tiny_world.model_hash)
    other.set_state(load_state(tmp_path / "state"))
    assert same(expected, dream(other, actions[30:]))


def test_state_is_not_changed_by_later_steps(tiny_world: NeuralWorld) -> None:
    dream(tiny_world, busy_actions(10))
    state = tiny_world.get_state()
    copies = {name: array.copy() for name, array in state.arrays.items()}
    dream(tiny_world, busy_actions(20))
    assert all(np.array_equal(state.arrays[name], copy) for name, copy in copies.items())


def test_streaming_with_cached_embeddings_equals_the_tick_from_scratch(tiny_world: NeuralWorld) -> None:
    for tick, action in enumerate(busy_actions(40), start=1):
        screen, memory, model = tiny_world._screen, tiny_world._memory, tiny_world.model
        with torch.inference_mode():
            turn = Turn(screen, memory, whole(screen), tick, 0, tiny_world._generator)
            cached = model(tick_inputs([turn]))
            scratch = screen.embedded.clone()
            scratch[:] = model.cell_encoder.nothing
            for slot in range(scratch.shape[2]):
                known = screen.count > slot
                scratch[:, :, slot][known] = model.embed(screen.contents[:, :, slot][known])
            inputs = tick_inputs([turn])
            inputs.embedded = scratch[None]
            fresh = model(inputs)
        torch.testing.assert_close(cached[0].change, fresh[0].change)
        torch.testing.assert_close(cached[0].choice, fresh[0].choice)
        torch.testing.assert_close(cached[1], fresh[1])
        tiny_world.step(action)


@pytest.mark.parametrize("held", [False, True])
def test_followed_screens_are_remembered_as_its_own(tiny_world: NeuralWorld, held: bool) -> None:
    screens = [random_screen(seed) for seed in (11, 12, 11)]
    action = Action((9, 9))
    for number, screen in enumerate(screens):
        action = fold(action, [Button(1, True)] if held and number == 0 else [])
        frame = tiny_world.follow(action, screen)
        assert np.array_equal(frame.ui, screen)
    # start, 11, 12: the third screen was known already; what a hold shows on its way is not kept
    assert int(tiny_world._screen.count.max()) == (2 if held else 3)


def test_pointer_is_where_the_action_says(tiny_world: NeuralWorld) -> None:
    for action in busy_actions(10):
        assert tiny_world.step(action).pointer == action.pointer


def test_states_of_others_are_refused(tiny_world: NeuralWorld) -> None:
    state = tiny_world.get_state()
    with pytest.raises(StateError, match="weights"):
        tiny_world.set_state(State("neural", "0" * 16, state.tick, state.size, state.arrays))
    with pytest.raises(StateError, match="recorded"):
        tiny_world.set_state(State("recorded", state.model, state.tick, state.size, state.arrays))
    with pytest.raises(StateError, match="lacks"):
        tiny_world.set_state(State("neural", state.model, state.tick, state.size, {}))


def test_damaged_state_leaves_the_dream_as_it_is(tiny_world: NeuralWorld) -> None:
    dream(tiny_world, busy_actions(5))
    state = tiny_world.get_state()
    arrays = {name: array for name, array in random_arrays(state).items() if name != "random"}
    with pytest.raises(StateError, match="lacks"):
        tiny_world.set_state(State("neural", state.model, 3, state.size, arrays))
    after = tiny_world.get_state()
    assert after.tick == state.tick
    assert all(np.array_equal(after.arrays[name], array) for name, array in state.arrays.items())


def test_start_screen_of_another_size_is_refused(tiny_world: NeuralWorld) -> None:
    with pytest.raises(InputError, match="start screen"):
        tiny_world.reset(start=random_screen(0, (64, 64)))


def test_quiet_ticks_look_at_a_quarter_and_busy_ones_at_everything(tiny_world: NeuralWorld) -> None:
    """A quarter around a pointer that moves, all when it rests (in turn, a quarter of what opened did) and after a click."""
    tiny_world.reset(start=random_screen(0, TINY_SIZE))
    state, memory = tiny_world._screen, new_memory((100, 10))
    assert choose_view(state, memory, 1) == whole(state)
    moved = advance(memory, Action((110, 60), 0, (Move(110, 60),)))
    view = choose_view(state, moved, 1)
    assert view.rows * view.columns == state.count.numel() // 4
    assert (
        view.row <= 60 // 16 < view.row + view.rows and view.column <= 110 // 16 < view.column + view.columns
    )
    clicked = advance(memory, Action((100, 10), 1, (Button(1, True),)))
    assert choose_view(state, clicked, 1) == whole(state)


def test_part_of_the_screen_outside_the_view_stays_as_it_is(tiny_world: NeuralWorld) -> None:
    screen, before = tiny_world._screen, tiny_world._screen.screen.clone()
    memory, view, generator = new_memory((10, 10)), View(0, 4, 4, 4), torch.Generator().manual_seed(0)
    for tick, action in enumerate(busy_actions(30), start=1):
        memory = advance(memory, action)
        dream_ticks_(tiny_world.model, [Turn(screen, memory, view, tick, 0, generator)])
    inside = torch.zeros(TINY_SIZE[1], TINY_SIZE[0], dtype=torch.bool)
    inside[:64, 64:] = True
    differs = (screen.screen != before).any(-1)
    assert differs[inside].any() and not differs[~inside].any()


def test_a_dense_dream_paints_every_cell_in_every_tick(tiny_world: NeuralWorld) -> None:
    dense = NeuralWorld(tiny_world.model, model_hash="dense", dense=True)
    dense.reset(3)
    for dream in (dense, dense.another()):
        for _ in range(2):
            insight = dream.step(Action((64, 64))).insight
            assert insight is not None and (insight.choice == Choice.GENERATE).all()
