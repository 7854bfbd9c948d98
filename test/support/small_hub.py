# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A server on this machine that gives files as the Hugging Face Hub and GitHub's releases do."""

from __future__ import annotations

import hashlib
import http.server
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

COMMIT = "3f" * 20


class SmallHub(http.server.ThreadingHTTPServer):
    """Files by path without a revision, such as ``datasets/someone/Weights/weights.tar``.

    Attributes:
        files: what it gives.
        requests: it got: method, path and, of a part, the range.
        sends: bytes of an answer that it sends before it hangs up; ``None``: all.
        etag: instead of the file's SHA-256.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = dict(files)
        self.requests: list[str] = []
        self.sends: int | None = None
        self.etag = ""
        self.url = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def running(hub: SmallHub) -> Iterator[SmallHub]:
    """The hub while it serves."""
    thread = threading.Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join(5)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: SmallHub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, with_body: bool) -> None:
        part = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(part[1]) if part else 0
        self.server.requests.append(f"{self.command} {self.path}" + (f" from {start}" * bool(part)))
        data = self._file()
        if data is None:
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            data = b""
        elif part:
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{self.server.etag or hashlib.sha256(data).hexdigest()}"')
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if with_body:
            self.wfile.write(data[start:][: self.server.sends])

    def _file(self) -> bytes | None:
        """The file of a path with a revision that is known, or of one without."""
        found = re.fullmatch(r"/(.+)/resolve/([^/]+)/(.+)", self.path)
        if found is None:
            return self.server.files.get(self.path.lstrip("/"))
        if found[2] not in (COMMIT, "main"):
            return None
        return self.server.files.get(f"{found[1]}/{found[3]}")

    def log_message(self, *_: object) -> None:
        pass
