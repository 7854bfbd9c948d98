# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What SmolRGPT adds between tower and decoder: connector, refiner and mask pooling."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..initialization import set_initial_std


class Connector(nn.Module):
    """Pixel shuffle and one linear map: blocks of patch tokens become image tokens.

    Args:
        patch_size_in: width of a patch token.
        factor: side of a block of patches.
        width: width of an image token.
        std: standard deviation of a fresh connector's tokens.
    """

    def __init__(self, patch_size_in: int, factor: int, width: int, std: float) -> None:
        super().__init__()
        self.factor = factor
        self.proj = nn.Linear(patch_size_in * factor**2, width, bias=False)
        set_initial_std(self.proj, std * self.proj.in_features**-0.5)

    def forward(self, patches: Tensor) -> Tensor:
        """``(B, P, C)`` patch tokens, row-major -> ``(B, P / factor**2, width)``."""
        batch, count, channels = patches.shape
        side, f = round(count**0.5), self.factor
        blocks = patches.view(batch, side // f, f, side // f, f, channels)
        blocks = blocks.permute(0, 1, 3, 2, 4, 5)
        return self.proj(blocks.reshape(batch, count // f**2, f * f * channels))


class Upsampling(nn.ConvTranspose2d):
    """Transposed convolution with kernel 2 and stride 2 on channels-last maps.

    Its windows do not overlap, so it is one matrix product per cell. That is faster on a CPU than
    the general operator, can be done for chosen cells only, and keeps the usual parameters.
    """

    def __init__(self, width: int) -> None:
        super().__init__(width, width, kernel_size=2, stride=2)

    def order_weights(self) -> None:
        """Order the weights in memory as :meth:`cells` reads them; it copies them otherwise."""
        stored = self.weight.data.permute(2, 3, 1, 0).contiguous()
        self.weight.data = stored.permute(3, 2, 0, 1)

    def cells(self, cells: Tensor) -> Tensor:
        """``(..., C)`` -> ``(..., 2, 2, C)``: the fine cells (row, column) of each coarse one."""
        width = self.out_channels
        matrix = self.weight.permute(2, 3, 1, 0).reshape(4 * width, self.in_channels)
        assert self.bias is not None
        fine = F.linear(cells, matrix, self.bias.repeat(4))
        return fine.view(*cells.shape[:-1], 2, 2, width)

    def forward(self, grid: Tensor, output_size: list[int] | None = None) -> Tensor:
        """``(B, h, w, C)`` -> ``(B, 2h, 2w, C)``."""
        batch, height, width, _ = grid.shape
        fine = self.cells(grid).permute(0, 1, 3, 2, 4, 5)
        return fine.reshape(batch, 2 * height, 2 * width, self.out_channels)


class Refiner(nn.Module):
    """Upsamplings of the image-token grid; the last one can be left to the pooling.

    All but the last are followed by a layer norm over channels and GELU, the last by GELU alone.

    Args:
        width: channels of every map.
        stages: upsamplings, each of factor 2.
        std: standard deviation of a fresh refiner's map.
    """

    def __init__(self, width: int, stages: int, std: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(stages - 1):
            layers += [Upsampling(width), nn.LayerNorm(width, eps=1e-6), nn.GELU()]
        layers += [Upsampling(width), nn.GELU()]
        self.layers = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, Upsampling):
                # GELU of a unit normal has a root mean square of 0.652, and halves small values.
                gain = 2 * std / 0.652 if layer is self.last else 1.0
                set_initial_std(layer, gain * width**-0.5)

    @property
    def last(self) -> Upsampling:
        """The upsampling that :meth:`trunk` leaves out."""
        layer: Upsampling = self.layers[-2]
        return layer

    def order_weights(self) -> None:
        """Order the weights in memory for inference; their values and shapes stay."""
        for layer in self.layers:
            if isinstance(layer, Upsampling):
                layer.order_weights()

    def trunk(self, tokens: Tensor) -> Tensor:
        """Everything before the last upsampling: ``(B, N, D)`` -> ``(B, h, w, D)``."""
        side = round(tokens.shape[1] ** 0.5)
        grid = tokens.view(tokens.shape[0], side, side, tokens.shape[2])
        return self.layers[:-2](grid)

    def forward(self, tokens: Tensor) -> Tensor:
        """``(B, N, D)`` image tokens of a square grid -> ``(B, D, 2h, 2w)`` refined map."""
        return self.layers[-2:](self.trunk(tokens)).permute(0, 3, 1, 2)

    def pool(self, trunk: Tensor, weights: Tensor) -> Tensor:
        """Mask-pool one picture's refined map; cells that no mask touches are not computed.

        Args:
            trunk: ``(h, w, D)``, from :meth:`trunk`.
            weights: ``(M, 2h, 2w)`` float32.

        Returns:
            ``(M, D)``, equal to pooling :meth:`forward`'s map.
        """
        height, width, channels = trunk.shape
        count = weights.shape[0]
        split = weights.view(count, height, 2, width, 2).permute(0, 1, 3, 2, 4)
        split = split.reshape(count, height * width, 4)
        used = (split != 0).any(0).any(-1).nonzero().squeeze(-1)
        fine = self.layers[-1](self.last.cells(trunk.reshape(-1, channels)[used]))
        return weighted_mean(fine.reshape(-1, channels), split[:, used].reshape(count, -1))


class IdentityRefiner(nn.Module):
    """Image tokens pooled as they are, at their coarse grid: the baseline of refining."""

    def order_weights(self) -> None:
        """Nothing to do: there are no weights."""

    def trunk(self, tokens: Tensor) -> Tensor:
        """``(B, N, D)`` image tokens -> ``(B, h, w, D)``."""
        side = round(tokens.shape[1] ** 0.5)
        return tokens.view(tokens.shape[0], side, side, tokens.shape[2])

    def forward(self, tokens: Tensor) -> Tensor:
        """``(B, N, D)`` image tokens -> ``(B, D, h, w)``."""
        return self.trunk(tokens).permute(0, 3, 1, 2)

    def pool(self, trunk: Tensor, weights: Tensor) -> Tensor:
        """``(h, w, D)`` and ``(M, h, w)`` -> ``(M, D)``."""
        return weighted_mean(trunk.flatten(0, 1), weights.flatten(1))


def weighted_mean(features: Tensor, weights: Tensor) -> Tensor:
    """``(N, D)`` features, ``(M, N)`` weights -> ``(M, D)``; zero where all weights are zero."""
    weights = weights.float()
    total = weights.sum(1, keepdim=True) + 1e-8
    return ((weights @ features.float()) / total).to(features.dtype)


def mask_weights(masks: Tensor, grid: int) -> tuple[Tensor, Tensor]:
    """Resize masks to the refined map as in training: bilinear, no antialias, half-pixel centres.

    A small mask can fall between the samples and vanish. Its weights then come from an area resize,
    so that it still covers its place, and it is reported.

    Args:
        masks: ``(M, H, W)``, any dtype, values in [0, 1]; ``(M, grid, grid)`` is taken as it is.
        grid: side of the refined map.

    Returns:
        Weights ``(M, grid, grid)`` float32, and ``(M,)`` bool: which masks had vanished.
    """
    if masks.shape[1:] == (grid, grid):
        weights = masks.float()
    else:
        top, bottom, dy = _samples(masks.shape[1], grid, masks.device)
        left, right, dx = _samples(masks.shape[2], grid, masks.device)
        upper, lower = masks[:, top], masks[:, bottom]
        dy = dy[:, None]
        weights = (1 - dy) * ((1 - dx) * upper[:, :, left] + dx * upper[:, :, right])
        weights = weights + dy * ((1 - dx) * lower[:, :, left] + dx * lower[:, :, right])
    vanished = weights.sum((1, 2)) == 0
    if bool(vanished.any()):
        weights = weights.clone()
        area = F.adaptive_avg_pool2d(masks[vanished].float()[:, None], grid)[:, 0]
        weights[vanished] = area
    return weights, vanished


def _samples(size: int, grid: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """The two source indexes and the fraction between them of each output cell."""
    centre = (torch.arange(grid, device=device, dtype=torch.float32) + 0.5) * (size / grid) - 0.5
    centre = centre.clamp(min=0)
    low = centre.long()
    high = (low + 1).clamp(max=size - 1)
    return low, high, centre - low
