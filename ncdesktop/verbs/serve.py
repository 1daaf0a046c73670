"""`ncdesktop serve`: the dream on other screens, in browsers."""

import argparse
import asyncio

from ncdesktop.errors import InputError
from ncdesktop.verbs.dreaming import add_beginning, add_dream, begin_console, check_beginning
from ncdesktop.verbs.options import add_host_key, at_least, check_host_key

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=at_least(0), default=8015, metavar="N", help="0: any that is free (default: 8015)"
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="where to listen; any but the loopback address needs --token (default: 127.0.0.1)",
    )
    parser.add_argument("--token", metavar="T", help="what the link must contain (default: a random one)")
    parser.add_argument("--view-only", action="store_true", help="look on: no input reaches the dream")
    add_host_key(parser)
    add_beginning(parser)
    add_dream(parser)


def run(arguments: argparse.Namespace) -> None:
    try:
        # an extra
        from ncdesktop.serve.gate import check_address, new_token
        from ncdesktop.serve.keyboard import NAMED
        from ncdesktop.serve.server import Server, serve
    except ModuleNotFoundError as error:
        raise InputError(f"{error.name} is not installed; pip install 'ncdesktop[serve]'") from error

    check_address(arguments.host, arguments.token)
    check_host_key(arguments.host_key, NAMED)
    check_beginning(arguments)

    async def listen() -> None:
        server = Server(
            lambda intake, say: begin_console(arguments, intake, say),
            address=arguments.host,
            port=arguments.port,
            token=arguments.token or new_token(),
            host_key=arguments.host_key,
            view_only=arguments.view_only,
        )
        await serve(server, lambda line: print(line, flush=True))

    asyncio.run(listen())
