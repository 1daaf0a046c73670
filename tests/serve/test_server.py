"""The server without a browser: who may come in, who drives, what is refused, and what a slow viewer gets."""

import asyncio
import json
import struct

import pytest
from aiohttp import ClientSession, WSServerHandshakeError
from served import TOKEN, hear, visit

from ncdesktop.events import Button, Key, Move, Wheel
from ncdesktop.serve.messages import LONGEST_MESSAGE
from ncdesktop.serve.viewer import MOST_UNSHOWN


def say(socket, *words):
    return socket.send_str(json.dumps(words))


async def screen(socket):
    """Return number and tick of the next screen; shapes are left out."""
    while (message := await hear(socket, "bytes"))[0] != 1:
        pass
    return struct.unpack("<BxHIIhhH", message[:18])[2:4]


@pytest.mark.parametrize("path", ["/", "/socket"])
@pytest.mark.parametrize(
    ("query", "headers", "code"),
    [
        ("", {}, 403),
        ("?token=", {}, 403),
        ("?token=wrong", {}, 403),
        ("?token=rightt", {}, 403),
        ("?token=%C3%A9", {}, 403),
        (f"?token={TOKEN}", {"Origin": "http://evil.example"}, 403),
        (f"?token={TOKEN}", {"Origin": "null"}, 403),
        (f"?token={TOKEN}", {"Origin": "http://localhost:1"}, 403),
        (f"?token={TOKEN}", {"Origin": "own"}, 200),
        (f"?token={TOKEN}", {}, 200),
    ],
)
def test_page_and_socket_need_the_token_and_no_foreign_origin(serve, path, query, headers, code):
    served = serve()
    base = served.link.split("/?")[0]
    headers = {name: value.replace("own", base) for name, value in headers.items()}

    async def knock():
        async with ClientSession() as session:
            if path == "/socket":
                try:
                    async with session.ws_connect(base + path + query, headers=headers):
                        return 200
                except WSServerHandshakeError as refusal:
                    return refusal.status
            async with session.get(base + path + query, headers=headers) as answer:
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"] or code == 403
                return answer.status

    assert asyncio.run(knock()) == code


def test_what_is_malformed_or_out_of_range_is_refused_counted_and_never_reaches_the_world(serve):
    served = serve()

    async def talk(connect):
        async with connect() as socket:
            await hear(socket, "status")
            nonsense = [
                "{",
                '["move", 128, 0]',
                '["button", 9, 1]',
                '["command", "open /etc/passwd"]',
                "x" * 2000,
            ]
            nonsense += [
                '["command", "quit"]',
                '["command", "end pause"]',
                '["shown", 12345]',
                "[" * LONGEST_MESSAGE,
            ]
            for text in nonsense:
                await socket.send_str(text)
                assert await hear(socket, "refused")
            await socket.send_bytes(b"\x00")
            assert "bytes" in await hear(socket, "refused")
            await say(socket, "move", 9, 9)
            return len(nonsense) + 1

    refused = visit(served, talk)
    served.wait_until(lambda: Move(9, 9) in served.edges())
    assert set(served.edges()) == {Move(9, 9)}
    assert served.room.refused == refused


def test_a_huge_message_ends_the_connection_and_is_counted(serve):
    served = serve()

    async def talk(connect):
        async with connect() as socket:
            await socket.send_str("x" * 100_000)
            return await hear(socket, "close")

    assert visit(served, talk).data == 1009
    served.wait_until(lambda: not served.room.viewers)
    assert served.room.refused == 1


def test_one_drives_others_look_on_and_the_wheel_can_be_taken_and_given(serve):
    served = serve(tick_s=0.02)  # fast forward must leave others their turn

    async def talk(connect):
        async with connect() as first, connect() as second:
            ours = (await hear(second, "hello"))["you"]
            await say(second, "button", 1, 1)
            assert "take the wheel" in await hear(second, "refused")
            await say(second, "command", "pause")
            assert "take the wheel" in await hear(second, "refused")
            await say(first, "button", 3, 1)
            await say(first, "command", "hurry")
            while not served.status.hurried or served.status.action.buttons != 4:
                await asyncio.sleep(0.01)
            await say(second, "drive", 1)
            while served.room.driver is None or served.room.driver.number != ours:
                await asyncio.sleep(0.01)
            while served.status.hurried or served.status.action.buttons:
                await asyncio.sleep(0.01)
            await say(second, "drive", 0)
            while served.room.driver is not None:
                await asyncio.sleep(0.01)

    visit(served, talk)
    assert [edge for edge in served.edges() if isinstance(edge, Button)] == [
        Button(3, True),
        Button(3, False),
    ]


def test_a_driver_who_vanishes_in_the_middle_of_a_drag_lets_go_of_everything(serve):
    served = serve(tick_s=0.02)  # fast forward must leave others their turn

    async def talk(connect):
        socket = await connect()
        await say(socket, "button", 1, 1)
        await say(socket, "key", "KeyA", "a", 1, 0)
        await say(socket, "command", "hurry")
        while served.status.action.buttons != 1 or not served.status.hurried:
            await asyncio.sleep(0.01)
        socket._response.connection.transport.abort()  # as if the cable were pulled

    visit(served, talk)
    served.wait_until(lambda: served.status.action.buttons == 0 and not served.status.hurried)
    assert Key("a", False) in served.edges()
    assert served.room.driver is None


def test_a_viewer_that_draws_slowly_gets_the_newest_screen_and_no_queue(serve):
    served = serve()

    async def talk(connect):
        async with connect() as socket:
            numbers = [(await screen(socket))[0] for _ in range(MOST_UNSHOWN)]
            while served.room._screens.newest.number < numbers[-1] + 5:
                await asyncio.sleep(0.05)
            await say(socket, "ping", 1)
            await hear(socket, "pong")
            newest, tick = served.room._screens.newest.number, served.status.frame.tick
            await say(socket, "shown", numbers[-1])
            number, its_tick = await screen(socket)
            assert number >= newest > numbers[-1] + 3
            assert its_tick >= tick
            await say(socket, "shown", number)
            await say(socket, "shown", number)
            assert "none of those on their way" in await hear(socket, "refused")

    visit(served, talk)


def test_view_only_keeps_everybody_from_the_wheel(serve):
    served = serve(view_only=True)

    async def talk(connect):
        async with connect() as socket:
            hello, status = await hear(socket, "hello"), await hear(socket, "status")
            assert hello["view_only"] and status["driver"] is None
            for words in (
                ["drive", 1],
                ["move", 1, 1],
                ["command", "pause"],
                ["key", "KeyA", "a", 1, 0],
                ["text", "a"],
            ):
                await say(socket, *words)
                assert "only be looked at" in await hear(socket, "refused")

    visit(served, talk)
    assert served.edges() == [] and not served.status.paused


def test_the_host_key_and_what_is_pressed_with_it_never_reach_the_world(serve):
    served = serve()

    async def talk(connect):
        async with connect() as socket:
            host, pause = ("ControlRight", "Control"), ("KeyP", "p")
            for key, down in (
                (host, 1),
                (pause, 1),
                (pause, 0),
                (("KeyH", "h"), 1),
                (("KeyH", "h"), 0),
                (host, 0),
            ):
                await say(socket, "key", *key, down, 0)
            assert await hear(socket, "do") == "hud"
            while not served.status.paused:
                await asyncio.sleep(0.01)

    visit(served, talk)
    assert served.edges() == []


def test_what_the_mouse_does_with_the_host_key_never_reaches_the_world(serve):
    served = serve()

    async def talk(connect):
        async with connect() as socket:
            for words in (
                ["key", "ControlRight", "Control", 1, 0],
                ["button", 1, 1],
                ["button", 1, 0],
                ["wheel", 0, 1],
                ["button", 3, 1],
                ["key", "ControlRight", "Control", 0, 0],
                ["button", 3, 0],
                ["key", "KeyA", "a", 1, 0],
            ):
                await say(socket, *words)
            while Key("a", True) not in served.edges():
                await asyncio.sleep(0.01)

    visit(served, talk)
    assert not any(isinstance(edge, Button | Wheel) for edge in served.edges())


def test_stopping_tells_the_viewers_and_ends_the_world(serve):
    served = serve()

    async def talk(connect):
        async with connect() as socket:
            await hear(socket, "status")
            served._loop.call_soon_threadsafe(served._stop.set)
            return await hear(socket, "close")

    farewell = visit(served, talk)
    assert (farewell.data, farewell.extra) == (1001, "the server has stopped")
    served.close()
    assert served.server.worker.ended()
