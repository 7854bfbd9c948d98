# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Tensors of the published layout: their names and shapes, and conversion of state dictionaries.

A published file holds one fused ``qkv_proj`` per attention of the vision tower, the tied embedding
once, as ``decoder.head.weight``, and the rotary frequencies, which are a buffer here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import torch
from torch import Tensor

from ..architecture.config import SmolRGPTConfig
from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from .published_config import rope_theta

INVERSE_FREQUENCIES = "decoder.rotary_embd.inv_freq"
EMBEDDING, HEAD = "language_model.model.embed_tokens.weight", "language_model.lm_head.weight"
"""Names of the tied weight in our state dictionaries."""

_POSITIONS = "position_embedding"
"""End of the name of a tensor that has a leading dimension of one in published files."""

_NAMES = (  # start of the published name, and of this package's
    ("MP.proj.weight", "rgb_connector.proj.weight"),
    ("MP_depth.proj.weight", "depth_connector.proj.weight"),
    ("rgb_refiner.refiner.", "rgb_refiner.layers."),
    ("depth_refiner.refiner.", "depth_refiner.layers."),
    ("decoder.head.weight", "language_model.model.embed_tokens.weight"),
    ("decoder.norm.", "language_model.model.norm."),
    ("decoder.blocks.", "language_model.model.layers."),
    ("vision_encoder.blocks.", "vision_tower.encoder.layers."),
    ("vision_encoder.layer_norm.", "vision_tower.post_layernorm."),
    ("vision_encoder.patch_embedding.conv.", "vision_tower.embeddings.patch_embedding."),
    (
        "vision_encoder.patch_embedding.position_embedding",
        "vision_tower.embeddings.position_embedding.weight",
    ),
)
_INSIDE_DECODER = (
    (".attn.out_proj.", ".self_attn.o_proj."),
    (".attn.", ".self_attn."),
    (".norm1.", ".input_layernorm."),
    (".norm2.", ".post_attention_layernorm."),
)
_INSIDE_TOWER = (
    (".attn.", ".self_attn."),
    (".ln1.", ".layer_norm1."),
    (".ln2.", ".layer_norm2."),
)


def _our_names(published: str) -> tuple[str, ...]:
    """Names of our parameters that a published tensor holds: three for a fused ``qkv_proj``.

    Raises:
        KeyError: for a name the published layout does not have.
    """
    for start, our_start in _NAMES:
        if published.startswith(start):
            name = our_start + published[len(start) :]
            for inside, our_inside in _names_inside(start):
                if inside in name:
                    name = name.replace(inside, our_inside)
                    break
            if ".qkv_proj." in name:
                return tuple(name.replace("qkv_proj", f"{part}_proj") for part in "qkv")
            return (name,)
    raise KeyError(published)


def published_names(ours: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Published name -> our names, for all our parameters (``inv_freq`` is not one)."""
    names = (_published_name(name) for name in ours if name != HEAD)
    return {name: _our_names(name) for name in names}


def _published_name(ours: str) -> str:
    for start, our_start in _NAMES:
        if ours.startswith(our_start):
            name = start + ours[len(our_start) :]
            if start.startswith("vision_encoder.blocks"):
                name = re.sub(r"\.self_attn\.[qkv]_proj\.", ".self_attn.qkv_proj.", name)
            for inside, our_inside in _names_inside(start):
                if our_inside in name:
                    return name.replace(our_inside, inside)
            return name
    raise KeyError(ours)


def _names_inside(start: str) -> tuple[tuple[str, str], ...]:
    """Names inside a block of the decoder or the tower: published, and ours."""
    if start.startswith("decoder.blocks"):
        return _INSIDE_DECODER
    return _INSIDE_TOWER if start.startswith("vision_encoder.blocks") else ()


def to_published(state: dict[str, Tensor], config: SmolRGPTConfig) -> dict[str, Tensor]:
    """Our state dictionary -> the published file's tensors."""
    tensors: dict[str, Tensor] = {}
    for name, parts in published_names(state).items():
        tensor = torch.cat([state[part] for part in parts]) if len(parts) > 1 else state[parts[0]]
        tensors[name] = (tensor[None] if name.endswith(_POSITIONS) else tensor).contiguous()
    tensors[INVERSE_FREQUENCIES] = inverse_frequencies(config)
    return tensors


def from_published(
    name: str, parts: tuple[str, ...], tensor: Tensor, dtype: torch.dtype | None
) -> dict[str, Tensor]:
    """One published tensor -> copies of our parameters ``parts`` that it holds.

    Args:
        name, parts: an entry of :func:`published_names`.
        tensor: the published one.
        dtype: of the copies; ``None`` keeps the tensor's.
    """
    tensor = tensor[0] if name.endswith(_POSITIONS) else tensor
    dtype = tensor.dtype if dtype is None else dtype
    chunks = tensor.chunk(len(parts))
    return {part: chunk.to(dtype, copy=True) for part, chunk in zip(parts, chunks, strict=True)}


def inverse_frequencies(config: SmolRGPTConfig) -> Tensor:
    """The rotary buffer that published checkpoints hold beside their weights."""
    head_dim = config.text.hidden_size // config.text.num_attention_heads
    exponents = torch.arange(0, head_dim, 2, dtype=torch.float32) / head_dim
    return 1.0 / (rope_theta(config) ** exponents)


def published_shapes(config: SmolRGPTConfig) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor in a published file of this size."""
    with torch.device("meta"):
        ours = SmolRGPTForConditionalGeneration(config).state_dict()
    shapes: dict[str, tuple[int, ...]] = {}
    for name, parts in published_names(ours).items():
        rows = sum(ours[part].shape[0] for part in parts)
        shapes[name] = (rows, *ours[parts[0]].shape[1:])
        if name.endswith(_POSITIONS):
            shapes[name] = (1, *shapes[name])
    shapes[INVERSE_FREQUENCIES] = tuple(inverse_frequencies(config).shape)
    return shapes
