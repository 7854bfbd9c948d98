"""Which requests a gate lets in, and that it forwards them unchanged."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from smolrgpt_ros.ros.view.web_gate import Admission, WebGate, hidden_address

APP = "https://app.foxglove.dev"


def head(**fields: str) -> bytes:
    lines = ["GET / HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"Host": "127.0.0.1:8765"}, ""),
        ({"host": "LOCALHOST"}, ""),
        ({"Host": f"{socket.gethostname()}:8765"}, ""),
        ({"Host": "192.168.1.20:8765", "Origin": APP}, ""),
        ({"Host": "[::1]:8765", "Origin": "http://localhost:8080"}, ""),
        ({"Host": "localhost", "Origin": "file://"}, ""),
        ({"Host": "localhost", "Origin": "null"}, "null"),
        ({"Host": "localhost", "Origin": f"{APP}.evil.example"}, "evil"),
        ({"Host": "localhost", "Origin": "http://evil.example/localhost"}, "evil"),
        ({"Host": "evil.example", "Origin": APP}, "evil.example"),
        ({"Host": "127.0.0.1.evil.example"}, "evil.example"),
        ({}, "Host"),
    ],
)
def test_pages_of_this_machine_and_the_named_ones_are_let_in(
    fields: dict[str, str], word: str
) -> None:
    refusal = Admission((APP,), 1).refusal(head(**fields))
    assert word in refusal and bool(refusal) == bool(word), refusal


def test_a_field_given_twice_is_refused() -> None:
    twice = head(Host="localhost", Origin=APP)[:-2] + b"origin: https://evil.example\r\n\r\n"
    assert "several fields" in Admission((APP,), 1).refusal(twice)


def test_the_users_word_lets_all_pages_in() -> None:
    assert Admission(("*",), 1).refusal(head(Host="localhost", Origin="https://any.example")) == ""


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(65536):
            self.request.sendall(data)


@pytest.fixture
def gate() -> Iterator[WebGate]:
    server = socketserver.ThreadingTCPServer((hidden_address(), 0), Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host, port = server.server_address[:2]
    made = WebGate("127.0.0.1", 0, (str(host), int(port)), Admission((), 2))
    yield made
    made.close()
    server.shutdown()
    server.server_close()


def test_what_is_let_in_is_forwarded_byte_by_byte(gate: WebGate) -> None:
    sent = head(Host="localhost") + bytes(range(256)) * 4000
    with socket.create_connection(("127.0.0.1", gate.port), timeout=10) as client:
        threading.Thread(target=client.sendall, args=(sent,), daemon=True).start()
        received = b""
        while len(received) < len(sent):
            received += client.recv(65536)
    assert received == sent


def test_a_head_that_does_not_end_is_not_kept(gate: WebGate) -> None:
    with socket.create_connection(("127.0.0.1", gate.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20000)
        try:
            assert client.recv(100) == b""
        except ConnectionResetError:
            pass
