# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""SmolRGPT: a SigLIP tower for RGB and depth, a Llama decoder, and region tokens between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn
from transformers import (
    Cache,
    GenerationMixin,
    LlamaForCausalLM,
    PreTrainedModel,
    SiglipVisionModel,
)
from transformers.modeling_outputs import CausalLMOutputWithPast

from ..geometry_tokens.encoder import GeometryEncoder
from ..geometry_tokens.features import FEATURE_COUNT, FEATURE_SCALES
from ..geometry_tokens.picture_geometry import PictureGeometry
from ..initialization import initialize
from .config import SmolRGPTConfig
from .layers import Connector, IdentityRefiner, Refiner
from .placeholders import PerSample
from .prompt_embedding import PromptEmbedding
from .region_names import NameMemory
from .vision_encoder import PictureBranch, VisionEncoder

_PROMPT_INPUTS = (  # a cached prompt already holds them
    "pixel_values",
    "depth_values",
    "patch_tokens",
    "depth_patch_tokens",
    "region_masks",
    "image_tokens",
    "region_rgb_tokens",
    "region_depth_tokens",
    "region_geometry",
)


@dataclass
class SmolRGPTOutput(CausalLMOutputWithPast):
    """Output of a forward pass.

    Args:
        vanished_masks: per sample ``(M,)`` bool, masks too small for the mask grid; ``None`` where
            this call pooled no masks.
        name_memory: features of region names; the next steps of a generation need it.
    """

    vanished_masks: list[Tensor | None] | None = None
    name_memory: NameMemory | None = None


class SmolRGPTForConditionalGeneration(PreTrainedModel, GenerationMixin):
    """SmolRGPT composed of a vision encoder, a prompt embedding and transformers' Llama decoder.

    The modules of the parts are registered here, under the names that saved tensors have; the parts
    themselves are made of them on access and hold nothing else.
    """

    config: SmolRGPTConfig
    config_class = SmolRGPTConfig
    main_input_name = "input_ids"
    input_modalities = ["image", "text"]  # noqa: RUF012
    base_model_prefix = ""
    _supports_sdpa = True
    _supports_attention_backend = True
    _tied_weights_keys = {  # noqa: RUF012
        "language_model.lm_head.weight": "language_model.model.embed_tokens.weight"
    }

    def __init__(self, config: SmolRGPTConfig) -> None:
        super().__init__(config)
        channels, width = config.vision.hidden_size, config.text.hidden_size
        std = config.text.initializer_range
        self.vision_tower = SiglipVisionModel(config.vision)
        self.rgb_connector = Connector(channels, config.pixel_shuffle_factor, width, std)
        self.depth_connector = Connector(channels, config.pixel_shuffle_factor, width, std)
        self.rgb_refiner = _refiner(config)
        self.depth_refiner = _refiner(config)
        features = config.geometry_features
        if features not in (0, FEATURE_COUNT):
            raise ValueError(
                f"geometry_features must be 0 or {FEATURE_COUNT}, found {features}: "
                "a model with other ones is of another version of this package; train it again, or "
                "take the one that comes with this version"
            )
        self.geometry_encoder: GeometryEncoder | None = None
        if features:
            self.geometry_encoder = GeometryEncoder(
                FEATURE_SCALES, width, std, config.region_relations
            )
        self.picture_geometry: PictureGeometry | None = None
        if config.picture_geometry:
            self.picture_geometry = PictureGeometry(width)
        self.language_model = LlamaForCausalLM(config.text)
        self.post_init()

    @property
    def vision_encoder(self) -> VisionEncoder:
        """The modules that turn pictures into tokens, as one part."""
        return VisionEncoder(
            tower=self.vision_tower,
            rgb=PictureBranch(self.rgb_connector, self.rgb_refiner),
            depth=PictureBranch(self.depth_connector, self.depth_refiner),
            mask_grid=self.config.mask_grid,
        )

    @property
    def prompt_embedding(self) -> PromptEmbedding:
        """The modules that turn prompts and features into the decoder's input, as one part."""
        return PromptEmbedding(
            config=self.config,
            words=self.get_input_embeddings(),
            geometry_encoder=self.geometry_encoder,
            picture_geometry=self.picture_geometry,
        )

    def _init_weights(self, module: nn.Module) -> None:
        initialize(module)

    def get_input_embeddings(self) -> nn.Module:
        return self.language_model.model.embed_tokens

    def set_input_embeddings(self, value: nn.Module) -> None:
        self.language_model.model.embed_tokens = value

    def get_output_embeddings(self) -> nn.Module:
        return self.language_model.lm_head

    def forward(
        self,
        input_ids: Tensor | None = None,
        pixel_values: Tensor | None = None,
        depth_values: Tensor | PerSample | None = None,
        region_masks: PerSample | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        region_geometry: PerSample | None = None,
        patch_tokens: Tensor | None = None,
        depth_patch_tokens: Tensor | PerSample | None = None,
        image_tokens: Tensor | PerSample | None = None,
        region_rgb_tokens: PerSample | None = None,
        region_depth_tokens: PerSample | None = None,
        name_memory: NameMemory | None = None,
        **kwargs: Any,
    ) -> SmolRGPTOutput:
        """Logits of every position, from pictures or from anything computed from them before.

        Args:
            input_ids: ``(B, T)``; only the new tokens where ``past_key_values`` holds a prefix.
            pixel_values, depth_values: ``(B, 3, S, S)``; depth may be a list with ``None`` entries.
            region_masks: per sample ``(M, H, W)`` array or tensor, or ``None``.
            attention_mask: ``(B, past + T)``, 0 for padding.
            labels: ``(B, T)``, -100 where no loss is wanted; shifted here.
            region_geometry: per sample ``(M, G)`` raw values, or ``None``.
            patch_tokens, depth_patch_tokens: tower output instead of pictures.
            image_tokens, region_rgb_tokens, region_depth_tokens: instead of pictures and masks.
            name_memory: from the output of the step that held the prompt.

        Raises:
            ValueError: where placeholders and features differ in number, or inputs clash.
        """
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("give either input_ids or inputs_embeds")
        vanished: list[Tensor | None] | None = None
        if pixel_values is not None:
            patch_tokens, depth_patch_tokens = self.vision_encoder.encode_both(
                pixel_values, depth_values
            )
        if patch_tokens is not None:
            if image_tokens is not None:
                raise ValueError("give pictures or image_tokens, not both")
            found = self.vision_encoder.picture_tokens(
                patch_tokens, depth_patch_tokens, region_masks
            )
            image_tokens = [tokens.image for tokens in found]
            region_rgb_tokens = [tokens.rgb for tokens in found]
            region_depth_tokens = [tokens.depth for tokens in found]
            vanished = [tokens.vanished for tokens in found]
        if input_ids is not None:
            given = (image_tokens, region_rgb_tokens, region_depth_tokens, region_geometry)
            cached = past_key_values is not None and past_key_values.get_seq_length() > 0
            if cached and all(tokens is None for tokens in given):
                inputs_embeds, name_memory = self._embed_next(input_ids, name_memory)
            else:
                inputs_embeds, name_memory = self.prompt_embedding.embed(input_ids, *given)
        output = self.language_model(
            inputs_embeds=inputs_embeds,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            use_cache=use_cache,
            logits_to_keep=logits_to_keep,
            **kwargs,
        )
        loss = None
        if labels is not None:
            flat = output.logits[:, :-1].flatten(0, 1).float()
            loss = F.cross_entropy(flat, labels[:, 1:].flatten(), ignore_index=-100)
        return SmolRGPTOutput(
            loss=loss,
            logits=output.logits,
            past_key_values=output.past_key_values,
            hidden_states=output.hidden_states,
            attentions=output.attentions,
            vanished_masks=vanished,
            name_memory=name_memory,
        )

    def _embed_next(
        self, input_ids: Tensor, name_memory: NameMemory | None
    ) -> tuple[Tensor, NameMemory | None]:
        """Embeddings of generated tokens: placeholders among them are words, as published."""
        embeds = self.get_input_embeddings()(input_ids)
        if name_memory is None:
            return embeds, None
        embeds, trace = self.prompt_embedding.add_name_features(embeds, input_ids, name_memory)
        return embeds, trace.at_end()

    def _update_model_kwargs_for_generation(
        self, outputs: Any, model_kwargs: dict[str, Any], *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        model_kwargs["name_memory"] = outputs.name_memory
        updated: dict[str, Any] = super()._update_model_kwargs_for_generation(
            outputs, model_kwargs, *args, **kwargs
        )
        return updated

    def prepare_inputs_for_generation(
        self,
        input_ids: Any,
        is_first_iteration: bool | None = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        inputs: dict[str, Any] = super().prepare_inputs_for_generation(
            input_ids, is_first_iteration=is_first_iteration, **kwargs
        )
        if not is_first_iteration and kwargs.get("use_cache", True):
            for name in _PROMPT_INPUTS:
                inputs.pop(name, None)
        return inputs


def _refiner(config: SmolRGPTConfig) -> Refiner | IdentityRefiner:
    if not config.refiner_stages:
        return IdentityRefiner()
    text = config.text
    return Refiner(text.hidden_size, config.refiner_stages, text.initializer_range)
