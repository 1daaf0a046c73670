"""Who may come in: whoever has the token, from a page of this very server."""

import hmac
import ipaddress
import logging
import re
import secrets
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from ncdesktop.errors import InputError

__all__ = ["check_address", "dress", "guard", "new_token"]

log = logging.getLogger(__name__)

_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the link is the key
    "X-Content-Type-Options": "nosniff",
}


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(24)


def _is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_address(host: str, token: str | None) -> None:
    """Raise InputError if the token is no token, or if others could reach `host` and none was chosen."""
    if token is not None and not _TOKEN.fullmatch(token):
        raise InputError(
            "--token is not usable in a link; expected 1 to 128 letters, digits and any of . _ ~ -"
        )
    if token is None and not _is_loopback(host):
        raise InputError(f"others can reach {host}: choose a token that you give to them, --token T")


def guard(token: str) -> Middleware:
    """Return what lets a request through, or answers 403: to the page and to the socket alike.

    A page's own parts (`/page/...`) are no secret and need no token; a foreign Origin is turned away from everything.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            return _refusal(f"requests from {origin[:100]!r} are not welcome here")
        given = request.query.get("token", "")
        if not request.path.startswith("/page/") and not hmac.compare_digest(given.encode(), token.encode()):
            return _refusal("this needs the whole link that ncdesktop serve has printed, with its token")
        return await handler(request)

    return check


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that every answer carries."""
    response.headers.update(_HEADERS)


def _refusal(reason: str) -> web.Response:
    log.info("refused: %s", reason)
    return web.Response(status=403, text=f"{reason}\n")
