# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Serves the page, with everything it needs, from this process: nothing comes from the internet."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import threading
import time

import uvicorn
from fastapi import FastAPI, Response
from nicegui import ui

from .board import Board
from .gate import Admission, Gate, is_loopback
from .layout import Ask, PageView
from .pictures import Display

#: Longest time to start and to stop, seconds.
_PATIENCE_S = 60.0
#: A browser that does not answer a ping for so long is forgotten, seconds; see NiceGUI's
#: ``reconnect_timeout``.
_RECONNECT_S = 15.0


class PageServerError(RuntimeError):
    """The page cannot be served; the message names what to set."""


def application(board: Board, ask: Ask) -> FastAPI:
    """The page and its pictures; once in a process, as NiceGUI's state is the process's.

    Args:
        board: what is displayed.
        ask: see :class:`.layout.PageView`.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/live.jpg")
    async def live(width: float = Display.WIDE) -> Response:
        display = Display.of(width)
        board.look(display)
        return _jpeg(board.live(display), "no-store")

    @app.get("/answers/{number}.jpg")
    async def answer(number: int) -> Response:
        return _jpeg(board.answer_picture(number) or b"", "private, max-age=3600")

    def page() -> None:
        PageView(board, ask)

    ui.run_with(
        app,
        root=page,
        title="smolrgpt",
        tailwind=False,
        reconnect_timeout=_RECONNECT_S,
        message_history_length=100,
        show_welcome_message=False,
        dark=True,
    )
    return app


def _jpeg(data: bytes, cached: str) -> Response:
    if not data:
        return Response(status_code=404)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": cached})


class PageServer:
    """Serves on a thread of its own until :meth:`close`.

    Args:
        board, ask: see :func:`application`.
        host: address to listen on.
        port: 0 takes a free one.
        origins: see :class:`.gate.Admission`.
        token: likewise; empty: where ``host`` is open to the network a random one is made.
        clients: likewise.

    Raises:
        PageServerError: if it cannot listen there.
    """

    def __init__(
        self,
        board: Board,
        ask: Ask,
        *,
        host: str,
        port: int,
        origins: tuple[str, ...],
        token: str,
        clients: int,
    ) -> None:
        if not token and not is_loopback(host):
            token = secrets.token_urlsafe(16)
        self._host, self._token = host, token
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise PageServerError(
                f"cannot serve on {host}:{port} ({error}): set the parameters host and port"
            ) from error
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        app = Gate(application(board, ask), Admission(origins, token, clients))
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._serve, name="page", daemon=True)
        self._thread.start()
        self._wait_started()

    @property
    def port(self) -> int:
        """The port that is served."""
        return int(self._socket.getsockname()[1])

    @property
    def address(self) -> str:
        """To open in a browser."""
        name = "localhost" if is_loopback(self._host) else socket.gethostname()
        query = f"/?token={self._token}" if self._token else ""
        return f"http://{name}:{self.port}{query}"

    def close(self) -> None:
        """Stop serving; connections are closed."""
        self._server.should_exit = True
        self._thread.join(_PATIENCE_S)
        self._socket.close()

    def _wait_started(self) -> None:
        end = time.monotonic() + _PATIENCE_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > end:
                self._server.should_exit = True
                raise PageServerError(
                    f"the page did not start within {_PATIENCE_S:.0f} s; see the log above, or "
                    "whether the machine is busy"
                )
            time.sleep(0.02)

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))
