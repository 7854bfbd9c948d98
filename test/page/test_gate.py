# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Who is let in to the page, at the level of ASGI."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import MutableMapping
from typing import Any

import pytest

from smolrgpt_ros.page import gate
from smolrgpt_ros.page.gate import COOKIE, Admission, App, Gate, Scope, is_loopback

Messages = list[MutableMapping[str, Any]]


def scope(kind: str = "http", query: str = "", **fields: str) -> dict[str, Any]:
    headers = [(k.replace("_", "-").lower().encode(), v.encode()) for k, v in fields.items()]
    return {"type": kind, "headers": headers, "query_string": query.encode()}


async def greet(request: Scope, receive: gate.Receive, send: gate.Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


async def nothing() -> MutableMapping[str, Any]:
    return {"type": "http.disconnect"}


def serve(gated: App, request: dict[str, Any]) -> Messages:
    sent: Messages = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def run() -> None:
        await gated(request, nothing, send)

    asyncio.run(run())
    return sent


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"Host": "127.0.0.1:8090"}, ""),
        ({"Host": "LOCALHOST:8090", "Origin": "http://LOCALHOST:8090"}, ""),
        ({"Host": f"{socket.gethostname()}:8090"}, ""),
        ({"Host": "[::1]:8090", "Origin": "http://[::1]:8090"}, ""),
        ({"Host": "robot.example", "Origin": "https://robot.example"}, ""),
        ({"Host": "localhost", "Sec_Fetch_Site": "same-origin"}, ""),
        ({"Host": "localhost", "Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "document"}, ""),
        ({"Host": "localhost", "Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "image"}, "site"),
        ({"Host": "localhost", "Sec_Fetch_Site": "same-site", "Sec_Fetch_Dest": "iframe"}, "site"),
        ({"Host": "localhost:8090", "Origin": "http://localhost:8091"}, "8091"),
        ({"Host": "localhost:8090", "Origin": "null"}, "null"),
        ({"Host": "localhost:8090", "Origin": "http://localhost:8090.evil.example"}, "evil"),
        ({"Host": "evil.example:8090", "Origin": "http://evil.example:8090"}, "evil.example"),
        ({"Host": "127.0.0.1.evil.example"}, "evil.example"),
        ({}, "Host"),
    ],
)  # fmt: skip
def test_pages_of_other_addresses_are_refused(fields: dict[str, str], word: str) -> None:
    refusal = Admission(("https://robot.example",)).refusal(scope(**fields))
    assert word in refusal and bool(refusal) == bool(word), refusal


def test_a_field_given_twice_is_refused() -> None:
    twice = scope(Host="localhost")
    twice["headers"].append((b"host", b"evil.example"))
    assert "exactly one field Host" in Admission().refusal(twice)


def test_a_refusal_is_a_sentence_and_closes_a_websocket() -> None:
    gated = Gate(greet, Admission())
    start, body = serve(gated, scope(Host="evil.example"))
    assert start["status"] == 403 and b"evil.example" in body["body"]
    (closed,) = serve(gated, scope("websocket", Host="localhost", Origin="https://evil.example"))
    assert closed["type"] == "websocket.close" and "evil.example" in closed["reason"]


def test_a_page_may_load_nothing_from_elsewhere_and_not_be_embedded() -> None:
    start, _ = serve(Gate(greet, Admission()), scope(Host="localhost"))
    policy = dict(start["headers"])[b"content-security-policy"]
    assert b"default-src 'self'" in policy and b"frame-ancestors 'none'" in policy


def test_a_token_is_shown_once_and_then_in_a_cookie() -> None:
    gated = Gate(greet, Admission(token="k9-secret"))
    assert serve(gated, scope(Host="localhost"))[0]["status"] == 401
    assert serve(gated, scope(Host="localhost", query="token=wrong"))[0]["status"] == 401
    welcome = serve(gated, scope(Host="localhost", query="token=k9-secret"))[0]
    headers = dict(welcome["headers"])
    assert welcome["status"] == 303 and headers[b"location"] == b"/"
    cookie = headers[b"set-cookie"].decode()
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    shown = scope(Host="localhost", Cookie=f"other=1; {cookie.split(';')[0]}")
    assert serve(gated, shown)[1]["body"] == b"hello"
    wrong = scope("websocket", Host="localhost", Cookie=f"{COOKIE}=guess")
    assert serve(gated, wrong)[0]["type"] == "websocket.close"


def test_more_browsers_than_allowed_are_refused() -> None:
    async def run() -> list[Messages]:
        release = asyncio.Event()

        async def stay(request: Scope, receive: gate.Receive, send: gate.Send) -> None:
            await send({"type": "websocket.accept"})
            await release.wait()

        gated = Gate(stay, Admission(clients=2))
        sent: list[Messages] = [[], [], [], []]

        def connect(number: int) -> asyncio.Task[None]:
            async def send(message: MutableMapping[str, Any]) -> None:
                sent[number].append(message)

            request = scope("websocket", Host="localhost")
            return asyncio.ensure_future(gated(request, nothing, send))

        tasks = [connect(number) for number in range(3)]
        await asyncio.sleep(0.01)
        release.set()
        await asyncio.gather(*tasks)
        await connect(3)  # places come back
        return sent

    sent = asyncio.run(run())
    assert [messages[0]["type"] for messages in sent] == [
        "websocket.accept", "websocket.accept", "websocket.close", "websocket.accept",
    ]  # fmt: skip
    assert "max_clients" in sent[2][0]["reason"]


def test_a_client_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "UNREAD_S", 0.05)

    async def stuck(message: MutableMapping[str, Any]) -> None:
        await asyncio.sleep(60.0)

    async def run() -> None:
        await Gate(greet, Admission())(scope(Host="localhost"), nothing, stuck)

    with pytest.raises(ConnectionError, match="read nothing"):
        asyncio.run(run())


def test_addresses_of_this_machine_alone_are_known() -> None:
    assert is_loopback("127.0.0.1") and is_loopback("::1") and is_loopback("localhost")
    assert not is_loopback("0.0.0.0") and not is_loopback("192.168.1.5")
