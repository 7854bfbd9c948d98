"""Who may reach a WebSocket server: a gate before it that checks Host and Origin.

A browser lets any page open a WebSocket to this machine, and says in ``Origin`` whose page it is.
The gate forwards what it lets in byte by byte, and no faster than it is read.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

#: Most bytes of a request's head, and longest time to send it, seconds.
_HEAD_BYTES, _HEAD_S = 16 * 2**10, 5.0
#: Bytes read at once, and kept at most for a client that does not read.
_CHUNK = 64 * 2**10
#: A client that reads nothing for so long is disconnected, seconds.
_UNREAD_S = 30.0
#: Longest time for the gate to open or to close, seconds.
_PATIENCE_S = 5.0
#: Pages of programs on this machine, beside ``localhost``: Electron's.
_LOCAL_SCHEMES = ("file", "app")


@dataclass(frozen=True)
class Admission:
    """Who is let in.

    Args:
        origins: pages from elsewhere that may connect, such as ``https://app.foxglove.dev``;
            ``"*"``: all.
        clients: connections at the same time.
    """

    origins: tuple[str, ...]
    clients: int

    def refusal(self, head: bytes) -> str:
        """Why a request's head is refused; empty where it is not."""
        fields: dict[str, str] = {}
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, colon, value = line.partition(":")
            if colon:
                if name.strip().lower() in fields and name.strip().lower() in ("host", "origin"):
                    return f"the request has several fields {name.strip()[:20]}"
                fields[name.strip().lower()] = value.strip()
        host = urlsplit(f"//{fields.get('host', '')}").hostname or ""
        if not _is_this_machine(host):
            return (
                f"Host {host[:80]!r} is none of this machine's names; connect by its address, "
                "'localhost' or its host name"
            )
        origin = fields.get("origin")
        # Programs that are no browsers send none.
        if origin is None or "*" in self.origins or origin in self.origins or _is_local(origin):
            return ""
        return (
            f"pages of {origin[:80]!r} may not connect; allowed are {', '.join(self.origins)} and "
            "pages of this machine (parameter origins)"
        )


def _is_this_machine(host: str) -> bool:
    own = socket.gethostname().lower()
    if host.lower() in ("localhost", own, f"{own}.local", own.partition(".")[0]):
        return True
    with suppress(ValueError):
        # An address is of nobody else: names are what others let point here.
        ipaddress.ip_address(host)
        return True
    return False


def _is_local(origin: str) -> bool:
    """Whether a page is of this machine, ``localhost`` or a program's own."""
    with suppress(ValueError):
        parts = urlsplit(origin)
        return parts.scheme in _LOCAL_SCHEMES or parts.hostname in ("localhost", "127.0.0.1", "::1")
    return False


def hidden_address() -> str:
    """A random address of this machine that no page finds: one of 2**24."""
    return "127." + ".".join(str(1 + secrets.randbelow(254)) for _ in range(3))


class WebGate:
    """Listens for clients and connects those it lets in to a server, until :meth:`close`.

    Args:
        host, port: to listen on; port 0 takes a free one.
        server: address and port of the server behind it.
        admission: who is let in.

    Raises:
        OSError: if it cannot listen there.
    """

    def __init__(self, host: str, port: int, server: tuple[str, int], admission: Admission) -> None:
        self._server, self._admission = server, admission
        self._connections: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gate", daemon=True)
        self._thread.start()
        opening = asyncio.start_server(self._serve, host, port, limit=_HEAD_BYTES)
        try:
            future = asyncio.run_coroutine_threadsafe(opening, self._loop)
            self._listener = future.result(_PATIENCE_S)
        except BaseException:
            self._stop_loop()
            raise
        self.port = int(self._listener.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Close the port and all connections."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_PATIENCE_S)
        self._stop_loop()

    def _stop_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()

    # --- in the loop's thread ---

    async def _end(self) -> None:
        self._listener.close()
        for connection in self._connections:
            connection.cancel()
        if self._connections:
            await asyncio.wait(self._connections, timeout=1.0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _HEAD_S)
            if refusal := self._admission.refusal(head):
                await _refuse(writer, "403 Forbidden", refusal)
            elif len(self._connections) > self._admission.clients:
                most = self._admission.clients
                await _refuse(writer, "503 Service Unavailable", f"{most} clients are connected")
            else:
                await self._forward(head, reader, writer)
        except (OSError, EOFError, asyncio.LimitOverrunError, asyncio.TimeoutError):
            pass  # the client's matter
        except asyncio.CancelledError:
            pass  # closed; asyncio's streams would log it
        finally:
            self._connections.discard(task)
            writer.close()

    async def _forward(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        opening = asyncio.open_connection(*self._server, limit=_CHUNK)
        own_reader, own_writer = await asyncio.wait_for(opening, _PATIENCE_S)
        try:
            own_writer.write(head)
            ways = [
                asyncio.ensure_future(_copy(reader, own_writer)),
                asyncio.ensure_future(_copy(own_reader, writer)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.wait(ways, timeout=1.0)
        finally:
            own_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.set_write_buffer_limits(high=_CHUNK)
    with suppress(OSError, asyncio.TimeoutError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await asyncio.wait_for(writer.drain(), _UNREAD_S)


async def _refuse(writer: asyncio.StreamWriter, status: str, why: str) -> None:
    text = f"web_view: {why}\n".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    writer.write(f"{head}Content-Length: {len(text)}\r\nConnection: close\r\n\r\n".encode() + text)
    await asyncio.wait_for(writer.drain(), _PATIENCE_S)
