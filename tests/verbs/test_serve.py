"""`ncdesktop serve`: what it refuses, and a whole run with a dream, to its clean end."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from ncdesktop.cli import main
from ncdesktop.emulator.snapshots import AUTOSAVE, load_moment, slot_file
from ncdesktop.model.pipeline import weights_hash


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--host", "0.0.0.0"], "--token"),
        (["--host", "192.168.1.5"], "--token"),
        (["--token", ""], "--token is not usable"),
        (["--token", "a b"], "--token is not usable"),
        (["--port", "70000"], "expected 0 to 65535"),
        (["--port", "x"], "whole number"),
        (["--host", "nowhere.invalid", "--token", "t"], "cannot listen on nowhere.invalid"),
        (["--state", "nowhere.state"], "nowhere.state is not there"),
        (["--weights", "nowhere", "--port", "0"], "nowhere"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(words, message, capsys):
    try:
        code = main(["serve", *words])
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr().err
    assert code == 2
    assert message in said and said.startswith("ncdesktop: ") and said.count("\n") == 1


def test_a_port_in_use_is_told_before_a_dream_is_loaded(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 2
    assert "Address already in use" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_prints_its_link_and_ends_cleanly_with_the_moment_kept(number, tiny_weights, own_home):
    command = [sys.executable, "-m", "ncdesktop.cli", "serve", "--port", "0", "--weights", str(tiny_weights)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as ran:
        try:
            link = re.fullmatch(
                r"open (http://127\.0\.0\.1:\d+/)\?token=([\w-]{32})\n", ran.stdout.readline()
            )
            with urllib.request.urlopen(f"{link[1]}?token={link[2]}") as page:
                assert b"<title>ncdesktop</title>" in page.read()
            with pytest.raises(urllib.error.HTTPError, match="403") as refusal:
                urllib.request.urlopen(link[1])
            refusal.value.close()
            while not _dreams(link[1], link[2]):
                pass
            ran.send_signal(number)
            assert ran.wait(20) == 0
            assert ran.stderr.read() == ""
        finally:
            ran.kill()  # one that did not end would be waited for
    assert load_moment(slot_file(own_home, AUTOSAVE, model=weights_hash(tiny_weights))).state.tick > 0


def _dreams(base, token):
    """Return whether a tick has passed, as a viewer sees it."""
    import asyncio
    import struct

    from aiohttp import ClientSession, WSMsgType

    async def look():
        async with (
            ClientSession() as session,
            session.ws_connect(f"{base}socket?token={token}") as viewer,
        ):
            async for message in viewer:
                if message.type is WSMsgType.BINARY and message.data[0] == 1:
                    tick = struct.unpack("<BxHIIhhH", message.data[:18])[3]
                    if tick > 2:
                        return True

    return asyncio.run(asyncio.wait_for(look(), 30))
