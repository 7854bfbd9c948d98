# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fetch weights from the Hugging Face Hub on explicit request, and check their SHA-256.

A branch is resolved to its commit first, and the file is compared with the checksum that the Hub
has of it. ``huggingface_hub`` does the transfer: retries, atomic placement, and no transfer of a
file that is there and has not changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from huggingface_hub import (
    HfFileMetadata,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
)
from huggingface_hub.errors import (
    HFValidationError,
    LocalEntryNotFoundError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from smolrgpt_ros.checkpoints.checksums import ChecksumError, check_sha256, sha256_of

from .download_lock import HubFile, Lock, pinned, read_lock, write_lock


class DownloadError(OSError):
    """A file that could not be fetched; the message names it and what to change."""


@dataclass(frozen=True)
class Downloaded:
    """A file that was fetched and checked.

    Args:
        path: of the file.
        sha256: of the file, hexadecimal.
        commit: of the repository that it was taken from.
    """

    path: Path
    sha256: str
    commit: str


def download(
    file: HubFile,
    folder: str | Path,
    sha256: str = "",
    *,
    timeout_s: float = 60.0,
    endpoint: str | None = None,
) -> Downloaded:
    """Fetch a file into a folder, and check it.

    Args:
        file: to fetch.
        folder: the file appears there under its own name, once it is complete.
        sha256: expected, hexadecimal; empty: the one that the Hub has of the file.
        timeout_s: for the server's first answer.
        endpoint: of the Hub; ``None``: its public address, or ``HF_ENDPOINT``.

    Raises:
        DownloadError: if the file cannot be fetched.
        ChecksumError: if its SHA-256 is another; the file is deleted.
    """
    known = _metadata(file, timeout_s, endpoint)
    # A branch may move between here and the transfer.
    pinned = replace(file, revision=known.commit_hash or file.revision)
    try:
        path = Path(
            hf_hub_download(
                pinned.repository,
                pinned.name,
                repo_type=pinned.kind,
                revision=pinned.revision,
                local_dir=folder,
                etag_timeout=timeout_s,
                endpoint=endpoint,
            )
        )
    except LocalEntryNotFoundError as error:
        raise DownloadError(f"{file}: {_NO_ANSWER} ({error})") from error
    except Exception as error:
        # Among them errors of the HTTP library, which is another one in each version of the client.
        raise DownloadError(
            f"{file}: the transfer failed ({error}); run the command again"
        ) from error
    # Of files in large file storage the Hub has the SHA-256; of others a checksum of git's.
    at_hub = known.etag if known.etag and re.fullmatch("[0-9a-f]{64}", known.etag) else ""
    found = sha256_of(path)
    try:
        check_sha256(found, sha256, path, "--sha256")
        check_sha256(found, at_hub, path, "on the Hub")
    except ChecksumError:
        path.unlink()
        raise
    return Downloaded(path, found, pinned.revision)


@dataclass(frozen=True)
class LockedFile:
    """A downloaded file and its lock.

    Args:
        file: as it was fetched.
        lock: path of the lock.
        vouched: commit and checksum were given, or locked before; else it is trusted as it came.
    """

    file: Downloaded
    lock: Path
    vouched: bool

    def __str__(self) -> str:
        text = f"wrote {self.file.path}"
        if self.vouched:
            return text
        return (
            f"{text}\ntrusted as it came, nobody vouched for it: commit {self.file.commit}, "
            f"SHA-256 {self.file.sha256}; held to that from now on by {self.lock}"
        )


def download_locked(
    wanted: HubFile, folder: str | Path, sha256: str = "", *, update: bool = False
) -> LockedFile:
    """Fetch a file as the lock beside it says, or lock what came.

    Args:
        wanted: with an empty revision for that of the lock, else of the branch ``main``.
        folder, sha256: as of :func:`download`; an empty checksum is that of the lock.
        update: replace file and lock.

    Raises:
        LockError: if the lock is of another file, commit or checksum.
        DownloadError, ChecksumError: as of :func:`download`.
    """
    known = None if update else read_lock(Path(folder) / wanted.name)
    file, expected = pinned(wanted, sha256, known)
    found = download(file, folder, expected)
    lock = Lock(file.repository, file.kind, file.name, found.commit, found.sha256)
    written = write_lock(found.path, lock)
    return LockedFile(found, written, bool(expected) and file.revision == found.commit)


def _metadata(file: HubFile, timeout_s: float, endpoint: str | None) -> HfFileMetadata:
    try:
        url = hf_hub_url(
            file.repository,
            file.name,
            repo_type=file.kind,
            revision=file.revision,
            endpoint=endpoint,
        )
        return get_hf_file_metadata(url, timeout=timeout_s)
    except (
        RepositoryNotFoundError,
        RevisionNotFoundError,
        RemoteEntryNotFoundError,
        HFValidationError,
    ) as error:
        raise DownloadError(
            f"{file}: not found; check --repository, --kind, --file and --revision ({error})"
        ) from error
    except Exception as error:
        raise DownloadError(f"{file}: {_NO_ANSWER} ({error})") from error


_NO_ANSWER = (
    "the Hub does not answer; check the network, HF_ENDPOINT and HF_HUB_OFFLINE, and run the "
    "command again"
)
