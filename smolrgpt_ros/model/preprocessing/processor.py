# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions, pictures and masks -> model inputs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from smolrgpt_ros.scene.camera import CameraIntrinsics

from ..architecture.config import SmolRGPTConfig
from ..architecture.layers import mask_weights
from ..architecture.placeholders import TokenKind
from ..geometry_tokens.features import frame_geometry
from . import images as pictures

MASK = "<mask>"
IMAGE_TOKEN = TokenKind.IMAGE.value
MASK_RGB_TOKEN = TokenKind.RGB.value
MASK_DEPTH_TOKEN = TokenKind.DEPTH.value
MASK_GEOMETRY_TOKEN = TokenKind.GEOMETRY.value
TURN_START = "<|im_start|>"
TURN_END = "<|im_end|>"

_FILE = "processor_config.json"


@dataclass(frozen=True)
class ProcessorOptions:
    """Sizes and prompt form of a model, as far as its processor needs them; saved beside it.

    Args:
        image_size: side of the tower's input, pixels.
        image_tokens: ``<|image|>`` placeholders per prompt.
        mask_grid: side of the map that masks are pooled from.
        geometry: add ``<mask_geometry>`` to each mask's placeholders.
    """

    image_size: int = 256
    image_tokens: int = 64
    mask_grid: int = 64
    geometry: bool = False


class SmolRGPTProcessor:
    """Prepares prompts as the model was trained on them.

    Args:
        tokenizer: holds the placeholders and turn markers as special tokens.
        options: sizes and prompt form.

    Raises:
        ValueError: if the tokenizer splits a placeholder or turn marker, naming it.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, options: ProcessorOptions) -> None:
        self.tokenizer = tokenizer
        self.options = options
        needed = [IMAGE_TOKEN, MASK_RGB_TOKEN, MASK_DEPTH_TOKEN, TURN_START, TURN_END]
        if options.geometry:
            needed.append(MASK_GEOMETRY_TOKEN)
        for token in needed:
            if len(tokenizer(token, add_special_tokens=False).input_ids) != 1:
                raise ValueError(f"the tokenizer has no token {token}; add it as a special token")
        reserved = {*tokenizer.all_special_tokens, *needed, MASK_GEOMETRY_TOKEN, "<image>"}
        pattern = "|".join(re.escape(t) for t in sorted(reserved - {MASK}, key=len, reverse=True))
        self._reserved = re.compile(pattern)

    @classmethod
    def for_config(
        cls, config: SmolRGPTConfig, tokenizer: PreTrainedTokenizerBase
    ) -> SmolRGPTProcessor:
        """The processor of a model.

        Raises:
            ValueError: if the tokenizer numbers a placeholder differently from the config.
        """
        geometry = bool(config.geometry_features)
        processor = cls(
            tokenizer,
            ProcessorOptions(
                image_size=config.image_size,
                image_tokens=config.image_token_count,
                mask_grid=config.mask_grid,
                geometry=geometry,
            ),
        )
        expected: dict[str, int | None] = {
            IMAGE_TOKEN: config.image_token_id,
            MASK_RGB_TOKEN: config.mask_rgb_token_id,
            MASK_DEPTH_TOKEN: config.mask_depth_token_id,
            TURN_END: config.eos_token_id,
        }
        if geometry:
            expected[MASK_GEOMETRY_TOKEN] = config.mask_geometry_token_id
        for token, number in expected.items():
            found = tokenizer.convert_tokens_to_ids(token)
            if found != number:
                raise ValueError(f"{token} is {found} in the tokenizer, {number} in the config")
        return processor

    @classmethod
    def from_pretrained(cls, directory: str | Path, **kwargs: Any) -> SmolRGPTProcessor:
        """Read what :meth:`save_pretrained` wrote; never from the network."""
        path = Path(directory) / _FILE
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing; is {directory} a SmolRGPT model folder?")
        values = json.loads(path.read_text())
        values.pop("processor_class", None)
        tokenizer = PreTrainedTokenizerFast.from_pretrained(
            str(directory), local_files_only=True, **kwargs
        )
        return cls(tokenizer, ProcessorOptions(**values))

    def save_pretrained(self, directory: str | Path) -> None:
        """Write the tokenizer's files and ``processor_config.json``."""
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        self.tokenizer.save_pretrained(str(folder))
        values = {"processor_class": type(self).__name__, **asdict(self.options)}
        (folder / _FILE).write_text(json.dumps(values, indent=2) + "\n")

    # --- text ---

    @property
    def region_form(self) -> str:
        """The placeholders that replace one ``<mask>`` of a question."""
        geometry = MASK_GEOMETRY_TOKEN if self.options.geometry else ""
        return f"{MASK_RGB_TOKEN}{MASK_DEPTH_TOKEN}{geometry}"

    def sanitize(self, question: str) -> str:
        """The question without special tokens, which would change the prompt's structure.

        ``<mask>`` stays. Each special token becomes a space: no new one can form where it was.
        """
        return self._reserved.sub(" ", question).strip()

    @property
    def prefix(self) -> str:
        """The prompt before the question: the same for every question about a picture."""
        return f"{TURN_START}user\n{IMAGE_TOKEN * self.options.image_tokens}"

    def build_question(self, question: str) -> str:
        """The prompt behind :attr:`prefix`, up to where the answer begins."""
        text = self.region_form.join(self.sanitize(question).split(MASK))
        return f"{text}{TURN_END}\n{TURN_START}assistant\n"

    def build_prompt(self, question: str) -> str:
        """The whole prompt, up to where the answer begins."""
        return self.prefix + self.build_question(question)

    def encode(self, text: str) -> list[int]:
        """Token ids of a text with its special tokens, nothing added."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False).input_ids
        return ids

    def encode_example(self, question: str, answer: str) -> tuple[list[int], list[int]]:
        """Token ids and labels of a training text: loss on the answer and its end of turn alone."""
        prompt = self.encode(self.build_prompt(question))
        reply = self.encode(f"{answer}{TURN_END}")
        tail = self.encode("\n")
        return prompt + reply + tail, [-100] * len(prompt) + reply + [-100] * len(tail)

    def decode(self, token_ids: Sequence[int] | Tensor) -> str:
        """Text of generated ids, special tokens left out."""
        ids = [int(token) for token in token_ids]
        text = self.tokenizer.decode(
            ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return str(text).strip()

    def pad(
        self, rows: Sequence[Sequence[int]], side: str = "left", fill: int | None = None
    ) -> tuple[Tensor, Tensor]:
        """Rows of ids -> ``(B, T)`` int64 and attention mask; left to generate, right to train."""
        fill = self.tokenizer.pad_token_id if fill is None else fill
        longest = max(len(row) for row in rows)
        ids = torch.full((len(rows), longest), fill, dtype=torch.long)
        mask = torch.zeros((len(rows), longest), dtype=torch.long)
        for index, row in enumerate(rows):
            start = longest - len(row) if side == "left" else 0
            ids[index, start : start + len(row)] = torch.as_tensor(row, dtype=torch.long)
            mask[index, start : start + len(row)] = 1
        return ids, mask

    # --- pictures and regions ---

    def rgb(self, rgb: NDArray[np.uint8]) -> Tensor:
        """``(H, W, 3)`` uint8 -> ``(3, S, S)`` float32 in [-1, 1]."""
        return torch.from_numpy(pictures.rgb_values(rgb, self.options.image_size))

    def depth(self, depth: NDArray[np.floating] | None) -> Tensor | None:
        """Metric depth ``(H, W)`` -> ``(3, S, S)`` in [0, 1]; ``None`` if no pixel has depth."""
        values = pictures.depth_values(depth, self.options.image_size)
        return None if values is None else torch.from_numpy(values)

    def depth_picture(self, picture: NDArray[np.uint8]) -> Tensor:
        """The benchmark's 8-bit depth picture ``(H, W)`` -> ``(3, S, S)`` float32 in [0, 1]."""
        return torch.from_numpy(pictures.picture_depth_values(picture, self.options.image_size))

    def masks(
        self, masks: NDArray[np.generic] | Sequence[NDArray[np.generic]]
    ) -> tuple[Tensor, Tensor]:
        """``(M, H, W)`` -> weights ``(M, mask_grid, mask_grid)``, and ``(M,)`` bool: vanished.

        The model takes full-size masks as well; training data keeps the weights.
        """
        grid = self.options.mask_grid
        if len(masks) == 0:
            return torch.zeros(0, grid, grid), torch.zeros(0, dtype=torch.bool)
        stacked = np.stack([np.asarray(mask) for mask in masks])
        return mask_weights(torch.from_numpy(stacked), grid)

    def __call__(
        self,
        rgb: NDArray[np.uint8],
        depth: NDArray[np.floating] | None,
        masks: Sequence[NDArray[np.bool_]],
        question: str,
        intrinsics: CameraIntrinsics | None = None,
    ) -> dict[str, Any]:
        """Inputs of ``generate`` or ``forward`` for one question about one frame.

        Args:
            rgb: ``(H, W, 3)`` uint8.
            depth: ``(H, W)`` metres or ``None``.
            masks: ``(H, W)`` each, one per ``<mask>`` of the question, in order.
            question: with ``<mask>`` placeholders.
            intrinsics: the camera's; only models with geometry need it.
        """
        values = self.depth(depth)
        ids, attention = self.pad([self.encode(self.build_prompt(question))])
        inputs: dict[str, Any] = {
            "input_ids": ids,
            "attention_mask": attention,
            "pixel_values": self.rgb(rgb)[None],
            "depth_values": None if values is None else values[None],
            "region_masks": [self.masks(masks)[0] if len(masks) else None],
        }
        if self.options.geometry:
            raw = frame_geometry(depth, intrinsics, list(masks))
            inputs["region_geometry"] = [torch.from_numpy(raw)]
        return inputs
