# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Checksums of weights."""

import hashlib
import json
import subprocess

import pytest

from smolrgpt_ros.checkpoints import MINI
from smolrgpt_ros.checkpoints.checksums import (
    ChecksumError,
    check_sha256,
    folder_sha256,
    listing_sha256,
    sha256_of,
)


def test_a_files_checksum_is_that_of_sha256sum(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"x" * 3_000_000)
    digest = hashlib.sha256(b"x" * 3_000_000).hexdigest()
    assert sha256_of(file) == digest
    check_sha256(digest, digest.upper(), file, "detector.sha256")
    check_sha256(digest, "", file, "detector.sha256")
    with pytest.raises(ChecksumError, match=rf"{digest}, expected 0+ \(detector\.sha256\)"):
        check_sha256(digest, "0" * 64, file, "detector.sha256")


@pytest.fixture
def folder(tmp_path):
    for name in ("B.json", "a.json", "model.safetensors"):
        (tmp_path / name).write_text(name)
    (tmp_path / ".cache").write_text("of a download")
    return tmp_path


def test_a_folders_checksum_is_what_the_documented_command_prints(folder):
    command = "LC_ALL=C sha256sum * | sha256sum"
    printed = subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60, check=True
    )
    assert folder_sha256(folder) == printed.stdout.split()[0]
    assert listing_sha256([folder / "a.json"]) != sha256_of(folder / "a.json")


def test_every_file_of_a_folder_counts_and_so_does_its_name(folder):
    before = {folder_sha256(folder)}
    for change in (
        lambda: (folder / "tokenizer.json").write_text("{}"),
        lambda: (folder / "tokenizer.json").rename(folder / "config.json"),
        lambda: (folder / "a.json").write_text("b"),
        # Bytes that go from one file to the next one.
        lambda: (folder / "a.json").write_text("") and (folder / "B.json").write_text("B.jsonb"),
    ):
        change()
        assert folder_sha256(folder) not in before
        before.add(folder_sha256(folder))


def test_the_checkpoint_that_ships_has_a_checksum():
    assert len(folder_sha256(MINI)) == 64


@pytest.mark.parametrize("part", ["../other.safetensors", "/tmp/other.safetensors", "part-2"])
def test_an_index_that_points_elsewhere_is_refused(folder, part):
    index = {"weight_map": {"a": "model.safetensors", "b": part}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ChecksumError, match=f"names {part}.*must lie in its folder"):
        folder_sha256(folder)


def test_an_index_of_the_folders_own_files_is_fine_and_a_broken_one_is_named(folder):
    file = folder / "model.safetensors.index.json"
    file.write_text(json.dumps({"weight_map": {"a": "model.safetensors"}}))
    assert len(folder_sha256(folder)) == 64
    for text in ("[1]", "{", '{"weight_map": ["a"]}'):
        file.write_text(text)
        with pytest.raises(ChecksumError, match="is no index of weights"):
            folder_sha256(folder)


def test_an_adapter_which_names_another_folders_weights_is_refused(folder):
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "/elsewhere"}')
    with pytest.raises(ChecksumError, match="merge the adapter"):
        folder_sha256(folder)
