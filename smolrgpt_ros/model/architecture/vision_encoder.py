"""From pictures to tokens: tower, connectors, refiners and mask pooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from .config import SmolRGPTConfig
from .layers import mask_weights, weighted_mean
from .per_sample import PerSample, listed


@dataclass(frozen=True)
class RegionTokens:
    """What a picture gives to prompts: ``image`` (N, D), and per region ``rgb``, ``depth`` (M, D).

    ``rgb`` is ``None`` without masks, ``depth`` without masks or depth. ``vanished``: (M,) bool.
    """

    image: Tensor
    rgb: Tensor | None
    depth: Tensor | None
    vanished: Tensor | None


class VisionSide(PreTrainedModel):
    """What a SmolRGPT model does with pictures, in the order in which data passes the parts."""

    config: SmolRGPTConfig
    vision_tower: Any

    def encode_images(self, pixel_values: Tensor) -> Tensor:
        """``(B, 3, S, S)`` RGB or depth pictures -> ``(B, P, C)`` patch tokens, normed."""
        return self.vision_tower(pixel_values.to(self.dtype)).last_hidden_state

    def connect(self, patch_tokens: Tensor, modality: str) -> Tensor:
        """``(B, P, C)`` patch tokens -> ``(B, N, D)``; modality ``"rgb"`` or ``"depth"``."""
        return self._part("connector", modality)(patch_tokens)

    def refine(self, image_tokens: Tensor, modality: str) -> Tensor:
        """``(B, N, D)`` image tokens -> ``(B, D, mask_grid, mask_grid)`` refined map."""
        return self._part("refiner", modality)(image_tokens)

    def pool_regions(self, refined: Tensor, masks: Tensor | np.ndarray) -> tuple[Tensor, Tensor]:
        """Mean of one picture's refined map under each mask.

        Args:
            refined: ``(D, mask_grid, mask_grid)``.
            masks: ``(M, H, W)``, values in [0, 1] (soft values are weights).

        Returns:
            ``(M, D)`` region tokens, and ``(M,)`` bool: vanished (see ``layers.mask_weights``).
        """
        weights, vanished = self.mask_weights(masks)
        return weighted_mean(refined.flatten(1).T, weights.flatten(1)), vanished

    def mask_weights(self, masks: Tensor | np.ndarray) -> tuple[Tensor, Tensor]:
        """``layers.mask_weights`` on this model's grid and device; checks the shape."""
        masks = torch.as_tensor(masks).to(self.device)
        if masks.ndim != 3:
            raise ValueError(f"region masks must be (M, H, W), found {tuple(masks.shape)}")
        return mask_weights(masks, self.config.mask_grid)

    def picture_tokens(
        self,
        patch_tokens: Tensor,
        depth_patch_tokens: PerSample | Tensor | None,
        region_masks: PerSample | None,
    ) -> list[RegionTokens]:
        """Image and region tokens of ``B`` pictures from tower output, refining only under masks.

        Args:
            patch_tokens: ``(B, P, C)``, of the RGB pictures.
            depth_patch_tokens: ``(B, P, C)``, or per picture ``(P, C)`` or ``None``.
            region_masks: per picture ``(M, H, W)``, or weights ``(M, mask_grid, mask_grid)``,
                or ``None``.
        """
        count = patch_tokens.shape[0]
        image = self.connect(patch_tokens, "rgb")
        masks = listed(region_masks, count, "region_masks")
        weighed = [None if m is None or len(m) == 0 else self.mask_weights(m) for m in masks]
        rgb = self._pooled(image, list(range(count)), weighed, "rgb")
        depth: list[Tensor | None] = [None] * count
        patches = listed(depth_patch_tokens, count, "depth_patch_tokens")
        chosen = [i for i in range(count) if patches[i] is not None and weighed[i] is not None]
        if chosen:
            tokens = self.connect(torch.stack([patches[i] for i in chosen]), "depth")  # type: ignore[misc]
            depth = self._pooled(tokens, chosen, weighed, "depth")
        return [
            RegionTokens(image[i], rgb[i], depth[i], None if (w := weighed[i]) is None else w[1])
            for i in range(count)
        ]

    def _pooled(
        self, tokens: Tensor, owners: list[int], weighed: list[Any], modality: str
    ) -> list[Tensor | None]:
        result: list[Tensor | None] = [None] * len(weighed)
        rows = [row for row, owner in enumerate(owners) if weighed[owner] is not None]
        if rows:
            refiner = self._part("refiner", modality)
            for row, trunk in zip(rows, refiner.trunk(tokens[rows]), strict=True):
                owner = owners[row]
                result[owner] = refiner.pool(trunk, weighed[owner][0])
        return result

    def _part(self, name: str, modality: str) -> Any:
        if modality not in ("rgb", "depth"):
            raise ValueError(f"modality must be 'rgb' or 'depth', found {modality!r}")
        return getattr(self, f"{modality}_{name}")
