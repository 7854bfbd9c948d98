"""Fetch one file over HTTP on explicit request: resumable, checked, there when complete."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

PUBLISHED_WEIGHTS = (
    "https://huggingface.co/datasets/Abdrah/SmolRGPT-ICCV2025-Weights/resolve/main/weights.tar"
)
"""The tar of the three published stages."""

_CHUNK = 2**20


class DownloadError(OSError):
    """The file could not be fetched whole; what arrived is kept for the next try."""


def download(
    url: str,
    target: str | Path,
    sha256: str | None = None,
    *,
    timeout_s: float = 60.0,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> Path:
    """Fetch a file; a try that was cut off goes on where it stopped.

    Args:
        url: http or https.
        target: appears when everything has arrived and its checksum fits. Until then the bytes are
            in ``target`` + ``.part``.
        sha256: expected, hexadecimal; without it only the length is checked.
        timeout_s: of each wait for the network.
        on_progress: called with bytes so far and in total (``None`` if the server does not say).

    Returns:
        ``target``.

    Raises:
        DownloadError: if the server refuses, the connection breaks, or length or checksum are wrong
            (then the part is deleted: going on with it could not help).
        FileExistsError: if there is a target already.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"only http and https addresses are fetched, found {url!r}")
    goal = Path(target)
    if goal.exists():
        raise FileExistsError(f"{goal} exists; delete it to fetch it again")
    goal.parent.mkdir(parents=True, exist_ok=True)
    part = goal.with_name(goal.name + ".part")
    try:
        _fetch(url, part, timeout_s, on_progress)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise DownloadError(f"{url}: {error}; run the same command again to go on") from error
    if sha256 is not None and (found := _sha256(part)) != sha256.lower():
        part.unlink()
        raise DownloadError(f"{url}: the checksum is {found}, expected {sha256.lower()}")
    part.rename(goal)
    return goal


def _fetch(
    url: str, part: Path, timeout_s: float, on_progress: Callable[[int, int | None], None] | None
) -> None:
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        # Nothing is left of the file behind what is here: either all has arrived, or it is another.
        total = _total(error.headers.get("Content-Range"))
        if total != have:
            part.unlink()
            raise DownloadError(
                f"{url}: the part held {have} bytes, the file has {total}; run again to start over"
            ) from error
        return
    with response:
        resumed = response.status == 206
        if resumed and _first(response.headers.get("Content-Range")) != have:
            raise DownloadError(f"{url}: the server went on at another place than asked for")
        have = have if resumed else 0
        length = response.headers.get("Content-Length")
        total = None if length is None else have + int(length)
        with open(part, "ab" if resumed else "wb") as file:
            while chunk := response.read(_CHUNK):
                file.write(chunk)
                have += len(chunk)
                if on_progress is not None:
                    on_progress(have, total)
    if total is not None and have != total:
        raise DownloadError(
            f"{url}: {have} of {total} bytes arrived; run the same command again to go on"
        )


def _first(content_range: str | None) -> int | None:
    """First byte of ``bytes first-last/total``."""
    words = (content_range or "").removeprefix("bytes ").split("-")
    return int(words[0]) if words[0].isdigit() else None


def _total(content_range: str | None) -> int | None:
    """Total of ``bytes */total``."""
    total = (content_range or "").rpartition("/")[2]
    return int(total) if total.isdigit() else None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
