# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fetching from a small Hub on this machine, and the errors where that fails."""

import argparse
import functools
import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from smolrgpt_ros.checkpoints.checksums import ChecksumError
from smolrgpt_ros.model.checkpoints.download import Downloaded, DownloadError, HubFile, download
from smolrgpt_ros.model.cli import add_parser

DATA = bytes(range(256)) * 900 + b"end"
SHA256 = hashlib.sha256(DATA).hexdigest()
COMMIT = "3f" * 20
FILE = HubFile("someone/Weights", "weights.tar", COMMIT, "dataset")


class Hub(http.server.ThreadingHTTPServer):
    """A Hub with one file; its requests are kept, and it sends the first ``sends`` bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[str] = []
        self.sends = len(DATA)
        self.etag = SHA256
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the Hub does for a file in large file storage."""

    server: Hub

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, with_body: bool) -> None:
        self.server.requests.append(f"{self.command} {self.path}")
        place = "/datasets/someone/Weights/resolve/{}/weights.tar"
        known = self.path in (place.format(COMMIT), place.format("main"))
        self.send_response(200 if known else 404)
        if not known:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{self.server.etag}"')
        self.send_header("Content-Length", str(len(DATA) if known else 0))
        self.end_headers()
        if known and with_body:
            self.wfile.write(DATA[: self.server.sends])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_a_pinned_file_is_fetched_whole(hub: Hub, tmp_path: Path) -> None:
    found = download(FILE, tmp_path / "new", SHA256.upper(), endpoint=hub.url)
    assert found == Downloaded(tmp_path / "new" / "weights.tar", SHA256, COMMIT)
    assert found.path.read_bytes() == DATA


def test_a_file_that_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    for _ in range(2):
        assert download(FILE, tmp_path, endpoint=hub.url).sha256 == SHA256
    assert sum(request.startswith("GET") for request in hub.requests) == 1


def test_a_file_with_another_checksum_is_deleted(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ChecksumError, match=f"is {SHA256}, expected 00 .--sha256"):
        download(FILE, tmp_path, "00", endpoint=hub.url)
    assert not (tmp_path / "weights.tar").exists()


def test_the_command_prints_path_and_checksum(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = functools.partial(download, endpoint=hub.url)
    monkeypatch.setattr("smolrgpt_ros.model.checkpoints.download.download", fetch)
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    options = ["--repository", "someone/Weights", "--revision", COMMIT, "--out", str(tmp_path)]
    arguments = parser.parse_args(["download", *options])
    assert arguments.run(arguments) == 0
    pin = f"--revision {COMMIT} --sha256 {SHA256}"
    wrote = f"wrote {tmp_path / 'weights.tar'}\n"
    assert capsys.readouterr().out == f"{wrote}the same file again: {pin}\n"
    arguments.sha256 = SHA256
    assert arguments.run(arguments) == 0
    assert capsys.readouterr().out == wrote
    arguments.sha256 = "00"
    with pytest.raises(ValueError, match=r"expected 00 \(--sha256\)"):
        arguments.run(arguments)


def test_a_branch_is_fetched_at_the_commit_it_has_now(hub: Hub, tmp_path: Path) -> None:
    found = download(replace(FILE, revision="main"), tmp_path, endpoint=hub.url)
    assert found.commit == COMMIT
    (transfer,) = [request for request in hub.requests if request.startswith("GET")]
    assert COMMIT in transfer


def test_a_file_that_is_not_what_the_hub_lists_is_deleted(hub: Hub, tmp_path: Path) -> None:
    hub.etag = "ab" * 32
    with pytest.raises(ChecksumError, match=f"is {SHA256}, expected {'ab' * 32} .on the Hub"):
        download(FILE, tmp_path, endpoint=hub.url)
    assert not (tmp_path / "weights.tar").exists()


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (
            HubFile("someone/Weights", "other.tar", "main", "dataset"),
            "other.tar at main: not found",
        ),
        (HubFile("some/one/Weights", "w", "main", "dataset"), "check --repository"),
    ],
)
def test_what_is_not_on_the_hub_is_named(
    hub: Hub, tmp_path: Path, file: HubFile, message: str
) -> None:
    with pytest.raises(DownloadError, match=message):
        download(file, tmp_path, endpoint=hub.url)


def test_a_hub_that_does_not_answer(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # between the Hub client's retries
    with pytest.raises(DownloadError, match=r"does not answer.*run the command again"):
        download(FILE, tmp_path, endpoint="http://127.0.0.1:9", timeout_s=2)


def test_a_transfer_that_is_cut_off_leaves_no_file(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # between the Hub client's retries
    hub.sends = 1000
    with pytest.raises(DownloadError, match=r"the transfer failed .*; run the command again"):
        download(FILE, tmp_path, endpoint=hub.url)
    assert not (tmp_path / "weights.tar").exists()


def test_offline_mode_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(DownloadError, match="HF_HUB_OFFLINE"):
        download(FILE, tmp_path, endpoint="http://127.0.0.1:9")
