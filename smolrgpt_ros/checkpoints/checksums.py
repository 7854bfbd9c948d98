"""SHA-256 of weights, so that a robot can insist on the ones it was tested with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path


class ChecksumError(ValueError):
    """Weights that are not those that were meant; the message has both checksums."""


def sha256_of(files: Sequence[Path]) -> str:
    """SHA-256 of files one after the other, hexadecimal, as ``cat … | sha256sum`` says it."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
    return digest.hexdigest()


def check_sha256(files: Sequence[Path], wanted: str, parameter: str) -> str:
    """The SHA-256 of weights.

    Args:
        files: hashed one after the other.
        wanted: what it must be, hexadecimal; empty: anything.
        parameter: that says so.

    Raises:
        ChecksumError: if it is another.
    """
    found = sha256_of(files)
    if wanted and found != wanted.lower():
        names = ", ".join(str(file) for file in files)
        raise ChecksumError(
            f"SHA-256 of {names} is {found}, expected {wanted.lower()} ({parameter}): "
            "these are not the weights you meant"
        )
    return found
