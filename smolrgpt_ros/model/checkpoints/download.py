"""Fetch weights from the Hugging Face Hub on explicit request, and check their SHA-256.

``huggingface_hub`` does the transfer: retries, atomic placement, and no transfer of a file that is
there and has not changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import hf_hub_download
from huggingface_hub.errors import (
    HFValidationError,
    LocalEntryNotFoundError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from smolrgpt_ros.checkpoints.checksums import ChecksumError, check_sha256


class DownloadError(OSError):
    """A file that could not be fetched; the message names it and what to change."""


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


@dataclass(frozen=True)
class Downloaded:
    """A file that was fetched and checked.

    Args:
        path: of the file.
        sha256: of the file, hexadecimal.
    """

    path: Path
    sha256: str


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
        sha256: expected, hexadecimal; empty: any.
        timeout_s: for the server's first answer.
        endpoint: of the Hub; ``None``: its public address, or ``HF_ENDPOINT``.

    Raises:
        DownloadError: if the file cannot be fetched.
        ChecksumError: if its SHA-256 is another; the file is deleted.
    """
    try:
        path = Path(
            hf_hub_download(
                file.repository,
                file.name,
                repo_type=file.kind,
                revision=file.revision,
                local_dir=folder,
                etag_timeout=timeout_s,
                endpoint=endpoint,
            )
        )
    except (
        RepositoryNotFoundError,
        RevisionNotFoundError,
        RemoteEntryNotFoundError,
        HFValidationError,
    ) as error:
        raise DownloadError(
            f"{file}: not found; check --repository, --kind, --file and --revision ({error})"
        ) from error
    except LocalEntryNotFoundError as error:
        raise DownloadError(
            f"{file}: the Hub does not answer; check the network, HF_ENDPOINT and HF_HUB_OFFLINE, "
            f"and run the command again ({error})"
        ) from error
    except Exception as error:
        # Among them errors of the HTTP library, which is another one in each version of the client.
        raise DownloadError(
            f"{file}: the transfer failed ({error}); run the command again"
        ) from error
    try:
        found = check_sha256([path], sha256, "--sha256")
    except ChecksumError:
        path.unlink()
        raise
    return Downloaded(path, found)
