"""Checkpoints in the published layout: names, sizes, reading and writing them."""

from __future__ import annotations

import re
from typing import Any

from .config import SmolRGPTConfig


def config_from_published(values: dict[str, Any]) -> SmolRGPTConfig:
    """Our config of a published ``config.json``; every size comes from it.

    Raises:
        ValueError: naming the keys that are missing, or a setting this model does not have.
    """
    needed = (
        "vit_hidden_dim vit_inter_dim vit_patch_size vit_img_size vit_n_heads vit_n_blocks "
        "vit_ln_eps "
        "lm_hidden_dim lm_inter_dim lm_rms_eps lm_re_base lm_max_position_embeddings lm_vocab_size "
        "lm_base_vocab_size lm_n_heads lm_n_kv_heads lm_n_blocks mp_pixel_shuffle_factor"
    ).split()
    missing = [key for key in needed if key not in values]
    if missing:
        raise ValueError(f"the published config lacks {', '.join(missing)}")
    unsupported = {"vit_cls_flag": False, "lm_tie_weights": True, "lm_attn_scaling": 1.0}
    for key, expected in unsupported.items():
        if values.get(key, expected) != expected:
            raise ValueError(f"the published config has {key}={values[key]}, expected {expected}")
    first = values["lm_base_vocab_size"]
    return SmolRGPTConfig(
        vision_config={
            "hidden_size": values["vit_hidden_dim"],
            "intermediate_size": values["vit_inter_dim"],
            "num_hidden_layers": values["vit_n_blocks"],
            "num_attention_heads": values["vit_n_heads"],
            "image_size": values["vit_img_size"],
            "patch_size": values["vit_patch_size"],
            "layer_norm_eps": values["vit_ln_eps"],
            "hidden_act": "gelu_pytorch_tanh",
            "vision_use_head": False,
        },
        text_config={
            "hidden_size": values["lm_hidden_dim"],
            "intermediate_size": values["lm_inter_dim"],
            "num_hidden_layers": values["lm_n_blocks"],
            "num_attention_heads": values["lm_n_heads"],
            "num_key_value_heads": values["lm_n_kv_heads"],
            "vocab_size": values["lm_vocab_size"],
            "rms_norm_eps": values["lm_rms_eps"],
            "rope_parameters": {"rope_type": "default", "rope_theta": float(values["lm_re_base"])},
            "max_position_embeddings": values["lm_max_position_embeddings"],
            "tie_word_embeddings": True,
            "bos_token_id": 1,
            "eos_token_id": 2,
        },
        pixel_shuffle_factor=values["mp_pixel_shuffle_factor"],
        image_token_id=first,
        mask_rgb_token_id=first + 1,
        mask_depth_token_id=first + 2,
    )


_NAMES = (  # published name, ours; {} is a block number
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
_Pairs = tuple[tuple[str, str], ...]
_INSIDE_DECODER: _Pairs = (
    (".attn.out_proj.", ".self_attn.o_proj."),
    (".attn.", ".self_attn."),
    (".norm1.", ".input_layernorm."),
    (".norm2.", ".post_attention_layernorm."),
)
_INSIDE_TOWER: _Pairs = (
    (".attn.", ".self_attn."),
    (".ln1.", ".layer_norm1."),
    (".ln2.", ".layer_norm2."),
)


def our_names(published: str) -> tuple[str, ...]:
    """Our parameter(s) that a published tensor holds: three for a fused ``qkv_proj``.

    Raises:
        KeyError: for a name the published layout does not have.
    """
    for theirs, ours in _NAMES:
        if not published.startswith(theirs):
            continue
        name = ours + published[len(theirs) :]
        inside: _Pairs = _INSIDE_DECODER if theirs.startswith("decoder.blocks") else ()
        inside = _INSIDE_TOWER if theirs.startswith("vision_encoder.blocks") else inside
        for old, new in inside:
            if old in name:
                name = name.replace(old, new)
                break
        if ".qkv_proj." in name:
            return tuple(name.replace("qkv_proj", f"{part}_proj") for part in "qkv")
        return (name,)
    raise KeyError(published)


def published_names(ours: list[str]) -> dict[str, tuple[str, ...]]:
    """Published name -> our names, for all our parameters (``inv_freq`` is not one)."""
    result: dict[str, tuple[str, ...]] = {}
    for name in ours:
        if name == "language_model.lm_head.weight":
            continue
        theirs = _published_name(name)
        result[theirs] = our_names(theirs)
    return result


def _published_name(name: str) -> str:
    for theirs, ours in _NAMES:
        if name.startswith(ours):
            name = theirs + name[len(ours) :]
            inside: _Pairs = _INSIDE_DECODER if theirs.startswith("decoder.blocks") else ()
            inside = _INSIDE_TOWER if theirs.startswith("vision_encoder.blocks") else inside
            if inside is _INSIDE_TOWER:
                name = re.sub(r"\.self_attn\.[qkv]_proj\.", ".self_attn.qkv_proj.", name)
            for old, new in inside:
                if new in name:
                    return name.replace(new, old)
            return name
    raise KeyError(name)
