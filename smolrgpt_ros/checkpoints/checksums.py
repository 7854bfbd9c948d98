# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""SHA-256 of weights, to load only those that a robot was tested with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

#: Files of a checkpoint that let libraries load from somewhere else.
_INDEX, _ADAPTER = "model.safetensors.index.json", "adapter_config.json"


class ChecksumError(ValueError):
    """Weights with another checksum than expected; the message has both."""


def sha256_of(file: Path) -> str:
    """SHA-256 of a file, hexadecimal, as ``sha256sum`` prints it."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def listing_sha256(files: Sequence[Path]) -> str:
    """SHA-256 of the names and checksums of files, hexadecimal: of ``sha256sum FILE…``'s lines."""
    lines = "".join(f"{sha256_of(file)}  {file.name}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def folder_sha256(folder: Path) -> str:
    """SHA-256 of everything that a checkpoint's folder holds, hexadecimal.

    As this prints it: ``cd FOLDER && LC_ALL=C sha256sum * | sha256sum``. Hidden files are left out.

    Raises:
        ChecksumError: if a file of the folder has libraries load what lies elsewhere.
    """
    files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    names = {file.name for file in files}
    if _ADAPTER in names:
        raise ChecksumError(
            f"{folder / _ADAPTER} takes its weights from another folder; merge the adapter into "
            "its model, and save that"
        )
    if _INDEX in names:
        try:
            parts = set(json.loads((folder / _INDEX).read_text())["weight_map"].values())
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise ChecksumError(f"{folder / _INDEX} is no index of weights: {error}") from error
        if elsewhere := sorted(map(str, parts - names)):
            raise ChecksumError(
                f"{folder / _INDEX} names {', '.join(elsewhere)[:200]}, which the folder does not "
                "hold; all files of a checkpoint must lie in its folder"
            )
    return listing_sha256(files)


def check_sha256(found: str, expected: str, what: object, parameter: str) -> None:
    """Compare checksums.

    Args:
        found: of the files, hexadecimal.
        expected: hexadecimal; empty: any.
        what: was hashed, for the message.
        parameter: name of the parameter that holds the expected one.

    Raises:
        ChecksumError: if they differ.
    """
    if expected and found != expected.lower():
        raise ChecksumError(
            f"SHA-256 of {what} is {found}, expected {expected.lower()} ({parameter}): use the "
            "weights with that checksum, or change the parameter"
        )
