"""SmolRGPT: a SigLIP tower for RGB and depth, a Llama decoder, and region tokens between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import (
    Cache,
    GenerationMixin,
    LlamaForCausalLM,
    PreTrainedModel,
    SiglipVisionModel,
)
from transformers import initialization as init
from transformers.modeling_outputs import CausalLMOutputWithPast

from .config import SmolRGPTConfig
from .geometry_features import FEATURE_COUNT, FEATURE_SCALES
from .layers import Connector, Doubling, GeometryEncoder, Refiner, mask_weights, weighted_mean

PerSample = Sequence[Tensor | None]
"""One entry per sample of the batch; ``None`` where that sample has no such thing."""

_ONCE = (  # inputs that a cached prompt already holds
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
        name_features: what regions' names carry; the next steps of a generation need it.
    """

    vanished_masks: list[Tensor | None] | None = None
    name_features: Tensor | None = None


@dataclass(frozen=True)
class RegionTokens:
    """What a picture gives to prompts: ``image`` (N, D), and per region ``rgb``, ``depth`` (M, D).

    ``rgb`` is ``None`` without masks, ``depth`` without masks or depth. ``vanished``: (M,) bool.
    """

    image: Tensor
    rgb: Tensor | None
    depth: Tensor | None
    vanished: Tensor | None


class SmolRGPTForConditionalGeneration(PreTrainedModel, GenerationMixin):
    """The published architecture from transformers' tower and decoder; sizes from the config."""

    config: SmolRGPTConfig
    config_class = SmolRGPTConfig
    main_input_name = "input_ids"
    input_modalities = ["image", "text"]  # noqa: RUF012
    base_model_prefix = ""
    _supports_sdpa = True
    _supports_attention_backend = True
    _tied_weights_keys = {  # type: ignore[assignment]  # noqa: RUF012
        "language_model.lm_head.weight": "language_model.model.embed_tokens.weight"
    }

    def __init__(self, config: SmolRGPTConfig) -> None:
        super().__init__(config)
        channels, width = config.vision.hidden_size, config.text.hidden_size
        std = config.text.initializer_range
        self.vision_tower = SiglipVisionModel(config.vision)
        self.rgb_connector = Connector(channels, config.pixel_shuffle_factor, width, std)
        self.depth_connector = Connector(channels, config.pixel_shuffle_factor, width, std)
        self.rgb_refiner = Refiner(width, config.refiner_stages, std)
        self.depth_refiner = Refiner(width, config.refiner_stages, std)
        if config.geometry_features:
            if config.geometry_features != FEATURE_COUNT:
                raise ValueError(
                    f"geometry_features must be 0 or {FEATURE_COUNT}, "
                    f"found {config.geometry_features}"
                )
            self.geometry_encoder = GeometryEncoder(FEATURE_SCALES, width, std)
        self.language_model = LlamaForCausalLM(config.text)
        self.post_init()

    @classmethod
    def from_published(
        cls, source: str | Path, stage: str | None = None, dtype: torch.dtype = torch.float32
    ) -> SmolRGPTForConditionalGeneration:
        """The model of a checkpoint in the published layout; see ``published.load_published``."""
        from .published import load_published  # it imports this module

        return load_published(source, stage, dtype)

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        """Start with features as large as token embeddings; smaller ones train slowly."""
        std = getattr(module, "init_std", None)
        if isinstance(module, Doubling):
            # The four fine cells start alike (correlation 3/4): with independent ones, the mean
            # under a mask would be far smaller than its parts.
            shape = (*module.weight.shape[:2], 1, 1)
            weight = 0.75**0.5 * torch.randn(shape, device=module.weight.device)
            weight = weight + 0.5 * torch.randn_like(module.weight)
            init.copy_(module.weight, std * weight)
            assert module.bias is not None
            init.zeros_(module.bias)
        elif isinstance(module, nn.Linear) and std is not None:
            init.normal_(module.weight, std=std)
            if module.bias is not None:
                init.zeros_(module.bias)
        elif isinstance(module, nn.LayerNorm):
            init.ones_(module.weight)
            init.zeros_(module.bias)

    def get_input_embeddings(self) -> nn.Module:
        return self.language_model.model.embed_tokens

    def set_input_embeddings(self, value: nn.Module) -> None:
        self.language_model.model.embed_tokens = value

    def get_output_embeddings(self) -> nn.Module:
        return self.language_model.lm_head

    # --- the parts, in the order in which data passes them ---

    def encode_images(self, pixel_values: Tensor) -> Tensor:
        """``(B, 3, S, S)`` RGB or depth pictures -> ``(B, P, C)`` patch tokens, normed."""
        return self.vision_tower(pixel_values.to(self.dtype)).last_hidden_state

    def connect(self, patch_tokens: Tensor, modality: str) -> Tensor:
        """``(B, P, C)`` patch tokens -> ``(B, N, D)``; modality ``"rgb"`` or ``"depth"``."""
        return self._part("connector", modality)(patch_tokens)

    def refine(self, image_tokens: Tensor, modality: str) -> Tensor:
        """``(B, N, D)`` image tokens -> ``(B, D, mask_grid, mask_grid)`` refined map."""
        return self._part("refiner", modality)(image_tokens)

    def pool_regions(self, refined: Tensor, masks: Tensor | np.ndarray) -> tuple[Tensor, Tensor]:
        """Mean of one picture's refined map under each mask.

        Args:
            refined: ``(D, mask_grid, mask_grid)``.
            masks: ``(M, H, W)``, values in [0, 1] (soft values are weights).

        Returns:
            ``(M, D)`` region tokens, and ``(M,)`` bool: vanished (see ``layers.mask_weights``).
        """
        weights, vanished = self.mask_weights(masks)
        return weighted_mean(refined.flatten(1).T, weights.flatten(1)), vanished

    def mask_weights(self, masks: Tensor | np.ndarray) -> tuple[Tensor, Tensor]:
        """``layers.mask_weights`` on this model's grid and device; checks the shape."""
        masks = torch.as_tensor(masks).to(self.device)
        if masks.ndim != 3:
            raise ValueError(f"region masks must be (M, H, W), found {tuple(masks.shape)}")
        return mask_weights(masks, self.config.mask_grid)

    def picture_tokens(
        self,
        patch_tokens: Tensor,
        depth_patch_tokens: PerSample | Tensor | None,
        region_masks: PerSample | None,
    ) -> list[RegionTokens]:
        """Image and region tokens of ``B`` pictures from tower output, refining only under masks.

        Args:
            patch_tokens: ``(B, P, C)``, of the RGB pictures.
            depth_patch_tokens: ``(B, P, C)``, or per picture ``(P, C)`` or ``None``.
            region_masks: per picture ``(M, H, W)``, or weights ``(M, mask_grid, mask_grid)``,
                or ``None``.
        """
        count = patch_tokens.shape[0]
        image = self.connect(patch_tokens, "rgb")
        masks = _listed(region_masks, count, "region_masks")
        weighed = [None if m is None or len(m) == 0 else self.mask_weights(m) for m in masks]
        rgb = self._pooled(image, list(range(count)), weighed, "rgb")
        depth: list[Tensor | None] = [None] * count
        patches = _listed(depth_patch_tokens, count, "depth_patch_tokens")
        chosen = [i for i in range(count) if patches[i] is not None and weighed[i] is not None]
        if chosen:
            tokens = self.connect(torch.stack([patches[i] for i in chosen]), "depth")  # type: ignore[misc]
            depth = self._pooled(tokens, chosen, weighed, "depth")
        return [
            RegionTokens(image[i], rgb[i], depth[i], None if (w := weighed[i]) is None else w[1])
            for i in range(count)
        ]

    def _pooled(
        self, tokens: Tensor, owners: list[int], weighed: list[Any], modality: str
    ) -> list[Tensor | None]:
        result: list[Tensor | None] = [None] * len(weighed)
        rows = [row for row, owner in enumerate(owners) if weighed[owner] is not None]
        if rows:
            refiner = self._part("refiner", modality)
            for row, trunk in zip(rows, refiner.trunk(tokens[rows]), strict=True):
                owner = owners[row]
                result[owner] = refiner.pool(trunk, weighed[owner][0])
        return result

    def _part(self, name: str, modality: str) -> Any:
        if modality not in ("rgb", "depth"):
            raise ValueError(f"modality must be 'rgb' or 'depth', found {modality!r}")
        return getattr(self, f"{modality}_{name}")

    def assemble_embeddings(
        self,
        input_ids: Tensor,
        image_tokens: Tensor | PerSample | None = None,
        region_rgb: PerSample | None = None,
        region_depth: PerSample | None = None,
        region_geometry: PerSample | None = None,
    ) -> Tensor:
        """Token embeddings with the placeholders replaced by features, in order.

        A sample without depth keeps the word embedding of its ``<mask_depth>`` tokens, as
        published; nothing else may be missing.

        Args:
            input_ids: ``(B, T)``.
            image_tokens: ``(B, N, D)`` or per sample ``(N, D)``.
            region_rgb, region_depth: per sample ``(M, D)`` or ``None``.
            region_geometry: per sample ``(M, G)`` raw values or ``None``.

        Returns:
            ``(B, T, D)``.

        Raises:
            ValueError: where a sample's placeholders and features differ in number; both are named.
        """
        batch, config = input_ids.shape[0], self.config
        embeds = self.get_input_embeddings()(input_ids)
        image = _listed(image_tokens, batch, "image_tokens")
        rgb = _listed(region_rgb, batch, "region_rgb")
        depth = _listed(region_depth, batch, "region_depth")
        geometry = self._geometry_tokens(region_geometry, batch)
        parts = (
            (config.mask_rgb_token_id, rgb, "<mask_rgb>"),
            (config.mask_depth_token_id, depth, "<mask_depth>"),
            (config.mask_geometry_token_id, geometry, "<mask_geometry>"),
        )
        embeds = _scatter(embeds, input_ids == config.image_token_id, image, "<|image|>")
        for token_id, tokens, token in parts:
            if token_id is not None:
                where = input_ids == torch.tensor(token_id, device=input_ids.device)
                named = [self._named(rows) for rows in tokens]
                optional = token == "<mask_depth>"
                embeds = _scatter(embeds, where, named, token, optional=optional)
        # After the placeholders are filled: by then their numbers are known to agree.
        names = self._name_features(rgb, depth, geometry)
        return embeds if names is None else self.write_names(embeds, input_ids, names)

    def name_features(
        self,
        region_rgb: PerSample | None,
        region_depth: PerSample | None,
        region_geometry: PerSample | None,
        batch: int,
    ) -> Tensor | None:
        """What :meth:`write_names` adds, from the arguments of :meth:`assemble_embeddings`.

        Returns:
            ``(B, region_names, D)``: each region's tokens summed, zero where there is none;
            ``None`` where names carry nothing.
        """
        return self._name_features(
            _listed(region_rgb, batch, "region_rgb"),
            _listed(region_depth, batch, "region_depth"),
            self._geometry_tokens(region_geometry, batch),
        )

    def _name_features(self, *rows: list[Tensor | None]) -> Tensor | None:
        names = self.config.region_names
        if not names or all(tokens is None for row in rows for tokens in row):
            return None
        words: Tensor = self.get_input_embeddings().weight  # type: ignore[assignment]
        table = []
        for tokens in zip(*rows, strict=True):
            given = [t for t in tokens if t is not None]
            count = len(given[0]) if given else 0
            self._check_names(count)
            missing = words.new_zeros(names - count, words.shape[1])
            table.append(torch.cat((torch.stack(given).sum(0), missing)) if given else missing)
        return torch.stack(table)

    def write_names(self, embeds: Tensor, input_ids: Tensor, names: Tensor) -> Tensor:
        """Add each region's features to its name, wherever that is written.

        Args:
            embeds: ``(B, T, D)`` word embeddings of ``input_ids`` ``(B, T)``.
            names: from :meth:`name_features`.
        """
        row = input_ids - self.config.region_name_token_id
        where = (row >= 0) & (row < self.config.region_names)
        sample = torch.arange(len(row), device=row.device)[:, None]
        added = names[sample, row.clamp(0, self.config.region_names - 1)]
        return embeds + added.to(embeds.dtype) * where[..., None]

    def _geometry_tokens(
        self, region_geometry: PerSample | None, batch: int
    ) -> list[Tensor | None]:
        raw = _listed(region_geometry, batch, "region_geometry")
        if not self.config.geometry_features:
            return [None] * batch
        return [None if r is None or not len(r) else self._geometry(r) for r in raw]

    def _check_names(self, count: int) -> None:
        if count > self.config.region_names:
            raise ValueError(
                f"a prompt may name at most {self.config.region_names} regions, found {count}"
            )

    def _named(self, tokens: Tensor | None) -> Tensor | None:
        """Region tokens ``(M, D)`` with the embeddings of their names."""
        first = self.config.region_name_token_id
        if tokens is None or first is None:
            return tokens
        self._check_names(len(tokens))
        words: Tensor = self.get_input_embeddings().weight  # type: ignore[assignment]
        return tokens + words[first : first + len(tokens)].to(tokens.dtype)

    def _geometry(self, raw: Tensor | np.ndarray) -> Tensor:
        raw = torch.as_tensor(raw).to(self.device)
        if raw.ndim != 2 or raw.shape[1] != self.config.geometry_features:
            raise ValueError(
                f"region_geometry must be (M, {self.config.geometry_features}), "
                f"found {tuple(raw.shape)}"
            )
        return self.geometry_encoder(raw)

    # --- the whole ---

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
        name_features: Tensor | None = None,
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
            name_features: from the output of the step that held the prompt.

        Raises:
            ValueError: where placeholders and features differ in number, or inputs clash.
        """
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("give either input_ids or inputs_embeds")
        vanished: list[Tensor | None] | None = None
        if inputs_embeds is None:
            assert input_ids is not None
            if pixel_values is not None:
                patch_tokens, depth_patch_tokens = self._towers(pixel_values, depth_values)
            if patch_tokens is not None:
                if image_tokens is not None:
                    raise ValueError("give pictures or image_tokens, not both")
                found = self.picture_tokens(patch_tokens, depth_patch_tokens, region_masks)
                image_tokens = [tokens.image for tokens in found]
                region_rgb_tokens = [tokens.rgb for tokens in found]
                region_depth_tokens = [tokens.depth for tokens in found]
                vanished = [tokens.vanished for tokens in found]
            given = (image_tokens, region_rgb_tokens, region_depth_tokens, region_geometry)
            cached = past_key_values is not None and past_key_values.get_seq_length() > 0
            if cached and all(tokens is None for tokens in given):
                # A decoder may generate placeholders; they are words then, as published.
                inputs_embeds = self.get_input_embeddings()(input_ids)
                if name_features is not None:
                    inputs_embeds = self.write_names(inputs_embeds, input_ids, name_features)
            else:
                inputs_embeds = self.assemble_embeddings(input_ids, *given)
                name_features = self.name_features(*given[1:], batch=len(input_ids))
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
            name_features=name_features,
        )

    def _towers(
        self, pixel_values: Tensor, depth_values: Tensor | PerSample | None
    ) -> tuple[Tensor, list[Tensor | None]]:
        """Tower output of the RGB and depth pictures, in one pass."""
        count = pixel_values.shape[0]
        depth = _listed(depth_values, count, "depth_values")
        chosen = [picture for picture in depth if picture is not None]
        pictures = torch.cat((pixel_values, torch.stack(chosen))) if chosen else pixel_values
        tokens = self.encode_images(pictures)
        rest = iter(tokens[count:])
        return tokens[:count], [None if picture is None else next(rest) for picture in depth]

    def _update_model_kwargs_for_generation(
        self, outputs: Any, model_kwargs: dict[str, Any], *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        model_kwargs["name_features"] = outputs.name_features
        return super()._update_model_kwargs_for_generation(outputs, model_kwargs, *args, **kwargs)

    def prepare_inputs_for_generation(  # type: ignore[override]
        self,
        input_ids: Any,
        is_first_iteration: bool | None = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        inputs = super().prepare_inputs_for_generation(  # type: ignore[misc]
            input_ids, is_first_iteration=is_first_iteration, **kwargs
        )
        if not is_first_iteration and kwargs.get("use_cache", True):
            for name in _ONCE:
                inputs.pop(name, None)
        return inputs


def _listed(values: Any, count: int, name: str) -> list[Any]:
    """One entry per sample, from a tensor, a sequence or ``None``."""
    if values is None:
        return [None] * count
    if len(values) != count:
        raise ValueError(f"{name} has {len(values)} entries for a batch of {count}")
    return list(values)


def _scatter(
    embeds: Tensor, where: Tensor, features: list[Tensor | None], token: str, optional: bool = False
) -> Tensor:
    """Put each sample's features at its placeholders; ``optional``: a sample may have none."""
    wanted = where.sum(1).tolist()
    for sample, (count, rows) in enumerate(zip(wanted, features, strict=True)):
        if rows is None and optional:
            where = where.clone()
            where[sample] = False
        elif count != (found := 0 if rows is None else len(rows)):
            raise ValueError(
                f"sample {sample}: the prompt holds {count} {token} placeholders, "
                f"but {found} features were given for them"
            )
    given = [rows for rows in features if rows is not None and len(rows)]
    if not given:
        return embeds
    return embeds.masked_scatter(where[..., None], torch.cat(given).to(embeds.dtype))
