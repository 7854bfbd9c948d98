# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The published ``config.json``, converted to and from ``SmolRGPTConfig``."""

from __future__ import annotations

from typing import Any

from ..architecture.config import SmolRGPTConfig
from ..architecture.placeholders import TokenKind

LANGUAGE_MODEL = "HuggingFaceTB/SmolLM2-360M-Instruct"
"""Decoder and tokenizer that the published model started from."""

_TOKENS = {
    "image_token": TokenKind.IMAGE.value,
    "mask_rgb_token": TokenKind.RGB.value,
    "mask_depth_token": TokenKind.DEPTH.value,
}
_REQUIRED = (
    "vit_hidden_dim vit_inter_dim vit_patch_size vit_img_size vit_n_heads vit_n_blocks vit_ln_eps "
    "lm_hidden_dim lm_inter_dim lm_rms_eps lm_re_base lm_max_position_embeddings lm_vocab_size "
    "lm_base_vocab_size lm_n_heads lm_n_kv_heads lm_n_blocks mp_pixel_shuffle_factor"
).split()
_FIXED = {"vit_cls_flag": False, "lm_tie_weights": True, "lm_attn_scaling": 1.0}
"""Settings that this architecture has one value of."""


def config_from_published(values: dict[str, Any]) -> SmolRGPTConfig:
    """Our config of a published ``config.json``; every size comes from it.

    Raises:
        ValueError: naming the keys that are missing, or a setting this model does not have.
    """
    missing = [key for key in _REQUIRED if key not in values]
    if missing:
        raise ValueError(f"the published config lacks {', '.join(missing)}")
    for key, expected in _FIXED.items():
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


def published_config(config: SmolRGPTConfig) -> dict[str, Any]:
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
        "lm_re_base": int(rope_theta(config)),
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
        "lm_model_type": LANGUAGE_MODEL,
        "lm_tokenizer": LANGUAGE_MODEL,
        "lm_eos_token_id": 0,
        "mp_pixel_shuffle_factor": config.pixel_shuffle_factor,
        "mp_image_token_length": config.image_token_count,
        "vlm_extra_tokens": _TOKENS,
        "vlm_load_backbone_weights": True,
        "vlm_restore_previous_state": True,
        "vlm_checkpoint_path": "checkpoints/vlm_checkpoints",
        "hf_repo_name": None,
        "stage": "sft",
    }


def rope_theta(config: SmolRGPTConfig) -> float:
    """Base of the decoder's rotary position embedding."""
    rope = config.text.rope_parameters
    assert rope is not None
    return float(rope["rope_theta"])
