# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""From pictures to image and region tokens: tower, connectors, refiners and mask pooling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import SiglipVisionModel

from .layers import Connector, IdentityRefiner, Refiner, mask_weights
from .placeholders import PerSample, per_sample


@dataclass(frozen=True)
class PictureTokens:
    """Tokens of one picture for prompts.

    Args:
        image: ``(N, D)``.
        rgb: ``(M, D)``, one per region; ``None`` without masks.
        depth: ``(M, D)``; ``None`` without masks or depth.
        vanished: ``(M,)`` bool, masks too small for the mask grid; ``None`` without masks.
    """

    image: Tensor
    rgb: Tensor | None
    depth: Tensor | None
    vanished: Tensor | None


@dataclass(frozen=True)
class RegionWeights:
    """Pooling weights of one picture's regions, from ``layers.mask_weights``.

    Args:
        weights: ``(M, mask_grid, mask_grid)`` float32.
        vanished: ``(M,)`` bool.
    """

    weights: Tensor
    vanished: Tensor


@dataclass(frozen=True)
class PictureBranch:
    """What follows the tower for one kind of picture, RGB or depth."""

    connector: Connector
    refiner: Refiner | IdentityRefiner

    def pool(self, tokens: Tensor, regions: list[RegionWeights | None]) -> list[Tensor | None]:
        """``(B, N, D)`` connected tokens -> per picture ``(M, D)``, ``None`` without regions."""
        result: list[Tensor | None] = [None] * len(regions)
        rows = [row for row, region in enumerate(regions) if region is not None]
        if rows:
            for row, trunk in zip(rows, self.refiner.trunk(tokens[rows]), strict=True):
                region = regions[row]
                assert region is not None
                result[row] = self.refiner.pool(trunk, region.weights)
        return result


@dataclass(frozen=True)
class VisionEncoder:
    """The vision half of a SmolRGPT model, composed of modules that the model registers.

    Args:
        tower: shared by RGB and depth.
        rgb, depth: what follows it.
        mask_grid: cells along one side of the map that masks are pooled from.
    """

    tower: SiglipVisionModel
    rgb: PictureBranch
    depth: PictureBranch
    mask_grid: int

    def encode(self, pictures: Tensor) -> Tensor:
        """``(B, 3, S, S)`` RGB or depth pictures -> ``(B, P, C)`` patch tokens, normed."""
        return self.tower(pictures.to(self.tower.dtype)).last_hidden_state

    def encode_both(
        self, rgb: Tensor, depth: Tensor | PerSample | None
    ) -> tuple[Tensor, list[Tensor | None]]:
        """Patch tokens of RGB and depth pictures from one pass of the tower.

        Args:
            rgb: ``(B, 3, S, S)``.
            depth: ``(B, 3, S, S)``, or per picture ``(3, S, S)`` or ``None``.

        Returns:
            ``(B, P, C)``, and per picture ``(P, C)`` or ``None``.
        """
        count = rgb.shape[0]
        pictures = per_sample(depth, count, "depth_values")
        given = [picture for picture in pictures if picture is not None]
        tokens = self.encode(torch.cat((rgb, torch.stack(given))) if given else rgb)
        rest = iter(tokens[count:])
        return tokens[:count], [None if picture is None else next(rest) for picture in pictures]

    def region_weights(self, masks: Tensor | NDArray[np.generic]) -> RegionWeights:
        """Pooling weights of masks ``(M, H, W)``, values in [0, 1], on the tower's device.

        Raises:
            ValueError: on another number of dimensions.
        """
        masks = torch.as_tensor(masks).to(self.tower.device)
        if masks.ndim != 3:
            raise ValueError(f"region masks must be (M, H, W), found {tuple(masks.shape)}")
        return RegionWeights(*mask_weights(masks, self.mask_grid))

    def picture_tokens(
        self,
        patch_tokens: Tensor,
        depth_patch_tokens: PerSample | Tensor | None,
        region_masks: PerSample | None,
    ) -> list[PictureTokens]:
        """Image and region tokens of ``B`` pictures from tower output, refining only under masks.

        Args:
            patch_tokens: ``(B, P, C)``, of the RGB pictures.
            depth_patch_tokens: ``(B, P, C)``, or per picture ``(P, C)`` or ``None``.
            region_masks: per picture ``(M, H, W)``, or weights ``(M, mask_grid, mask_grid)``,
                or ``None``.
        """
        count = patch_tokens.shape[0]
        image = self.rgb.connector(patch_tokens)
        masks = per_sample(region_masks, count, "region_masks")
        regions = [None if m is None or len(m) == 0 else self.region_weights(m) for m in masks]
        rgb = self.rgb.pool(image, regions)
        depth: list[Tensor | None] = [None] * count
        patches = per_sample(depth_patch_tokens, count, "depth_patch_tokens")
        chosen = [i for i in range(count) if patches[i] is not None and regions[i] is not None]
        if chosen:
            tokens = self.depth.connector(
                torch.stack([p for i in chosen if (p := patches[i]) is not None])
            )
            pooled = self.depth.pool(tokens, [regions[i] for i in chosen])
            for index, region_tokens in zip(chosen, pooled, strict=True):
                depth[index] = region_tokens
        return [
            PictureTokens(
                image[i], rgb[i], depth[i], None if (r := regions[i]) is None else r.vanished
            )
            for i in range(count)
        ]
