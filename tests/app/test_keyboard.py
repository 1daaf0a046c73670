"""pygame's keys as X keysym names, and the geometry of the window."""

import pygame
import pytest

from ncdesktop.app.keyboard import Keyboard, base_name
from ncdesktop.app.scaling import MODES, first_scale, place, place_both


def key(key, *, unicode="", mod=0, scancode=0, down=True):
    kind = pygame.KEYDOWN if down else pygame.KEYUP
    return pygame.Event(kind, key=key, unicode=unicode, mod=mod, scancode=scancode)


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (key(pygame.K_a, unicode="a"), "a"),
        (key(pygame.K_a, unicode="A", mod=pygame.KMOD_LSHIFT), "A"),
        (key(pygame.K_1, unicode="!", mod=pygame.KMOD_LSHIFT), "exclam"),
        (key(pygame.K_c, unicode="\x03", mod=pygame.KMOD_LCTRL), "c"),
        (key(pygame.K_c, unicode="\x03", mod=pygame.KMOD_LCTRL | pygame.KMOD_LSHIFT), "C"),
        (key(pygame.K_SPACE, unicode=" "), "space"),
        (key(pygame.K_RETURN, unicode="\r"), "Return"),
        (key(pygame.K_TAB, unicode="\t", mod=pygame.KMOD_LSHIFT), "ISO_Left_Tab"),
        (key(pygame.K_TAB, unicode="\t", mod=pygame.KMOD_LALT), "Tab"),
        (key(pygame.K_F4), "F4"),
        (key(pygame.K_LSHIFT), "Shift_L"),
        (key(pygame.K_KP1, unicode="1", mod=pygame.KMOD_NUM), "KP_1"),
        (key(pygame.K_KP1), "KP_End"),
        (key(0, unicode="\u00e9"), "eacute"),
        (key(0, unicode="\u4e2d"), "U4E2D"),
        (key(0), None),
    ],
)
def test_keys_are_named_as_an_x_server_does(event, name):
    assert Keyboard().name(event) == name


def test_a_key_goes_up_under_the_name_it_went_down_with():
    keyboard = Keyboard()
    keyboard.name(key(pygame.K_a, unicode="A", mod=pygame.KMOD_LSHIFT, scancode=4))
    assert keyboard.name(key(pygame.K_a, unicode="a", scancode=4, down=False)) == "A"
    assert keyboard.name(key(pygame.K_a, unicode="a", scancode=4, down=False)) is None


def test_hot_keys_go_by_the_key_whatever_shift_or_the_layout_does():
    assert base_name(key(pygame.K_f, unicode="F", mod=pygame.KMOD_LSHIFT)) == "f"
    assert base_name(key(pygame.K_AMPERSAND, unicode="&", scancode=pygame.KSCAN_1)) == "1"
    assert base_name(key(pygame.K_BACKSPACE, unicode="\b")) == "BackSpace"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("window", [(1024, 768), (700, 400), (300, 1000), (512, 384), (60, 50)])
def test_every_guest_pixel_is_found_again_from_the_window(mode, window):
    placement = place(mode, (512, 384), window)
    for x, y in ((0, 0), (511, 383), (37, 201)):
        left, top = placement.to_window(x, y)
        found = placement.to_guest(left + placement.width / 1024, top + placement.height / 768)
        assert abs(found[0] - x) <= max(1, 512 / placement.width)
        assert abs(found[1] - y) <= max(1, 384 / placement.height)


def test_points_outside_are_the_nearest_inside():
    placement = place("fit", (512, 384), (1000, 384))
    assert placement.to_guest(0, 0) == (0, 0)
    assert placement.to_guest(999, 400) == (511, 383)


def test_modes_place_the_screen_as_they_say():
    assert place("fit", (512, 384), (1100, 800)).width == 1067
    assert place("integer", (512, 384), (1100, 800)).width == 1024
    assert place("integer", (512, 384), (100, 100)).width == 512
    assert place("stretch", (512, 384), (1100, 800)).width == 1100
    assert place("1:1", (512, 384), (1100, 800)).left == 294
    assert place("integer", (512, 384), (1100, 800)).crisp
    assert not place("fit", (512, 384), (1100, 800)).crisp


def test_the_first_window_fits_the_desktop():
    assert first_scale((512, 384), (1920, 1080)) == 2
    assert first_scale((512, 384), (3840, 2160)) == 5
    assert first_scale((512, 384), (640, 480)) == 1


def test_a_left_modifier_that_sdl_adds_to_the_right_one_is_told_from_a_real_one():
    keyboard, up = Keyboard(), {"down": False}
    left, right, nothing = pygame.K_LCTRL, pygame.K_RCTRL, pygame.Event(pygame.NOEVENT)
    assert keyboard.may_be_made_up(key(left)) and not keyboard.may_be_made_up(key(right))
    assert keyboard.made_up(key(left), key(right))
    assert not keyboard.made_up(key(right), nothing)
    assert keyboard.made_up(key(left, **up), key(right, **up))
    assert not keyboard.made_up(key(right, **up), nothing)
    assert not keyboard.made_up(key(left), nothing)
    assert not keyboard.made_up(key(left, **up), nothing)
    assert not keyboard.made_up(key(pygame.K_LSHIFT), key(right))


@pytest.mark.parametrize("mode", MODES)
def test_two_screens_lie_side_by_side_and_have_the_same_pixels(mode):
    view = place_both(mode, (512, 384), (1600, 700), gap_px=16)
    real, dream = view.panes
    assert (real.width, real.height, real.top) == (dream.width, dream.height, dream.top)
    assert real.left + real.width < dream.left and real.top >= 26
    assert dream.left + dream.width == pytest.approx(view.whole.left + view.whole.width, abs=1)
    for pane in view.panes:
        x, y = pane.to_window(300, 200)
        assert view.panes[view.pane_at(x)] is pane and pane.to_guest(x + 0.5, y + 0.5) == (300, 200)
