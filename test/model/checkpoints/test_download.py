# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fetching from a small Hub on this machine, and the errors where that fails."""

import argparse
import functools
import hashlib
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_hub import COMMIT, SmallHub, running

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
FILE = HubFile("someone/Weights", "weights.tar", COMMIT, "dataset")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with running(SmallHub({"datasets/someone/Weights/weights.tar": DATA})) as server:
        yield server


def test_a_pinned_file_is_fetched_whole(hub: SmallHub, tmp_path: Path) -> None:
    found = download(FILE, tmp_path / "new", SHA256.upper(), endpoint=hub.url)
    assert found == Downloaded(tmp_path / "new" / "weights.tar", SHA256, COMMIT)
    assert found.path.read_bytes() == DATA


def test_a_file_that_is_there_is_not_fetched_again(hub: SmallHub, tmp_path: Path) -> None:
    for _ in range(2):
        assert download(FILE, tmp_path, endpoint=hub.url).sha256 == SHA256
    assert sum(request.startswith("GET") for request in hub.requests) == 1


def test_a_file_with_another_checksum_is_deleted(hub: SmallHub, tmp_path: Path) -> None:
    with pytest.raises(ChecksumError, match=f"is {SHA256}, expected 00 .--sha256"):
        download(FILE, tmp_path, "00", endpoint=hub.url)
    assert not (tmp_path / "weights.tar").exists()


@pytest.fixture
def run(
    hub: SmallHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
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
    run: Callable[..., str], hub: SmallHub, tmp_path: Path
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


def test_a_branch_is_fetched_at_the_commit_it_has_now(hub: SmallHub, tmp_path: Path) -> None:
    found = download(replace(FILE, revision="main"), tmp_path, endpoint=hub.url)
    assert found.commit == COMMIT
    (transfer,) = [request for request in hub.requests if request.startswith("GET")]
    assert COMMIT in transfer


def test_a_file_that_is_not_what_the_hub_lists_is_deleted(hub: SmallHub, tmp_path: Path) -> None:
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
    hub: SmallHub, tmp_path: Path, file: HubFile, message: str
) -> None:
    with pytest.raises(DownloadError, match=message):
        download(file, tmp_path, endpoint=hub.url)


def test_a_hub_that_does_not_answer(
    hub: SmallHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # between the Hub client's retries
    with pytest.raises(DownloadError, match=r"does not answer.*run the command again"):
        download(FILE, tmp_path, endpoint="http://127.0.0.1:9", timeout_s=2)


def test_a_transfer_that_is_cut_off_leaves_no_file(
    hub: SmallHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
