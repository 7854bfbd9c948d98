# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Who may reach the page: Host, Origin and token of every request, and how many at a time.

A browser lets any page open a WebSocket or fetch an address of this machine, and says in ``Origin``
and ``Sec-Fetch-Site`` whose page asks.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

#: Types of ASGI, as its specification names them.
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: A client that reads nothing for so long is disconnected, seconds.
UNREAD_S = 15.0
#: Requests at the same time for each client that is allowed: a browser opens six connections.
_REQUESTS = 6
COOKIE = "smolrgpt_page"
_NO_TOKEN = (
    "the token is missing or wrong; open the address with ?token=... that the page node has logged"
)
_HEADERS = (
    (b"content-security-policy", b"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
     b"frame-ancestors 'none'; form-action 'self'; base-uri 'self'"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)  # fmt: skip


@dataclass(frozen=True)
class Admission:
    """Who is let in.

    Args:
        origins: other addresses of the page, such as ``https://robot.example`` of a proxy.
        token: that every client must show; empty: none is asked for.
        clients: browsers at the same time.
    """

    origins: tuple[str, ...] = ()
    token: str = ""
    clients: int = 32

    def refusal(self, scope: Scope) -> str:
        """Why a request is refused for its Host or its Origin; empty where it is not."""
        hosts, origins = _fields(scope, b"host"), _fields(scope, b"origin")
        if len(hosts) != 1 or len(origins) > 1:
            return "a request must have exactly one field Host and at most one Origin"
        name = _host_of(hosts[0])
        own = (urlsplit(origin).hostname for origin in self.origins)
        if not is_this_machine(name) and name not in own:
            return (
                f"Host {name[:80]!r} is none of this machine's names; open the page by the "
                "machine's address or host name, or name yours in the parameter origins"
            )
        origin = origins[0] if origins else None
        if origin is None:
            return _foreign_fetch(scope)
        if origin in self.origins or origin in (f"http://{hosts[0]}", f"https://{hosts[0]}"):
            return ""
        return (
            f"pages of {origin[:80]!r} may not connect to this one; another address of this page, "
            "such as a proxy's, belongs into the parameter origins"
        )

    def knows(self, token: str | None) -> bool:
        """Whether a token is the right one."""
        return not self.token or hmac.compare_digest((token or "").encode(), self.token.encode())


def is_this_machine(name: str) -> bool:
    """Whether a host's name is this machine's: an address can be no other's, while any name can be
    made to point here."""
    own = socket.gethostname().lower()
    if name.lower() in ("localhost", own, f"{own}.local", own.partition(".")[0]):
        return True
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach an address."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


class Gate:
    """ASGI middleware that lets requests through to an application, or refuses them.

    Args:
        app: the application.
        admission: who is let in.
    """

    def __init__(self, app: App, admission: Admission) -> None:
        self._app, self._admission = app, admission
        self._open = {"http": 0, "websocket": 0}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        kind = scope["type"]
        if kind not in self._open:
            await self._app(scope, receive, send)
            return
        if refusal := self._admission.refusal(scope):
            await _refuse(scope, send, 403, refusal)
            return
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token")
        if not self._admission.knows(_cookie(scope)):
            if kind == "http" and given and self._admission.knows(given[0]):
                await _welcome(send, self._admission.token)
            else:
                await _refuse(scope, send, 401, _NO_TOKEN)
            return
        most = self._admission.clients * (_REQUESTS if kind == "http" else 1)
        if self._open[kind] >= most:
            busy = (
                f"{self._admission.clients} browsers are connected already; close one, or raise "
                "the parameter max_clients"
            )
            await _refuse(scope, send, 503, busy)
            return
        self._open[kind] += 1
        try:
            await self._app(scope, receive, _bounded(send))
        finally:
            self._open[kind] -= 1


def _bounded(send: Send) -> Send:
    """``send`` that gives up a client that does not read, and adds the headers of security."""

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_HEADERS]
        try:
            await asyncio.wait_for(send(message), UNREAD_S)
        except TimeoutError:
            raise ConnectionError(f"the client read nothing for {UNREAD_S:.0f} s") from None

    return sending


def _foreign_fetch(scope: Scope) -> str:
    """A browser names no Origin where a page embeds a picture, but says that it is another's."""
    site = (_fields(scope, b"sec-fetch-site") or ["none"])[0]
    opened = _fields(scope, b"sec-fetch-dest") == ["document"]
    if site in ("none", "same-origin") or opened:
        return ""
    return f"pages of another site may not embed this one (Sec-Fetch-Site {site[:20]!r})"


def _fields(scope: Scope, name: bytes) -> list[str]:
    return [v.decode("latin-1").strip() for k, v in scope["headers"] if k.lower() == name]


def _host_of(field: str) -> str:
    with suppress(ValueError):
        return urlsplit(f"//{field}").hostname or ""
    return ""


def _cookie(scope: Scope) -> str | None:
    for field in _fields(scope, b"cookie"):
        with suppress(CookieError):
            if found := SimpleCookie(field).get(COOKIE):
                return found.value
    return None


async def _welcome(send: Send, token: str) -> None:
    """Keep the token in a cookie and show the page without it in the address."""
    cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict"
    headers = [(b"location", b"/"), (b"set-cookie", cookie.encode("latin-1"))]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, send: Send, status: int, why: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": why[:120]})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"page: {why}\n".encode()})
