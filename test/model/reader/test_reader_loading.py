# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The readers that parameters name."""

from __future__ import annotations

from pathlib import Path

import pytest
from reader_models import base_model
from safetensors.torch import save_file
from torch import nn

from smolrgpt_ros.language.reader.reader import default_reader
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.language.readers.protocol import ReadBy, ReaderUnavailable
from smolrgpt_ros.model.reader import base_model as base
from smolrgpt_ros.model.reader.adapter import adapter_state, add_adapter
from smolrgpt_ros.model.reader.loading import load_model_reader, readers_of
from smolrgpt_ros.scene.status import QueryError

VIEW = View({3: "pallet"})


def test_the_grammar_alone_needs_no_model() -> None:
    readers = readers_of("grammar", default_reader(), Path("missing"))
    assert readers.reading("how tall is pallet 3", VIEW).by is ReadBy.GRAMMAR


def test_a_missing_adapter_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReaderUnavailable, match=r"set reading\.adapter to a file made by"):
        readers_of("both", default_reader(), tmp_path / "none.safetensors")
    with pytest.raises(ValueError, match="found 'ear'"):
        readers_of("ear", default_reader(), tmp_path)


def test_a_missing_base_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ReaderUnavailable, match=r"expected one \.gguf file in .*, found \[\]"):
        base.base_model_file(tmp_path)
    monkeypatch.setattr(base, "PACKAGE", "no_such_package")
    with pytest.raises(ReaderUnavailable, match=r"pip install 'gguf"):
        base.base_model_file()


def test_an_adapted_model_in_int8_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = base_model()
    trained = base_model()
    add_adapter(trained.model, rank=2)
    save_file(adapter_state(trained.model), tmp_path / "adapter.safetensors")
    monkeypatch.setattr(base, "load_base_model", lambda folder: loaded)
    reader = load_model_reader(tmp_path / "adapter.safetensors")
    assert not any(type(part) is nn.Linear for part in loaded.model.modules())
    with pytest.raises(QueryError, match=r"language model .*; in view: pallet 3"):
        reader.read("how tall is pallet 3", VIEW)  # an untrained model has no likely reading
