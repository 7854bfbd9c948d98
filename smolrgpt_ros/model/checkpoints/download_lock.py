# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The lock beside a downloaded file: the commit and the checksum it came with the first time.

Nobody has vouched for them then: the first download is trusted (TLS, and the checksum that the Hub
has of the file). Every later download and every use of the file is compared with the lock.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from smolrgpt_ros.checkpoints.checksums import check_sha256, sha256_of


@dataclass(frozen=True)
class HubFile:
    """A file of a repository on the Hugging Face Hub.

    Args:
        repository: ``owner/name``.
        name: of the file in it.
        revision: branch, tag or commit; a commit pins the file's contents.
        kind: of the repository: ``model`` or ``dataset``.
    """

    repository: str
    name: str
    revision: str
    kind: str

    def __str__(self) -> str:
        return f"{self.repository}/{self.name} at {self.revision}"


class LockError(ValueError):
    """A lock that cannot be read, or of another file than the one that is asked for."""


@dataclass(frozen=True)
class Lock:
    """What a downloaded file must be.

    Args:
        repository, kind, file: on the Hub, as of ``HubFile``.
        commit: of the repository.
        sha256: of the file, hexadecimal.
    """

    repository: str
    kind: str
    file: str
    commit: str
    sha256: str


def lock_path(file: Path) -> Path:
    """``weights.tar`` -> ``weights.tar.lock``."""
    return file.with_name(f"{file.name}.lock")


def read_lock(file: Path) -> Lock | None:
    """The lock of a downloaded file; ``None`` where there is none.

    Raises:
        LockError: if it is no lock.
    """
    path = lock_path(file)
    if not path.is_file():
        return None
    try:
        lock = Lock(**json.loads(path.read_text(encoding="utf-8")))
        if not all(isinstance(value, str) and value for value in asdict(lock).values()):
            raise TypeError("its values must be texts")
    except (ValueError, TypeError) as error:
        raise LockError(
            f"{path} is no lock of a download ({error}); restore it, or replace it with --update"
        ) from error
    return lock


def write_lock(file: Path, lock: Lock) -> Path:
    """Write the lock of a downloaded file; returns its path."""
    path = lock_path(file)
    path.write_text(json.dumps(asdict(lock), indent=2) + "\n", encoding="utf-8")
    return path


def pinned(wanted: HubFile, sha256: str, lock: Lock | None) -> tuple[HubFile, str]:
    """A file to download and its checksum, both as its lock has them, where there is one.

    Args:
        wanted: with an empty revision for that of the lock, else of the branch ``main``.
        sha256: expected, hexadecimal; empty: that of the lock.

    Raises:
        LockError: if the lock is of another file, commit or checksum.
    """
    if lock is None:
        return replace(wanted, revision=wanted.revision or "main"), sha256
    for name, found, locked in (
        ("--repository", wanted.repository, lock.repository),
        ("--kind", wanted.kind, lock.kind),
        ("--file", wanted.name, lock.file),
        ("--revision", wanted.revision or lock.commit, lock.commit),
        ("--sha256", sha256.lower() or lock.sha256, lock.sha256),
    ):
        if found != locked:
            raise LockError(
                f"{name} is {found}, {Path(wanted.name).name}.lock has {locked}; leave {name} out, "
                "or replace file and lock with --update"
            )
    return replace(wanted, revision=lock.commit), lock.sha256


def check_lock(file: Path) -> None:
    """Compare a file with its lock; one without a lock is anyone's own.

    Raises:
        LockError: if the lock cannot be read.
        ChecksumError: if the file is another one.
    """
    lock = read_lock(file)
    if lock is not None:
        check_sha256(sha256_of(file), lock.sha256, file, str(lock_path(file)))
