"""The page in a real Chromium: what is done there reaches the world, and what the world shows is there, bit for bit."""

import base64

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.command import Command

from ncdesktop.events import Button, Key, Move, Wheel
from ncdesktop.serve.room import OFFERED

pytestmark = pytest.mark.display

WIDTH, HEIGHT = 128, 96
_READ = """
const canvas = document.getElementById("screen");
const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
return btoa(Array.from(pixels, (value) => String.fromCharCode(value)).join(""));
"""


class Page:
    """The tab that shows a server."""

    def __init__(self, chromium, served):
        self.chromium, self.served = chromium, served
        chromium.get(served.link)
        self.tab = chromium.current_window_handle
        served.wait_until(lambda: self.text("connection") == "connected" and self.matches())

    def find(self, id_):
        return self.chromium.find_element(By.ID, id_)

    def text(self, id_):
        return self.find(id_).text

    def press(self, command):
        self.chromium.find_element(By.CSS_SELECTOR, f'[data-command="{command}"]').click()

    def canvas(self):
        """Return what the canvas shows, (H, W, 3)."""
        data = base64.b64decode(self.chromium.execute_script(_READ))
        pixels = np.frombuffer(data, np.uint8)
        if pixels.size != WIDTH * HEIGHT * 4 or (pixels[3::4] < 255).any():
            return None  # nothing is drawn yet
        return pixels.reshape(HEIGHT, WIDTH, 4)[..., :3]

    def matches(self):
        """Return whether the canvas shows what the world shows; try again while it ticks."""
        before = self.served.status.frame
        canvas = self.canvas()
        return canvas is not None and any(
            (canvas == frame.pixels).all() for frame in (before, self.served.status.frame)
        )

    def hand(self, kind="mouse"):
        return ActionBuilder(self.chromium, mouse=PointerInput(kind, kind), duration=20)

    def point(self, x, y):
        """Return the place on the page of a guest pixel."""
        area = self.find("screen").rect
        return round(area["x"] + (x + 0.5) * area["width"] / WIDTH), round(
            area["y"] + (y + 0.5) * area["height"] / HEIGHT
        )

    def complaints(self):
        return [line for line in self.chromium.get_log("browser") if line["level"] == "SEVERE"]


@pytest.fixture
def open_page(chromium):
    """Return a function that opens a server's link."""
    yield lambda served: Page(chromium, served)
    chromium.get("about:blank")


def test_click_type_drag_and_wheel_reach_the_world_and_the_canvas_shows_it_bit_for_bit(serve, open_page):
    served = serve()
    page = open_page(served)
    before = page.canvas()
    hand = page.hand()
    hand.pointer_action.move_to_location(*page.point(30, 60)).pointer_down()
    hand.pointer_action.move_to_location(*page.point(70, 40)).pointer_up()
    hand.perform()
    ActionChains(page.chromium).key_down(Keys.SHIFT).send_keys("d").key_up(Keys.SHIFT).send_keys(
        Keys.RETURN
    ).perform()
    wheel = ActionBuilder(page.chromium)
    wheel.wheel_action.scroll(*page.point(70, 40), 0, 300)
    wheel.perform()
    served.wait_until(lambda: Wheel(0, -3) in served.edges())
    edges = [edge for edge in served.edges() if not isinstance(edge, Move)]
    assert edges == [
        Button(1, True), Button(1, False), Key("Shift_L", True), Key("D", True), Key("D", False), Key("Shift_L", False),
        Key("Return", True), Key("Return", False), Wheel(0, -3),
    ]  # fmt: skip
    at = served.edges()
    down, up = at.index(Button(1, True)), at.index(Button(1, False))
    assert at[down - 1] == Move(30, 60) and Move(70, 40) in at[down:up]
    served.command("pause")
    served.wait_until(lambda: served.status.paused)
    served.wait_until(page.matches)
    assert (page.canvas() != before).any(2).mean() > 0.01
    assert page.complaints() == []


def test_the_pointer_of_the_driver_is_drawn_at_once_and_that_of_a_tour_by_the_world(
    serve, open_page, tmp_path
):
    (tmp_path / "tour.txt").write_text("say Look here\nmove 20 20 3\nwait 900")
    served = serve(tours=[tmp_path / "tour.txt"])
    page = open_page(served)
    served.command("pause")
    served.wait_until(lambda: served.status.paused)
    hand = page.hand()
    hand.pointer_action.move_to_location(*page.point(90, 30))
    hand.perform()
    assert (page.canvas()[30:36, 90:94] == 255).all()  # no tick has passed
    assert served.status.frame.pointer != (90, 30)
    page.press("tour")
    served.wait_until(lambda: page.text("caption") == "Look here")
    served.wait_until(lambda: served.status.frame.pointer == (20, 20))
    served.wait_until(lambda: (page.canvas()[20:26, 20:24] == 255).all() and page.matches())


def test_touch_taps_click_long_presses_are_right_clicks_and_fingers_drag(serve, open_page):
    served = serve()
    page = open_page(served)

    def finger(*steps):
        before = len(served.edges())
        hand = page.hand("touch")
        hand.pointer_action.move_to_location(*page.point(40, 40)).pointer_down()
        for step in steps:
            step(hand.pointer_action)
        hand.pointer_action.pointer_up()
        hand.perform()
        is_up = lambda edge: isinstance(edge, Button) and not edge.down  # noqa: E731
        served.wait_until(lambda: any(map(is_up, served.edges()[before:])))
        return [
            edge for edge in served.edges()[before:] if not isinstance(edge, Move) or edge != Move(40, 40)
        ]

    assert finger() == [Button(1, True), Button(1, False)]
    assert finger(lambda hand: hand.pause(0.8)) == [Button(3, True), Button(3, False)]
    dragged = finger(lambda hand: hand.move_to_location(*page.point(80, 60)))
    assert dragged[0] == Button(1, True) and dragged[-2:] == [Move(80, 60), Button(1, False)]


def test_every_command_has_a_button_with_its_key_and_the_host_key_works(serve, open_page):
    served = serve()
    page = open_page(served)
    buttons = page.chromium.find_elements(By.CSS_SELECTOR, "nav [data-command]")
    commands = {button.get_attribute("data-command") for button in buttons}
    assert {command for command in OFFERED if not command[-1].isdigit()} | {"keyboard"} == commands
    assert "pause and go on (Right Ctrl + p)" in {button.get_attribute("title") for button in buttons}
    page.press("pause")
    served.wait_until(lambda: served.status.paused)
    page.press("step")
    page.press("pause")
    served.wait_until(lambda: not served.status.paused)
    for command in ("hud", "probe"):
        page.press(command)
    served.wait_until(lambda: "ticks/s" in page.text("hud") and "generate" in page.text("legend"))
    page.chromium.execute_script(
        "for (const [type, code, key] of [['keydown', 'ControlRight', 'Control'], ['keydown', 'KeyP', 'p'],"
        " ['keyup', 'KeyP', 'p'], ['keyup', 'ControlRight', 'Control']])"
        " window.dispatchEvent(new KeyboardEvent(type, {code, key}))"
    )
    served.wait_until(lambda: served.status.paused)
    assert not any(isinstance(edge, Key) for edge in served.edges())
    assert page.complaints() == []


def test_slots_are_saved_and_loaded_with_their_pictures(serve, open_page):
    served = serve()
    page = open_page(served)
    page.press("slots")
    page.chromium.find_element(By.CSS_SELECTOR, "#board div:nth-child(2) .save").click()
    served.wait_until(
        lambda: page.chromium.find_elements(By.CSS_SELECTOR, "#board div:nth-child(2) img[src]")
    )
    tick = served.status.frame.tick
    page.chromium.find_element(By.CSS_SELECTOR, "#board div:nth-child(2) .load").click()
    served.wait_until(lambda: served.status.slot == 2 and served.status.frame.tick < tick + 15)
    assert page.complaints() == []


def test_two_viewers_see_the_same_and_the_wheel_changes_hands(serve, open_page):
    served = serve()
    first = open_page(served)
    served.command("pause")
    first.chromium.switch_to.new_window("tab")
    second = Page(first.chromium, served)
    try:
        assert second.text("wheel-words") == "viewer 1 drives"
        assert second.text("viewers") == "2"
        second.find("screen").click()
        served.wait_until(lambda: "take the wheel" in second.text("toasts"))
        second.find("wheel").click()
        served.wait_until(lambda: second.text("wheel-words") == "you drive")
        served.command("pause")
        second.find("screen").click()
        served.wait_until(lambda: Button(1, False) in served.edges())
        served.command("pause")
        served.wait_until(lambda: served.status.paused and second.matches())
    finally:
        second.chromium.close()
        first.chromium.switch_to.window(first.tab)
    assert first.text("wheel-words") in ("viewer 2 drives", "nobody drives")
    served.wait_until(first.matches)


def test_the_page_comes_back_by_itself_when_the_server_does(serve, open_page):
    served = serve()
    page = open_page(served)
    port = int(served.link.split(":")[2].split("/")[0])
    served.close()
    served.wait_until(lambda: page.text("connection") == "reconnecting")
    again = serve(port=port)
    again.command("pause")
    page.served = again
    again.wait_until(lambda: page.text("connection") == "connected" and page.matches(), seconds=15)
    assert page.text("wheel-words") == "you drive"


def test_a_tab_that_is_closed_in_the_middle_of_a_drag_lets_go(serve, open_page, chromium):
    served = serve()
    page = open_page(served)
    hand = page.hand()
    hand.pointer_action.move_to_location(*page.point(30, 60)).pointer_down()
    hand.pointer_action.move_to_location(*page.point(60, 60))
    hand.perform()
    ActionChains(chromium).key_down(Keys.SHIFT).perform()
    served.wait_until(lambda: Key("Shift_L", True) in served.edges())
    assert served.status.action.buttons == 1
    chromium.get("about:blank")
    served.wait_until(lambda: served.status.action.buttons == 0)
    assert Key("Shift_L", False) in served.edges()
    chromium.execute(Command.W3C_CLEAR_ACTIONS)  # the hand outlives the page


def test_with_a_wrong_token_there_is_no_page(serve, chromium):
    served = serve()
    chromium.get(served.link.replace("right", "wrong"))
    assert "whole link" in chromium.find_element(By.TAG_NAME, "body").text
    assert not chromium.find_elements(By.ID, "screen")
    chromium.get_log("browser")
    chromium.get("about:blank")
