# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Every size of a SmolRGPT model in one place; the defaults are those of the published model."""

from __future__ import annotations

from typing import Any, ClassVar

from transformers import LlamaConfig, PreTrainedConfig, SiglipVisionConfig
from transformers.configuration_utils import SubConfigSpec

from ..geometry_tokens.features import MOST_CLASSES
from ..geometry_tokens.quantities import QUANTITIES
from .placeholders import TokenKind

PUBLISHED_VISION: dict[str, Any] = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "image_size": 256,
    "patch_size": 16,
    "hidden_act": "gelu_pytorch_tanh",
    "layer_norm_eps": 1e-6,
    "vision_use_head": False,
}
PUBLISHED_TEXT: dict[str, Any] = {
    "hidden_size": 960,
    "intermediate_size": 2560,
    "num_hidden_layers": 32,
    "num_attention_heads": 15,
    "num_key_value_heads": 5,
    "head_dim": 64,
    "vocab_size": 49155,
    "max_position_embeddings": 8192,
    "rms_norm_eps": 1e-5,
    "rope_parameters": {"rope_type": "default", "rope_theta": 100000.0},
    "tie_word_embeddings": True,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": None,
}


class SmolRGPTConfig(PreTrainedConfig):
    """Vision tower, decoder and what joins them.

    Args:
        vision_config: the tower shared by RGB and depth; square images, no pooling head.
        text_config: the decoder; its head is tied to its embedding.
        pixel_shuffle_factor: side of the patch blocks that become one image token.
        refiner_stages: doublings of the connector's grid; 3 in the published model (8x8 -> 64x64),
            0 to pool the image tokens themselves.
        geometry_features: raw numbers per region for the geometry encoder, 0 for none (published).
        picture_geometry: estimate geometry that no sensor measured from the region's tokens.
        question_forms: forms of questions that the model was trained on (``language.
            trained_questions``), to be asked alone; none where it does not say.
        question_labels: classes that it has words for, where it lists forms. Their order is that
            of the marks of classes in the regions' geometry.
        region_relations: how many regions a geometry token encodes the relation to, 0 for none.
        region_name_token_id: token of ``[Region 0]``; those of the next regions follow it. The
            embedding of a region's name is added to the region's tokens, and the region's features
            to its name wherever it is written, so that a small decoder need not look them up.
            ``None``: neither (published).
        region_names: how many such tokens there are.
        list_separator_token_ids: a name right behind one of these is in a list; see ``NameRules``.
        heading_token_ids: the token that heads a list of each of ``quantities.QUANTITIES``; a name
            in that list carries this number or sign of its region. None without region names.
        image_token_id, mask_rgb_token_id, mask_depth_token_id, mask_geometry_token_id: placeholders
            that features replace; the last is ``None`` without a geometry encoder.
        eos_token_id, pad_token_id: end of a turn, and padding.

    Raises:
        ValueError: on sizes that do not fit each other, naming them.
    """

    model_type: ClassVar[str] = "smolrgpt"
    sub_configs_defaults: ClassVar[dict[str, SubConfigSpec]] = {
        "vision_config": SubConfigSpec(
            config_class=SiglipVisionConfig, init_kwargs=PUBLISHED_VISION
        ),
        "text_config": SubConfigSpec(config_class=LlamaConfig, init_kwargs=PUBLISHED_TEXT),
    }

    vision_config: dict[str, Any] | PreTrainedConfig | None = None
    text_config: dict[str, Any] | PreTrainedConfig | None = None
    pixel_shuffle_factor: int = 2
    refiner_stages: int = 3
    geometry_features: int = 0
    picture_geometry: bool = False
    question_forms: tuple[str, ...] | list[str] = ()
    question_labels: tuple[str, ...] | list[str] = ()
    region_relations: int = 0
    region_name_token_id: int | None = None
    region_names: int = 0
    list_separator_token_ids: tuple[int, ...] | list[int] = ()
    heading_token_ids: tuple[int, ...] | list[int] = ()
    image_token_id: int = 49152
    mask_rgb_token_id: int = 49153
    mask_depth_token_id: int = 49154
    mask_geometry_token_id: int | None = None
    eos_token_id: int = 2
    pad_token_id: int = 2
    tie_word_embeddings: bool = True

    def __post_init__(self, **kwargs: Any) -> None:
        super().__post_init__(**kwargs)
        self.vision.vision_use_head = False
        # With a padding index the embedding row of the pad token (here also end-of-turn) gets no
        # gradient from the input side; padding is masked out anyway.
        self.text.pad_token_id = None
        self._check()

    @property
    def vision(self) -> SiglipVisionConfig:
        """``vision_config``, typed."""
        assert isinstance(self.vision_config, SiglipVisionConfig)
        return self.vision_config

    @property
    def text(self) -> LlamaConfig:
        """``text_config``, typed."""
        assert isinstance(self.text_config, LlamaConfig)
        return self.text_config

    def _check(self) -> None:
        size, patch = self._side(self.vision.image_size), self._side(self.vision.patch_size)
        if size % patch:
            raise ValueError(f"vision image_size {size} is not a multiple of patch_size {patch}")
        if self.patch_grid % self.pixel_shuffle_factor:
            raise ValueError(
                f"a grid of {self.patch_grid} patches cannot be shuffled by "
                f"pixel_shuffle_factor={self.pixel_shuffle_factor}"
            )
        if self.refiner_stages < 0:
            raise ValueError(f"refiner_stages must not be negative, found {self.refiner_stages}")
        if bool(self.geometry_features) != (self.mask_geometry_token_id is not None):
            raise ValueError(
                f"geometry_features={self.geometry_features} and mask_geometry_token_id="
                f"{self.mask_geometry_token_id} must be set together"
            )
        dependent = {
            "region_relations": self.region_relations,
            "picture_geometry": self.picture_geometry,
        }
        for name, value in dependent.items():
            if value and not self.geometry_features:
                raise ValueError(f"{name}={value} needs geometry_features, found 0")
        if bool(self.region_names) != (self.region_name_token_id is not None):
            raise ValueError(
                f"region_names={self.region_names} and region_name_token_id="
                f"{self.region_name_token_id} must be set together"
            )
        if self.geometry_features and len(self.question_labels) > MOST_CLASSES:
            raise ValueError(
                f"question_labels may have {MOST_CLASSES} classes with geometry_features, "
                f"found {list(self.question_labels)}"
            )
        headings = len(QUANTITIES) if self.region_names else 0
        if len(self.heading_token_ids) != headings:
            raise ValueError(
                f"region_names={self.region_names} needs {headings} heading_token_ids (with names, "
                f"one for each of {QUANTITIES}), found {list(self.heading_token_ids)}"
            )
        placeholders = {
            "image_token_id": self.image_token_id,
            "mask_rgb_token_id": self.mask_rgb_token_id,
            "mask_depth_token_id": self.mask_depth_token_id,
            "mask_geometry_token_id": self.mask_geometry_token_id,
        }
        vocabulary = self.text.vocab_size
        for name, token in placeholders.items():
            if token is not None and not 0 <= token < vocabulary:
                raise ValueError(f"{name}={token} is outside the vocabulary of {vocabulary} tokens")

    @staticmethod
    def _side(size: object) -> int:
        if not isinstance(size, int):
            raise ValueError(f"pictures and patches must be square, found size {size}")
        return size

    def token_id(self, kind: TokenKind) -> int | None:
        """The placeholder's token; ``None`` where the model has no such placeholder."""
        ids = {
            TokenKind.IMAGE: self.image_token_id,
            TokenKind.RGB: self.mask_rgb_token_id,
            TokenKind.DEPTH: self.mask_depth_token_id,
            TokenKind.GEOMETRY: self.mask_geometry_token_id,
        }
        return ids[kind]

    @property
    def image_size(self) -> int:
        """Side of the tower's input, pixels."""
        return self._side(self.vision.image_size)

    @property
    def patch_grid(self) -> int:
        """Patches along one side of the picture."""
        return self.image_size // self._side(self.vision.patch_size)

    @property
    def token_grid(self) -> int:
        """Image tokens along one side of the picture."""
        return self.patch_grid // self.pixel_shuffle_factor

    @property
    def image_token_count(self) -> int:
        """Image tokens in a prompt."""
        return self.token_grid**2

    @property
    def mask_grid(self) -> int:
        """Cells along one side of the refined map that masks are pooled from."""
        return self.token_grid * (1 << self.refiner_stages)
