# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The readers that parameters name; for the grammar alone nothing of a language model is loaded."""

from __future__ import annotations

from pathlib import Path

from smolrgpt_ros.language.reader.reader import GrammarReader
from smolrgpt_ros.language.readers.accounting_reader import AccountingReader
from smolrgpt_ros.language.readers.protocol import READINGS, Reader, ReaderUnavailable
from smolrgpt_ros.language.readers.two_readers import TwoReaders


def readers_of(
    reading: str,
    grammar: GrammarReader,
    adapter: Path,
    base: Path | None = None,
    *,
    trust_model: bool = False,
) -> TwoReaders:
    """The readers of the parameter ``reading``.

    Args:
        reading: one of :data:`READINGS`.
        grammar: reads by rules.
        adapter: the language model's adapter, a .safetensors file.
        base: folder of the base model; ``None``: the installed package.
        trust_model: whether a reading of the model alone may be acted on.

    Raises:
        ValueError: for another reading.
        ReaderUnavailable: where the base model is not installed, or there is no adapter of it.
    """
    if reading not in READINGS:
        raise ValueError(f"reading must be one of {READINGS}, found {reading!r}")
    if reading == "grammar":
        return TwoReaders(grammar)
    model = AccountingReader(load_model_reader(adapter, base), grammar.tokens)
    return TwoReaders(grammar, model, model_alone=reading == "model", trust_model=trust_model)


def load_model_reader(adapter: Path, base: Path | None = None) -> Reader:
    """The reader that is a language model, in eight-bit integers.

    Raises:
        ReaderUnavailable: where the base model is not installed, or there is no adapter.
    """
    if not adapter.is_file():
        raise ReaderUnavailable(
            f"no adapter of the reader in {adapter}; set reading.adapter to a file made by "
            "'smolrgpt train --config config/training/reader.yaml'"
        )
    # torch takes seconds to import.
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from smolrgpt_ros.language.readers.encoding import ReaderEncoding
    from smolrgpt_ros.language.readers.model_reader import ModelReader

    from ..inference.quantisation import quantise
    from .adapter import merge_adapter
    from .base_model import load_base_model
    from .decoder import GreedyDecoder

    loaded = load_base_model(base)
    try:
        merge_adapter(loaded.model, load_file(adapter))
    except (SafetensorError, AttributeError, KeyError, RuntimeError) as error:
        raise ReaderUnavailable(
            f"{adapter} is no adapter of this base model: {error}; set reading.adapter to another"
        ) from error
    quantise(loaded.model)
    return ModelReader(GreedyDecoder(loaded.model), ReaderEncoding(loaded.tokenizer))
