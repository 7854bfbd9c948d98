# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fetching from a small Hub on this machine, and the errors where that fails."""

import argparse
import functools
import hashlib
import http.server
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from smolrgpt_ros.checkpoints.checksums import ChecksumError
from smolrgpt_ros.model.checkpoints.download import Downloaded, DownloadError, download
from smolrgpt_ros.model.checkpoints.download_lock import (
    HubFile,
    LockError,
    check_lock,
    lock_path,
    read_lock,
)
from smolrgpt_ros.model.checkpoints.published import opened
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


@pytest.fixture
def run(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """``smolrgpt download`` from the small Hub into a folder; returns what it printed."""
    fetch = functools.partial(download, endpoint=hub.url)
    monkeypatch.setattr("smolrgpt_ros.model.checkpoints.download.download", fetch)
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())

    def command(*options: str) -> str:
        words = ["download", "--repository", "someone/Weights", "--out", str(tmp_path), *options]
        arguments = parser.parse_args(words)
        assert arguments.run(arguments) == 0
        return capsys.readouterr().out

    return command


def test_the_first_download_is_locked_and_said_to_be_unchecked(
    run: Callable[..., str], tmp_path: Path
) -> None:
    file = tmp_path / "weights.tar"
    wrote = run().splitlines()
    assert wrote[0] == f"wrote {file}"
    assert COMMIT in wrote[1] and SHA256 in wrote[1] and str(lock_path(file)) in wrote[1]
    lock = read_lock(file)
    assert lock is not None
    assert (lock.repository, lock.kind, lock.file) == ("someone/Weights", "dataset", "weights.tar")
    assert (lock.commit, lock.sha256) == (COMMIT, SHA256)


def test_what_was_given_is_locked_without_a_word(run: Callable[..., str], tmp_path: Path) -> None:
    wrote = run("--revision", COMMIT, "--sha256", SHA256)
    assert wrote == f"wrote {tmp_path / 'weights.tar'}\n"
    assert read_lock(tmp_path / "weights.tar") is not None


def test_a_later_download_is_of_the_locked_commit_wherever_the_branch_is(
    run: Callable[..., str], hub: Hub, tmp_path: Path
) -> None:
    run()
    (tmp_path / "weights.tar").unlink()
    hub.requests.clear()
    assert run() == f"wrote {tmp_path / 'weights.tar'}\n"
    assert hub.requests and all(COMMIT in request for request in hub.requests)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--revision", "main"),
        ("--sha256", "00"),
        ("--repository", "other/Weights"),
        ("--kind", "model"),
    ],
)
def test_another_file_than_the_locked_one_needs_update(
    run: Callable[..., str], tmp_path: Path, option: str, value: str
) -> None:
    run()
    before = read_lock(tmp_path / "weights.tar")
    with pytest.raises(LockError, match=rf"{option} is {value}, .*weights.tar.lock has .*--update"):
        run(option, value)
    assert read_lock(tmp_path / "weights.tar") == before
    assert COMMIT in run("--revision", "main", "--update")


def test_a_file_that_is_not_the_locked_one_is_not_used(
    run: Callable[..., str], tmp_path: Path
) -> None:
    run()
    file = tmp_path / "weights.tar"
    check_lock(file)
    with tarfile.open(file, "w") as archive:  # a tar of someone else's
        archive.addfile(tarfile.TarInfo("sft/config.json"))
    with (
        pytest.raises(ChecksumError, match=rf"expected {SHA256} .*weights.tar.lock"),
        opened(file),
    ):
        pass


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"commit": "x"}', "\x00"])
def test_a_lock_that_cannot_be_read_is_an_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "weights.tar"
    lock_path(file).write_text(text)
    with pytest.raises(LockError, match=r"weights.tar.lock is no lock of a download"):
        check_lock(file)


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
