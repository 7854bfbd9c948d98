# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A detector's weights from the releases of ultralytics, held to the lock beside them."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from smolrgpt_ros.checkpoints.checksums import ChecksumError, check_sha256, sha256_of
from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector, import_ultralytics
from smolrgpt_ros.model.checkpoints.download import Downloaded, DownloadError, LockedFile
from smolrgpt_ros.model.checkpoints.download_lock import Lock, lock_path, read_lock, write_lock

from ..gpu_check.options import STORED_QUESTIONS
from ..gpu_check.stored_questions import read_questions

RELEASES = "https://github.com/ultralytics/assets/releases/download"
RELEASE = "v8.4.0"
"""A release, not the newest one: its files do not change."""
_USABLE = re.compile(r"yolo(v8|11|26|e-v8|e-11|e-26)[nsmlx](-seg(-pf)?)?\.pt")
"""Of all that is released: boxes or masks of things; with ``-pf`` of any class."""


def fetch_detector(name: str, folder: Path, releases: str = RELEASES) -> LockedFile:
    """Fetch weights by their name in the release.

    Args:
        name: such as ``yolo26n-seg``.
        folder: the file appears there once it is complete.
        releases: address of the releases.

    Raises:
        ValueError: for a name that is not released.
        DownloadError: if the file cannot be fetched.
        ChecksumError: if it is not the one of its lock; it is deleted.
        DetectorError: without ultralytics.
    """
    import_ultralytics()
    from ultralytics.utils.downloads import GITHUB_ASSETS_NAMES, safe_download

    known = sorted(filter(_USABLE.fullmatch, GITHUB_ASSETS_NAMES))
    file = f"{name.removesuffix('.pt')}.pt"
    if file not in known:
        near = difflib.get_close_matches(file, known) or known
        raise ValueError(
            f"no detector is released as {name!r}; near it: "
            f"{', '.join(other.removesuffix('.pt') for other in near)}"
        )
    path = folder / file
    lock = read_lock(path)
    try:
        safe_download(f"{releases}/{RELEASE}/{file}", file=file, dir=folder, unzip=False)
    except (OSError, MemoryError) as error:
        raise DownloadError(
            f"{file} of {releases}: the transfer failed ({error}); check the network, and run the "
            "command again"
        ) from error
    found = sha256_of(path)
    try:
        check_sha256(found, "" if lock is None else lock.sha256, path, str(lock_path(path)))
    except ChecksumError:
        path.unlink()
        raise
    written = write_lock(path, Lock("ultralytics/assets", "release", file, RELEASE, found))
    return LockedFile(Downloaded(path, found, RELEASE), written, lock is not None)


def look_at_stored_picture(weights: Path) -> str:
    """Load a detector and look at one stored picture; returns what it knows and found.

    Raises:
        DetectorError: if the weights cannot be used.
    """
    frame = read_questions(STORED_QUESTIONS, 1)[0].frame
    detector = UltralyticsDetector.load(weights, device="cpu")
    found = detector.detect(frame).objects
    labels = list(detector.labels)
    first = ", ".join(labels[:6]) + (", …" if len(labels) > 6 else "")
    return f"it knows {len(labels)} classes ({first}) and found {len(found)} objects in a picture"
