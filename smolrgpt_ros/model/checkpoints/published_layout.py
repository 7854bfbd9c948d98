"""The published layout: its config keys and tensor names, and ours for them."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor

from ..architecture.config import SmolRGPTConfig
from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration


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


def published_config(config: SmolRGPTConfig, stage: str = "sft") -> dict[str, Any]:
    """The published ``config.json`` of our config.

    Raises:
        ValueError: for a model that the published layout cannot hold, saying why.
    """
    vision, text = config.vision, config.text
    if config.geometry_features:
        raise ValueError(
            f"the published layout has no geometry encoder, the model has one with "
            f"{config.geometry_features} features"
        )
    if config.region_names:
        raise ValueError(
            f"in the published layout names carry nothing, here those of {config.region_names} "
            "regions carry their features"
        )
    if config.refiner_stages != 3:
        raise ValueError(f"the published refiner has 3 stages, found {config.refiner_stages}")
    base = text.vocab_size - len(_TOKENS)
    ids = (config.image_token_id, config.mask_rgb_token_id, config.mask_depth_token_id)
    if ids != (base, base + 1, base + 2):
        raise ValueError(
            f"the published placeholders are the last three tokens, from {base}; found {ids}"
        )
    model = "HuggingFaceTB/SmolLM2-360M-Instruct"
    return {
        "vit_hidden_dim": vision.hidden_size,
        "vit_inter_dim": vision.intermediate_size,
        "vit_patch_size": vision.patch_size,
        "vit_img_size": vision.image_size,
        "vit_n_heads": vision.num_attention_heads,
        "vit_dropout": 0.0,
        "vit_n_blocks": vision.num_hidden_layers,
        "vit_ln_eps": vision.layer_norm_eps,
        "vit_cls_flag": False,
        "vit_model_type": "google/siglip2-base-patch16-256",
        "lm_hidden_dim": text.hidden_size,
        "lm_inter_dim": text.intermediate_size,
        "lm_rms_eps": text.rms_norm_eps,
        "lm_re_base": int(_rope_theta(config)),
        "lm_max_position_embeddings": text.max_position_embeddings,
        "lm_base_vocab_size": base,
        "extra_token_amount": len(_TOKENS),
        "lm_vocab_size": text.vocab_size,
        "lm_n_heads": text.num_attention_heads,
        "lm_n_kv_heads": text.num_key_value_heads,
        "lm_dropout": 0.0,
        "lm_n_blocks": text.num_hidden_layers,
        "lm_attn_scaling": 1.0,
        "lm_max_length": 512,
        "lm_use_tokens": False,
        "lm_tie_weights": True,
        "lm_model_type": model,
        "lm_tokenizer": model,
        "lm_eos_token_id": 0,
        "mp_pixel_shuffle_factor": config.pixel_shuffle_factor,
        "mp_image_token_length": config.image_token_count,
        "vlm_extra_tokens": _TOKENS,
        "vlm_load_backbone_weights": True,
        "vlm_restore_previous_state": True,
        "vlm_checkpoint_path": "checkpoints/vlm_checkpoints",
        "hf_repo_name": None,
        "stage": stage,
    }


_TOKENS = {
    "image_token": "<|image|>",
    "mask_rgb_token": "<mask_rgb>",
    "mask_depth_token": "<mask_depth>",
}
INVERSE_FREQUENCIES = "decoder.rotary_embd.inv_freq"


def _rope_theta(config: SmolRGPTConfig) -> float:
    rope = config.text.rope_parameters
    assert rope is not None
    return float(rope["rope_theta"])  # type: ignore[arg-type]


def inverse_frequencies(config: SmolRGPTConfig) -> Tensor:
    """The rotary buffer that published checkpoints hold beside their weights."""
    head_dim = config.text.hidden_size // config.text.num_attention_heads
    exponents = torch.arange(0, head_dim, 2, dtype=torch.float32) / head_dim
    return 1.0 / (_rope_theta(config) ** exponents)


def published_shapes(config: SmolRGPTConfig) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor in a published file of this size."""
    with torch.device("meta"):
        ours = SmolRGPTForConditionalGeneration(config).state_dict()
    shapes: dict[str, tuple[int, ...]] = {}
    for name, parts in published_names(list(ours)).items():
        rows = sum(ours[part].shape[0] for part in parts)
        shapes[name] = (rows, *ours[parts[0]].shape[1:])
        if name.endswith("position_embedding"):
            shapes[name] = (1, *shapes[name])
    shapes[INVERSE_FREQUENCIES] = tuple(inverse_frequencies(config).shape)
    return shapes
