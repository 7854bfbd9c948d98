# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The mini with fresh weights; reading and writing of modules between stages; export."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, PreTrainedTokenizerFast, SiglipVisionConfig

from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT
from smolrgpt_ros.model.preprocessing.processor import (
    IMAGE_TOKEN,
    MASK_DEPTH_TOKEN,
    MASK_GEOMETRY_TOKEN,
    MASK_RGB_TOKEN,
    SmolRGPTProcessor,
)

from .recipe import MiniRecipe
from .tokenizer import HEADINGS, LIST_SEPARATORS, REGION_NAMES

_STD = 0.05
"""Embeddings of a 192-wide decoder start larger than the 0.02 of wide ones."""


def build_mini(
    recipe: MiniRecipe, tokenizer: PreTrainedTokenizerFast
) -> tuple[SmolRGPTForConditionalGeneration, SmolRGPTProcessor]:
    """A model with fresh weights and its processor, sized by the recipe."""
    torch.manual_seed(recipe.seed)
    ids = {token: int(tokenizer.vocab[token]) for token in tokenizer.all_special_tokens}
    config = SmolRGPTConfig(
        vision_config=SiglipVisionConfig(**recipe.vision, hidden_act="gelu_pytorch_tanh"),
        text_config=LlamaConfig(
            **recipe.decoder,
            vocab_size=len(tokenizer),
            max_position_embeddings=1024,
            rms_norm_eps=1e-5,
            initializer_range=_STD,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        ),
        refiner_stages=recipe.refiner_stages,
        geometry_features=FEATURE_COUNT,
        picture_geometry=True,
        region_relations=REGION_NAMES,
        region_name_token_id=int(tokenizer.convert_tokens_to_ids(" [Region 0]")),
        region_names=REGION_NAMES,
        heading_token_ids=[int(tokenizer.convert_tokens_to_ids(word)) for word in HEADINGS],
        question_labels=list(recipe.named),
        list_separator_token_ids=[int(tokenizer.vocab[sign]) for sign in LIST_SEPARATORS],
        image_token_id=ids[IMAGE_TOKEN],
        mask_rgb_token_id=ids[MASK_RGB_TOKEN],
        mask_depth_token_id=ids[MASK_DEPTH_TOKEN],
        mask_geometry_token_id=ids[MASK_GEOMETRY_TOKEN],
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = SmolRGPTForConditionalGeneration(config)
    return model, SmolRGPTProcessor.for_config(config, tokenizer)


def load_finished(model: SmolRGPTForConditionalGeneration, folder: Path) -> None:
    """Gives a model the weights of a finished one of the same sizes.

    Args:
        folder: as :func:`export` writes it.

    Raises:
        ValueError: on other sizes; torch's error, its cause, names the tensors.
    """
    finished = SmolRGPTForConditionalGeneration.from_pretrained(folder).float()
    try:
        model.load_state_dict(finished.state_dict())
    except RuntimeError as error:
        raise ValueError(
            f"{folder} holds a model of other sizes than the recipe's; "
            "set --continue-from to one of its sizes"
        ) from error


def save_part(module: torch.nn.Module, path: Path) -> None:
    """Writes a module's tensors as safetensors."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous().clone() for k, v in module.state_dict().items()}, path)


def load_part(module: torch.nn.Module, path: Path) -> None:
    """Reads what :func:`save_part` wrote.

    Raises:
        FileNotFoundError: if the stage before has not run.
        RuntimeError: on tensors that do not fit the module (torch names them).
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: run the stage that makes it first")
    module.load_state_dict(load_file(path))


def export(
    model: SmolRGPTForConditionalGeneration, processor: SmolRGPTProcessor, out: Path
) -> None:
    """Writes the model folder that ships: float16 safetensors, config, tokenizer, processor."""
    model.half().save_pretrained(out)
    processor.save_pretrained(out)
    model.float()
