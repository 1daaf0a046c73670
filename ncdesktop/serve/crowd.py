"""Many viewers without browsers, for timing: `python -m ncdesktop.serve.crowd LINK COUNT`.

Says "ready" when all are connected; when its input ends, tells as JSON how many screens and bytes each has got.
"""

import asyncio
import json
import struct
import sys

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

__all__ = ["main"]


async def _look(socket: ClientWebSocketResponse, got: dict[str, int]) -> None:
    """Acknowledge every screen, as a page does that draws in no time."""
    async for message in socket:
        got["bytes"] += len(message.data)
        if message.type is WSMsgType.BINARY and message.data[0] == 1:
            got["screens"] += 1
            (number,) = struct.unpack_from("<I", message.data, 4)
            await socket.send_str(f'["shown", {number}]')


async def _crowd(link: str, count: int) -> list[dict[str, int]]:
    page, _, query = link.partition("?")
    async with ClientSession() as session:
        sockets = [await session.ws_connect(f"{page}socket?{query}") for _ in range(count)]
        got = [{"screens": 0, "bytes": 0} for _ in sockets]
        looking = [asyncio.create_task(_look(*pair)) for pair in zip(sockets, got, strict=True)]
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        found = [dict(one) for one in got]
        for socket in sockets:
            await socket.close()
        await asyncio.gather(*looking)
    return found


def main() -> None:
    link, count = sys.argv[1:]
    print(json.dumps(asyncio.run(_crowd(link, int(count)))))


if __name__ == "__main__":
    main()
