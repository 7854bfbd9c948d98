"""SHA-256 of weights files, to load only those that a robot was tested with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path


class ChecksumError(ValueError):
    """Weights with another checksum than expected; the message has both."""


def sha256_of(files: Sequence[Path]) -> str:
    """SHA-256 of files one after the other, hexadecimal, as ``cat FILES | sha256sum`` prints it."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
    return digest.hexdigest()


def check_sha256(files: Sequence[Path], expected: str, parameter: str) -> str:
    """The SHA-256 of files, compared with the expected one.

    Args:
        files: hashed one after the other.
        expected: hexadecimal; empty: any.
        parameter: name of the parameter that holds it.

    Raises:
        ChecksumError: if it is another.
    """
    found = sha256_of(files)
    if expected and found != expected.lower():
        names = ", ".join(str(file) for file in files)
        raise ChecksumError(
            f"SHA-256 of {names} is {found}, expected {expected.lower()} ({parameter}): use the "
            "weights with that checksum, or change the parameter"
        )
    return found
