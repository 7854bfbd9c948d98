# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The Llama decoder for generation: the same weights, fewer operations.

Projections of the same input are one product, grouped heads are not expanded, and the cache is one
preallocated tensor in which every token lies at its own position: a token attends to what lies
before it, also behind a cached prefix and in a batch of questions of different length. Padding
lies behind its question, so no token attends to it before it is overwritten, and a token that is
taken back needs no trace of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaDecoderLayer

from .products import VectorLinear, in_fast_order, replace_linear, vectors_are_faster
from .quantisation import quantise

_Order = Callable[[Tensor], Tensor]


@dataclass
class KeyValueCache:
    """Keys and values of ``B`` sequences at positions 0 to ``S - 1``.

    Args:
        keys, values: ``(layers, B, KV, S, head_dim)``.
        rotation: cosine and sine of each position's angles, ``(S, head_dim)``, for ``_rotate``.
    """

    keys: Tensor
    values: Tensor
    rotation: tuple[Tensor, Tensor]

    def select(self, rows: Tensor) -> KeyValueCache:
        """The cache of some of the sequences."""
        return KeyValueCache(self.keys[:, rows], self.values[:, rows], self.rotation)

    @property
    def nbytes(self) -> int:
        tensors = (self.keys, self.values, *self.rotation)
        return sum(t.numel() * t.element_size() for t in tensors)


class _Layer(nn.Module):
    """One decoder block with fused projections, made of the original block's weights."""

    def __init__(
        self, block: LlamaDecoderLayer, heads: int, groups: int, head_dim: int, ordered: bool
    ) -> None:
        super().__init__()
        order: _Order = in_fast_order if ordered else nn.Identity()
        attention, mlp = block.self_attn, block.mlp
        self.heads, self.groups, self.head_dim = heads, groups, head_dim
        self.qkv = _fuse(order, attention.q_proj, attention.k_proj, attention.v_proj)
        self.out = _ordered(order, attention.o_proj)
        self.gate_up = _fuse(order, mlp.gate_proj, mlp.up_proj)
        self.down = _ordered(order, mlp.down_proj)
        self.norm1, self.norm2 = block.input_layernorm.weight, block.post_attention_layernorm.weight
        self.eps = block.input_layernorm.variance_epsilon

    def forward(
        self,
        x: Tensor,
        rotation: tuple[Tensor, Tensor],
        mask: Tensor,
        keys: Tensor,
        values: Tensor,
        positions: Tensor,
    ) -> Tensor:
        batch, length, width = x.shape
        heads, groups, size = self.heads, self.groups, self.head_dim
        fused = self.qkv(F.rms_norm(x, (width,), self.norm1, self.eps))
        turned, v = fused.view(batch, length, -1, size).split((heads + groups, groups), 2)
        q, k = _rotate(turned, rotation).split((heads, groups), 2)
        places = positions[:, None, :, None].expand(batch, groups, length, size)
        keys.scatter_(2, places, k.transpose(1, 2))
        values.scatter_(2, places, v.transpose(1, 2))
        # Query heads that share a key head become further rows of that head: nothing is expanded.
        q = q.view(batch, length, groups, -1, size).permute(0, 2, 3, 1, 4)
        q = q.reshape(batch, groups, -1, size)
        y = F.scaled_dot_product_attention(q, keys, values, mask)
        y = y.view(batch, groups, -1, length, size).permute(0, 3, 1, 2, 4)
        x = x + self.out(y.reshape(batch, length, heads * size))
        gate, up = self.gate_up(F.rms_norm(x, (width,), self.norm2, self.eps)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


class FusedDecoder(nn.Module):
    """Decoder for inference.

    Args:
        llama: fused block by block, so that no more than one block is in memory twice; its own
            projections become views of the fused ones and still work.
        weights: number type of the projections' weights (see ``quantisation``); the original's
            projections are then emptied, and it no longer works. ``None``: unchanged.

    Attributes:
        vectors: a single row is multiplied as a vector, which was measured to be faster here.
    """

    def __init__(self, llama: LlamaForCausalLM, weights: torch.dtype | None = None) -> None:
        super().__init__()
        config = llama.config
        self.heads = config.num_attention_heads
        self.groups = config.num_key_value_heads or self.heads
        self.head_dim = config.head_dim or config.hidden_size // config.num_attention_heads
        self.layers = nn.ModuleList()
        for block in llama.model.layers:
            layer = _Layer(block, self.heads, self.groups, self.head_dim, weights is None)
            self.layers.append(layer if weights is None else _quantised(layer, block, weights))
        self.embedding = llama.model.embed_tokens
        self.norm, self.eps = llama.model.norm.weight, llama.model.norm.variance_epsilon
        self.head: nn.Module = _linear(self.embedding.weight)
        if weights is not None:
            self.head = quantise(self.head, weights)
        down = llama.model.layers[0].mlp.down_proj.weight
        self.vectors = weights is None and vectors_are_faster(down)
        if self.vectors:
            replace_linear(self.layers, VectorLinear)
            self.head = replace_linear(self.head, VectorLinear)
        rotary = llama.model.rotary_emb
        assert isinstance(rotary.inv_freq, Tensor)
        self.inverse_wavelengths: Tensor
        self.register_buffer("inverse_wavelengths", rotary.inv_freq.float(), persistent=False)
        self.scaling = rotary.attention_scaling

    @property
    def dtype(self) -> torch.dtype:
        return self.norm.dtype

    def new_cache(self, batch: int, length: int) -> KeyValueCache:
        """A cache on the decoder's device for sequences of up to ``length`` tokens."""
        shape = (len(self.layers), batch, self.groups, length, self.head_dim)
        device = self.norm.device
        return KeyValueCache(
            torch.zeros(shape, dtype=self.dtype, device=device),
            torch.zeros(shape, dtype=self.dtype, device=device),
            self._rotation(length),
        )

    def forward(self, embeds: Tensor, positions: Tensor, cache: KeyValueCache, used: int) -> Tensor:
        """Run new tokens; their keys and values go into the cache at their positions.

        Args:
            embeds: ``(B, T, D)``.
            positions: ``(B, T)``, of each token in its own sequence; everything before is cached.
            cache: written to.
            used: positions ``0 .. used - 1`` are attended to; at least ``positions.max() + 1``.

        Returns:
            ``(B, T, D)`` hidden states after the last norm.
        """
        mask = self._mask(positions, used, embeds)
        cos, sin = cache.rotation
        rotation = cos[positions][:, :, None], sin[positions][:, :, None]
        keys = cache.keys[:, :, :, :used].unbind()
        values = cache.values[:, :, :, :used].unbind()
        x = embeds
        for index, layer in enumerate(self.layers):
            x = layer(x, rotation, mask, keys[index], values[index], positions)
        return F.rms_norm(x, self.norm.shape, self.norm, self.eps)

    def _mask(self, positions: Tensor, used: int, like: Tensor) -> Tensor:
        """Summand of the attention scores: ``(B, 1, rows of a key head, used)``."""
        batch, length = positions.shape
        later = torch.arange(used, device=positions.device) > positions[..., None]
        # As numbers, made once: attention would convert booleans in every layer.
        added = torch.zeros_like(later, dtype=like.dtype).masked_fill_(later, -torch.inf)
        added = added[:, None].expand(batch, self.heads // self.groups, length, used)
        return added.reshape(batch, 1, -1, used)

    def _rotation(self, length: int) -> tuple[Tensor, Tensor]:
        """Cosine and sine of the angles of positions ``0 .. length - 1``, for a cache."""
        positions = torch.arange(length, device=self.norm.device)
        angles = positions[:, None].float() * self.inverse_wavelengths
        cos, sin = angles.cos() * self.scaling, angles.sin() * self.scaling
        cos, sin = torch.cat((cos, cos), -1), torch.cat((-sin, sin), -1)
        return cos.to(self.dtype), sin.to(self.dtype)

    def logits(self, hidden: Tensor) -> Tensor:
        """``(..., D)`` hidden states -> ``(..., V)`` float32."""
        return self.head(hidden).float()


def _rotate(x: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Rotary position embedding of ``(B, T, heads, head_dim)``: halves are swapped.

    The sine of the first half is negative, which is the sign of the second half there.
    """
    cos, sin = rotation  # (B, T, 1, head_dim)
    return torch.addcmul(x * cos, x.roll(x.shape[-1] // 2, -1), sin)


def _linear(weight: Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
    layer.weight = weight if isinstance(weight, nn.Parameter) else nn.Parameter(weight)
    return layer


def _ordered(order: _Order, part: nn.Linear) -> nn.Linear:
    """The layer, its weight ordered in memory for the steps; the original shares it."""
    part.weight.data = order(part.weight.data)
    return _linear(part.weight)


def _fuse(order: _Order, *parts: nn.Linear) -> nn.Linear:
    """One linear layer with the parts' outputs side by side; the parts become views of it."""
    rows = [part.weight.shape[0] for part in parts]
    fused = order(torch.cat([part.weight.data for part in parts]))
    for part, view in zip(parts, fused.split(rows), strict=True):
        part.weight = nn.Parameter(view, requires_grad=False)
    return _linear(nn.Parameter(fused, requires_grad=False))


def _quantised(layer: _Layer, block: LlamaDecoderLayer, weights: torch.dtype) -> _Layer:
    layer.qkv, layer.out = quantise(layer.qkv, weights), quantise(layer.out, weights)
    layer.gate_up, layer.down = quantise(layer.gate_up, weights), quantise(layer.down, weights)
    for module in block.modules():
        if isinstance(module, nn.Linear):
            empty = torch.empty(0, dtype=module.weight.dtype)
            module.weight = nn.Parameter(empty, requires_grad=False)
    return layer
