"""Checksums of weights."""

import hashlib

import pytest

from smolrgpt_ros.checkpoints.checksums import ChecksumError, check_sha256, sha256_of


def test_checksums_are_those_of_sha256sum(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"x" * 3_000_000)
    second.write_bytes(b"yz")
    digest = hashlib.sha256(b"x" * 3_000_000 + b"yz").hexdigest()
    assert sha256_of([first, second]) == digest
    assert check_sha256([first, second], digest.upper(), "model.sha256") == digest
    with pytest.raises(ChecksumError, match=rf"{digest}, expected 0+ \(model\.sha256\)"):
        check_sha256([first, second], "0" * 64, "model.sha256")
