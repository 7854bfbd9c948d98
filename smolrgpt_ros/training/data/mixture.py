# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Several sources as one data set: split by picture, mixed by weight, bad samples logged."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset, Sampler

from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor

from .examples import BadSampleError, Example, make_example
from .sources import Source

_MOST_BAD_SAMPLES = 50
"""Bad samples in a row after which a data set counts as broken."""


@dataclass(frozen=True, eq=False)
class SourceShare:
    """A source's share in a mixture.

    Args:
        source: where its entries come from.
        indices: ``(N,)`` int64, the entries that belong to this split, ascending.
        weight: passes over them in an epoch: 0.5 takes half of them, 2 each twice.
    """

    source: Source
    indices: NDArray[np.int64]
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.weight > 0:
            raise ValueError(f"weight of {self.source.name} must be above 0, found {self.weight}")

    @property
    def epoch(self) -> int:
        """Samples it gives an epoch."""
        return round(self.weight * len(self.indices))


def split(source: Source, weight: float, validation: float) -> tuple[SourceShare, SourceShare]:
    """A source's training and validation parts.

    A picture's name decides, so that all questions about a picture are in the same part.

    Args:
        validation: share of the pictures, in [0, 1).
    """
    if not 0 <= validation < 1:
        raise ValueError(f"validation must be a share in [0, 1), found {validation}")
    bound = int(validation * 2**32)
    digests = (hashlib.md5(name.encode(), usedforsecurity=False) for name in source.images())
    held = np.array([int.from_bytes(d.digest()[:4], "big") < bound for d in digests], bool)
    return (
        SourceShare(source, np.flatnonzero(~held), weight),
        SourceShare(source, np.flatnonzero(held), 1.0),
    )


class Mixture(Dataset[Example]):
    """Examples of all sources; a sample that cannot be used is logged and replaced by the next.

    Args:
        shares: at least one that is not empty.
        processor: of the model that is trained.
        longest: tokens a text may have.
        skipped: file that gets a line of JSON per bad sample: source, entry, reason, detail.

    Raises:
        ValueError: if there is nothing in it.
    """

    def __init__(
        self,
        shares: Sequence[SourceShare],
        processor: SmolRGPTProcessor,
        longest: int,
        skipped: Path | None = None,
    ) -> None:
        self.shares = tuple(share for share in shares if len(share.indices))
        if not self.shares:
            raise ValueError("the training data is empty: no entry in any of its sources")
        self._starts = np.cumsum([0, *(len(share.indices) for share in self.shares)])
        self._processor, self._longest, self._skipped = processor, longest, skipped

    @property
    def starts(self) -> NDArray[np.int64]:
        """Index of each source's first sample, ``(N,)`` int64."""
        return self._starts[:-1]

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, index: int) -> Example:
        share, position = self._locate(index)
        reason = ""
        for _ in range(min(_MOST_BAD_SAMPLES, len(share.indices))):
            number = int(share.indices[position])
            try:
                return self._read(share.source, number)
            except BadSampleError as error:
                self._log(share.source, number, error)
                reason = f"number {number}: {error}"
            position = (position + 1) % len(share.indices)
        raise ValueError(
            f"{share.source.name}: {_MOST_BAD_SAMPLES} samples in a row cannot be used, last "
            f"{reason}"
        )

    def _locate(self, index: int) -> tuple[SourceShare, int]:
        if not 0 <= index < len(self):
            raise IndexError(index)
        number = int(np.searchsorted(self._starts, index, side="right")) - 1
        return self.shares[number], index - int(self._starts[number])

    def _read(self, source: Source, number: int) -> Example:
        try:
            entry, folder = source[number], source.folder(number)
        except (ValueError, OSError) as error:
            raise BadSampleError("entry", str(error)) from error
        return make_example(entry, folder, self._processor, self._longest)

    def _log(self, source: Source, number: int, error: BadSampleError) -> None:
        if self._skipped is None:
            return
        line = {
            "source": source.name,
            "number": number,
            "reason": error.reason,
            "detail": error.detail,
        }
        # Opened to append for one short line: loader processes may write at the same time.
        with self._skipped.open("a") as file:
            file.write(json.dumps(line) + "\n")


def skipped_by_reason(file: Path) -> dict[str, int]:
    """How many different samples of a run were skipped, by reason."""
    if not file.is_file():
        return {}
    lines = {tuple(sorted(json.loads(line).items())) for line in file.read_text().splitlines()}
    return dict(Counter(dict(line)["reason"] for line in lines))


class MixtureSampler(Sampler[int]):
    """The order of an epoch: another one each epoch, the same for the same seed.

    Within a source whole runs of neighbours (parquet row groups) are shuffled, then their entries:
    reading stays within a few groups at a time.

    Args:
        mixture: what is sampled.
        seed: of all orders.
    """

    def __init__(self, mixture: Mixture, seed: int) -> None:
        self._mixture, self._seed, self._epoch = mixture, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the trainer at the start of each epoch."""
        self._epoch = epoch

    def __len__(self) -> int:
        return sum(share.epoch for share in self._mixture.shares)

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng((self._seed, self._epoch))
        orders = [
            start + _order(share, rng)
            for start, share in zip(self._mixture.starts, self._mixture.shares, strict=True)
        ]
        # The source of each sample is drawn without replacement, so each is used up at the end.
        turns = rng.permutation(np.repeat(np.arange(len(orders)), [len(o) for o in orders]))
        streams = [iter(order) for order in orders]
        for turn in turns:
            yield int(next(streams[turn]))


def _order(share: SourceShare, rng: np.random.Generator) -> NDArray[np.int64]:
    """Positions in ``share.indices``, ``share.epoch`` of them."""
    ends = np.cumsum(share.source.runs)
    group = np.searchsorted(ends, share.indices, side="right")
    whole: list[NDArray[np.int64]] = []
    wanted = share.epoch
    while wanted > 0:
        shuffled = rng.permutation(len(ends))[group]  # each entry's group, groups in random order
        order = np.lexsort((rng.random(len(shuffled)), shuffled)).astype(np.int64)
        whole.append(order[:wanted])
        wanted -= len(whole[-1])
    return np.concatenate(whole) if whole else np.zeros(0, np.int64)
