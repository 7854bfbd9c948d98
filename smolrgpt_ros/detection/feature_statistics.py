# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How unlike the pictures of a detector's training a picture is, or the most unlike part of it, by
the detector's own features.

The features of training pictures are taken as normally distributed; the distance of a picture's
features from their mean is Mahalanobis' (Lee et al., 2018, arXiv 1807.03888), with the covariance
shrunken towards its diagonal, since it has as many rows as pictures. Parts have statistics of their
own, of the parts of all training pictures, wherever they are in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]
"""Of a picture, ``(1 + P, D)``: of the whole, then of its parts; of several, ``(N, 1 + P, D)``."""

#: Share of the diagonal in the covariance.
_SHRINKAGE = 0.3
#: Share of the held-out training pictures that lie within the bound, and share of them of which
#: every part lies within that of parts.
BOUND_QUANTILE = 0.99


class FeatureStatisticsError(ValueError):
    """A file of statistics that cannot be used; the message has the file and what is wrong."""


@dataclass(frozen=True, eq=False)
class FeatureSpread:
    """How features are distributed.

    Args:
        mean: shape ``(D,)``.
        precision: inverse of the shrunken covariance, shape ``(D, D)``.
        bound: Mahalanobis distance within which ``BOUND_QUANTILE`` of the held-out pictures lie.

    Raises:
        ValueError: where sizes disagree or the bound is not above 0.
    """

    mean: NDArray[np.float32]
    precision: NDArray[np.float32]
    bound: float

    def __post_init__(self) -> None:
        size = self.mean.shape
        if len(size) != 1 or self.precision.shape != 2 * size or not self.bound > 0:
            raise ValueError(
                "expected a mean (D,), a precision (D, D) and a bound above 0, found "
                f"{size}, {self.precision.shape} and {self.bound}"
            )

    @classmethod
    def of(cls, trained: Features, held_out: Features) -> FeatureSpread:
        """Of the features of pictures or their parts.

        Args:
            trained: shape ``(N, D)``.
            held_out: of each held-out picture one or several, shape ``(M, P, D)``: the farthest
                counts for the bound.
        """
        exact = trained.astype(np.float64)
        mean = exact.mean(axis=0)
        covariance = np.cov(exact, rowvar=False)
        spread = np.diag(covariance)
        # A channel that never changes would make any change infinitely far.
        diagonal = np.diag(np.maximum(spread, 1e-6 * spread.max() + 1e-12))
        shrunken = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * diagonal
        precision = np.linalg.inv(shrunken).astype(np.float32)
        made = cls(mean.astype(np.float32), precision, 1.0)
        farthest = [float(made.distance(features).max()) for features in held_out]
        return cls(made.mean, precision, float(np.quantile(farthest, BOUND_QUANTILE)))

    def distance(self, features: Features) -> NDArray[np.float32]:
        """Mahalanobis distances of features, shape ``(..., D)``, from the mean, ``(...)``."""
        apart = features - self.mean
        squares = ((apart @ self.precision) * apart).sum(axis=-1)
        return np.asarray(np.sqrt(np.maximum(squares, 0.0)), np.float32)


@dataclass(frozen=True, eq=False)
class FeatureStatistics:
    """Features of a detector's training pictures.

    Args:
        whole: of whole pictures.
        parts: of their parts; ``None`` in files of versions that knew none.
        pictures, held_out: how many there were.
        weights_sha256: of the detector's weights, hexadecimal.
    """

    whole: FeatureSpread
    parts: FeatureSpread | None
    pictures: int
    held_out: int
    weights_sha256: str

    @classmethod
    def of(cls, trained: Features, held_out: Features, weights_sha256: str) -> FeatureStatistics:
        """Of the features of pictures.

        Args:
            trained: of training pictures, shape ``(N, 1 + P, D)``.
            held_out: of pictures of the same kinds that were not trained on, ``(M, 1 + P, D)``.
            weights_sha256: as above.

        Raises:
            ValueError: where there are fewer than two of either, or sizes disagree.
        """
        sizes = trained.shape, held_out.shape
        if (
            min(len(trained), len(held_out)) < 2
            or trained.ndim != 3
            or trained.shape[1:] != held_out.shape[1:]
        ):
            raise ValueError(
                "expected the features of two pictures at least, trained and held out, of as many "
                f"parts and one length; found {sizes[0]} and {sizes[1]}"
            )
        whole = FeatureSpread.of(trained[:, 0], held_out[:, :1])
        parts = None
        if trained.shape[1] > 1:
            of_parts = trained[:, 1:].reshape(-1, trained.shape[2])
            parts = FeatureSpread.of(of_parts, held_out[:, 1:])
        return cls(whole, parts, len(trained), len(held_out), weights_sha256)

    def novelty(self, features: Features) -> float:
        """How far a picture, shape ``(1 + P, D)``, or the farthest part of it is from the mean, in
        units of the bound."""
        novelty = float(self.whole.distance(features[0])) / self.whole.bound
        if self.parts is not None and len(features) > 1:
            farthest = float(self.parts.distance(features[1:]).max())
            novelty = max(novelty, farthest / self.parts.bound)
        return novelty

    def save(self, file: Path) -> None:
        """Write them as safetensors."""
        from safetensors.numpy import save_file

        tensors = {"mean": self.whole.mean, "precision": self.whole.precision}
        words = {
            "bound": repr(self.whole.bound),
            "pictures": str(self.pictures),
            "held_out": str(self.held_out),
            "weights_sha256": self.weights_sha256,
        }
        if self.parts is not None:
            tensors |= {"parts_mean": self.parts.mean, "parts_precision": self.parts.precision}
            words["parts_bound"] = repr(self.parts.bound)
        save_file(tensors, file, metadata=words)

    @classmethod
    def load(cls, file: Path) -> FeatureStatistics:
        """Read what :meth:`save` wrote, also by versions that knew no parts.

        Raises:
            FeatureStatisticsError: if the file is damaged or holds something else.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(file, framework="numpy") as opened:
                words = opened.metadata() or {}
                whole, *parts = (
                    FeatureSpread(
                        opened.get_tensor(f"{prefix}mean"),
                        opened.get_tensor(f"{prefix}precision"),
                        float(words[f"{prefix}bound"]),
                    )
                    for prefix in ("", "parts_")
                    if not prefix or f"{prefix}bound" in words
                )
            return cls(
                whole,
                parts[0] if parts else None,
                int(words["pictures"]),
                int(words["held_out"]),
                words["weights_sha256"],
            )
        except (SafetensorError, KeyError, ValueError, OSError) as error:
            raise FeatureStatisticsError(
                f"{file} holds no feature statistics of a detector: {error}"
            ) from error


def statistics_file(weights: Path) -> Path:
    """Where the statistics of weights are: beside them, ``NAME.feature_statistics.safetensors``."""
    return weights.with_name(f"{weights.stem}.feature_statistics.safetensors")


def statistics_of(weights: Path, weights_sha256: str) -> tuple[FeatureStatistics | None, str]:
    """The statistics beside weights; where there are none for these, ``None`` and why.

    Args:
        weights: the file.
        weights_sha256: its checksum, hexadecimal.
    """
    file = statistics_file(weights)
    advice = "make them with `smolrgpt train --statistics WEIGHTS --run-dir RUN`"
    if not file.is_file():
        return None, f"pictures unlike the detector's training are not noticed: no {file}; {advice}"
    try:
        found = FeatureStatistics.load(file)
    except FeatureStatisticsError as error:
        return None, f"pictures unlike the detector's training are not noticed: {error}; {advice}"
    if found.weights_sha256 != weights_sha256:
        return None, (
            f"pictures unlike the detector's training are not noticed: {file} is of weights with "
            f"SHA-256 {found.weights_sha256}, these have {weights_sha256}; {advice}"
        )
    return found, ""
