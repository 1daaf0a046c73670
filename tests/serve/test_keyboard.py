"""Browsers' keys as X keysym names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncdesktop.events import Key
from ncdesktop.keysyms import keysym_known
from ncdesktop.serve.keyboard import Keyboard, base_name, strokes_of
from ncdesktop.serve.messages import Stroke


@pytest.mark.parametrize(
    ("code", "key", "shift", "name"),
    [
        ("KeyA", "a", False, "a"),
        ("KeyA", "A", True, "A"),
        ("Digit1", "!", True, "exclam"),
        ("Space", " ", False, "space"),
        ("Enter", "Enter", False, "Return"),
        ("NumpadEnter", "Enter", False, "KP_Enter"),
        ("Tab", "Tab", False, "Tab"),
        ("Tab", "Tab", True, "ISO_Left_Tab"),
        ("ArrowLeft", "ArrowLeft", False, "Left"),
        ("PageUp", "PageUp", False, "Page_Up"),
        ("F4", "F4", False, "F4"),
        ("ShiftLeft", "Shift", True, "Shift_L"),
        ("ControlRight", "Control", False, "Control_R"),
        ("MetaLeft", "Meta", False, "Super_L"),
        ("AltRight", "AltGraph", False, "ISO_Level3_Shift"),
        ("Numpad1", "1", False, "KP_1"),
        ("Numpad1", "End", False, "KP_End"),
        ("NumpadDecimal", ",", False, "KP_Decimal"),
        ("Semicolon", "é", False, "eacute"),
        ("KeyE", "€", False, "EuroSign"),
        ("", "中", False, "U4E2D"),
        ("KeyA", "Dead", False, None),
        ("", "Process", False, None),
        ("", "\ud800", False, None),
    ],
)
def test_keys_are_named_as_an_x_server_does(code, key, shift, name):
    assert Keyboard().name(Stroke(code, key, True, shift)) == name


def test_a_key_goes_up_under_the_name_it_went_down_with():
    keyboard = Keyboard()
    keyboard.name(Stroke("KeyA", "A", True, True))
    assert keyboard.name(Stroke("KeyA", "a", False, False)) == "A"
    assert keyboard.name(Stroke("KeyA", "a", False, False)) is None


def test_hot_keys_go_by_the_key_whatever_shift_or_the_layout_does():
    assert base_name(Stroke("KeyF", "F", True, True)) == "f"
    assert base_name(Stroke("Digit1", "&", True, False)) == "1"
    assert base_name(Stroke("Tab", "Tab", True, True)) == "Tab"
    assert base_name(Stroke("Minus", "_", True, True)) == "minus"


def test_text_is_typed_key_by_key():
    assert strokes_of("aA\n\x07") == [
        *(Key("a", True), Key("a", False), Key("A", True), Key("A", False)),
        *(Key("Return", True), Key("Return", False)),
    ]


codes = st.sampled_from(["NumpadDecimal", "Numpad5", "KeyA", "ShiftLeft", ""]) | st.text(max_size=8)


@settings(deadline=None)
@given(codes, st.text(max_size=8), st.booleans())
def test_no_browser_can_make_the_world_see_a_key_that_is_none(code, key, shift):
    name = Keyboard().name(Stroke(code, key, True, shift))
    assert name is None or keysym_known(name)
