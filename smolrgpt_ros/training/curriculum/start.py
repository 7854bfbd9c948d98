# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The model a stage starts from: a folder, two backbones, or random weights."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    SiglipVisionModel,
)

from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.checkpoints.loading import load_model
from smolrgpt_ros.model.preprocessing.processor import (
    IMAGE_TOKEN,
    MASK_DEPTH_TOKEN,
    MASK_RGB_TOKEN,
    TURN_END,
    SmolRGPTProcessor,
)

from .stage_recipe import ModelPlan


def starting_model(
    plan: ModelPlan,
) -> tuple[SmolRGPTForConditionalGeneration, SmolRGPTProcessor]:
    """The model and its processor, float32; nothing is fetched from a network.

    Raises:
        FileNotFoundError: if a folder or the tokenizer is missing.
    """
    if plan.fresh is not None:
        return from_sizes(plan.fresh)
    if plan.folder is None:
        assert plan.vision is not None and plan.language is not None
        return from_backbones(plan.vision, plan.language)
    folder = Path(plan.folder)
    if not folder.exists():
        raise FileNotFoundError(
            f"model.folder not found: {folder}; train the stage that writes it first, or set "
            "model.folder of the recipe"
        )
    model = load_model(folder)
    if (folder / "processor_config.json").is_file():
        return model, SmolRGPTProcessor.from_pretrained(folder)
    tokenizer = _tokenizer(plan.tokenizer or folder)
    return model, SmolRGPTProcessor.for_config(model.config, tokenizer)


def from_backbones(
    vision: str | Path, language: str | Path
) -> tuple[SmolRGPTForConditionalGeneration, SmolRGPTProcessor]:
    """A SigLIP tower and a Llama decoder with its tokenizer, joined by fresh connectors.

    The three placeholder tokens are added to the vocabulary; their embeddings are never used, as
    features replace them.

    Raises:
        FileNotFoundError: if a backbone or the tokenizer is missing.
        ValueError: if the decoder's head is not its embedding.
    """
    for folder, key in ((vision, "model.vision"), (language, "model.language")):
        if not (Path(folder) / "config.json").is_file():
            raise FileNotFoundError(
                f"no backbone in {folder}: {Path(folder) / 'config.json'} is missing; fetch it "
                f"(nothing is fetched here), or set {key} of the recipe"
            )
    tower = SiglipVisionModel.from_pretrained(str(vision), local_files_only=True)
    decoder = LlamaForCausalLM.from_pretrained(str(language), local_files_only=True)
    if not decoder.config.tie_word_embeddings:
        raise ValueError(f"{language}: the decoder must have tie_word_embeddings, found false")
    tokenizer = _tokenizer(language)
    ids = _placeholders(tokenizer)
    decoder.resize_token_embeddings(max(len(tokenizer), decoder.config.vocab_size))
    config = SmolRGPTConfig(
        vision_config=tower.config.to_dict(), text_config=decoder.config.to_dict(), **ids
    )
    model = SmolRGPTForConditionalGeneration(config)
    wanted = model.vision_tower.state_dict()
    found = tower.state_dict()
    # A backbone may bring a pooling head, which is not part of this model.
    model.vision_tower.load_state_dict({name: found[name] for name in wanted})
    model.language_model.load_state_dict(decoder.state_dict())
    return model, SmolRGPTProcessor.for_config(config, tokenizer)


def from_sizes(
    tokenizer: str | Path,
) -> tuple[SmolRGPTForConditionalGeneration, SmolRGPTProcessor]:
    """The published sizes with random weights.

    Raises:
        FileNotFoundError: if the tokenizer is missing.
    """
    words = _tokenizer(tokenizer)
    config = SmolRGPTConfig(**_placeholders(words))
    return SmolRGPTForConditionalGeneration(config), SmolRGPTProcessor.for_config(config, words)


def _placeholders(tokenizer: PreTrainedTokenizerFast) -> dict[str, int]:
    """Adds the placeholder tokens to a tokenizer; returns their ids as arguments of the config."""
    added = [IMAGE_TOKEN, MASK_RGB_TOKEN, MASK_DEPTH_TOKEN]
    tokenizer.add_special_tokens({"additional_special_tokens": added})
    image, rgb, depth, end = tokenizer.convert_tokens_to_ids([*added, TURN_END])
    return {
        "image_token_id": image,
        "mask_rgb_token_id": rgb,
        "mask_depth_token_id": depth,
        "eos_token_id": end,
        "pad_token_id": end,
    }


def _tokenizer(folder: str | Path) -> PreTrainedTokenizerFast:
    if not (Path(folder) / "tokenizer.json").is_file():
        raise FileNotFoundError(
            f"{Path(folder) / 'tokenizer.json'} is missing; set model.tokenizer to a folder with it"
        )
    return PreTrainedTokenizerFast.from_pretrained(str(folder), local_files_only=True)
