# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How unlike the pictures of a detector's training a picture is, by the detector's own features.

The features of training pictures are taken as normally distributed; the distance of a picture's
features from their mean is Mahalanobis' (Lee et al., 2018, arXiv 1807.03888), with the covariance
shrunken towards its diagonal, since it has as many rows as pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]
"""Of one picture, shape ``(D,)``, or of several, ``(N, D)``."""

#: Share of the diagonal in the covariance.
_SHRINKAGE = 0.3
#: Share of the held-out training pictures that lie within the bound.
BOUND_QUANTILE = 0.99


class FeatureStatisticsError(ValueError):
    """A file of statistics that cannot be used; the message has the file and what is wrong."""


@dataclass(frozen=True, eq=False)
class FeatureStatistics:
    """Features of a detector's training pictures.

    Args:
        mean: shape ``(D,)``.
        precision: inverse of the shrunken covariance, shape ``(D, D)``.
        bound: Mahalanobis distance within which ``BOUND_QUANTILE`` of the held-out pictures lie.
        pictures, held_out: how many there were.
        weights_sha256: of the detector's weights, hexadecimal.
    """

    mean: Features
    precision: NDArray[np.float32]
    bound: float
    pictures: int
    held_out: int
    weights_sha256: str

    @classmethod
    def of(cls, trained: Features, held_out: Features, weights_sha256: str) -> FeatureStatistics:
        """Of the features of pictures.

        Args:
            trained: of training pictures, shape ``(N, D)``.
            held_out: of pictures of the same kinds that were not trained on, shape ``(M, D)``.
            weights_sha256: as above.

        Raises:
            ValueError: where there are fewer than two of either, or sizes disagree.
        """
        sizes = trained.shape, held_out.shape
        if min(len(trained), len(held_out)) < 2 or trained.shape[1:] != held_out.shape[1:]:
            raise ValueError(
                "expected the features of two pictures at least, trained and held out, of one "
                f"length; found {sizes[0]} and {sizes[1]}"
            )
        exact = trained.astype(np.float64)
        mean = exact.mean(axis=0)
        covariance = np.cov(exact, rowvar=False)
        spread = np.diag(covariance)
        # A channel that never changes would make any change infinitely far.
        diagonal = np.diag(np.maximum(spread, 1e-6 * spread.max() + 1e-12))
        shrunken = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * diagonal
        precision = np.linalg.inv(shrunken).astype(np.float32)
        made = cls(
            mean.astype(np.float32), precision, 1.0, len(trained), len(held_out), weights_sha256
        )
        distances = [made.distance(features) for features in held_out]
        bound = float(np.quantile(distances, BOUND_QUANTILE))
        return cls(made.mean, precision, bound, len(trained), len(held_out), weights_sha256)

    def distance(self, features: Features) -> float:
        """Mahalanobis distance of a picture's features, shape ``(D,)``, from the mean."""
        apart = features - self.mean
        return float(np.sqrt(max(float(apart @ self.precision @ apart), 0.0)))

    def novelty(self, features: Features) -> float:
        """Distance of a picture's features, shape ``(D,)``, in units of the bound."""
        return self.distance(features) / self.bound

    def save(self, file: Path) -> None:
        """Write them as safetensors."""
        from safetensors.numpy import save_file

        tensors = {"mean": self.mean, "precision": self.precision}
        words = {
            "bound": repr(self.bound),
            "pictures": str(self.pictures),
            "held_out": str(self.held_out),
            "weights_sha256": self.weights_sha256,
        }
        save_file(tensors, file, metadata=words)

    @classmethod
    def load(cls, file: Path) -> FeatureStatistics:
        """Read what :meth:`save` wrote.

        Raises:
            FeatureStatisticsError: if the file is damaged or holds something else.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(file, framework="numpy") as opened:
                words = opened.metadata() or {}
                mean, precision = opened.get_tensor("mean"), opened.get_tensor("precision")
            made = cls(
                mean,
                precision,
                float(words["bound"]),
                int(words["pictures"]),
                int(words["held_out"]),
                words["weights_sha256"],
            )
        except (SafetensorError, KeyError, ValueError, OSError) as error:
            raise FeatureStatisticsError(
                f"{file} holds no feature statistics of a detector: {error}"
            ) from error
        if mean.ndim != 1 or precision.shape != (len(mean), len(mean)) or not made.bound > 0:
            raise FeatureStatisticsError(
                f"{file} must hold a mean (D,), a precision (D, D) and a bound above 0, found "
                f"{mean.shape}, {precision.shape} and {made.bound}"
            )
        return made


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
