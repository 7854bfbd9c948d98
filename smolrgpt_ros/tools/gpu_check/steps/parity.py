# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The device computes what the CPU computes: stored logits, and the mini's answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..device import chosen_device, give_back
from ..options import CheckOptions
from ..record import Record
from ..stored_questions import answers_of, cpu_answers, mini_questions, stored_answers

if TYPE_CHECKING:
    import torch

CASES = (
    "two_masks", "no_mask_no_depth", "mask_but_no_depth", "eos_postprocess", "batch2_left_padded",
)  # fmt: skip
EXACT_TOLERANCE = 1e-3
"""Of logits in float32 without TF32; the CPU agrees within 1e-4."""
ROUGH_TOLERANCE = 0.1
"""Of logits in TF32 or bfloat16, root mean square in standard deviations of the logits."""
SAME_EXACT, SAME_ROUGH = 0.94, 0.5
"""Least share of answers that are the same to the last token, in float32 and in bfloat16."""


def run(options: CheckOptions, record: Record) -> None:
    """Reference checkpoint, then the mini."""
    if not (options.mini / "model.safetensors").is_file():
        raise FileNotFoundError(f"{options.mini / 'model.safetensors'} is missing")
    device = chosen_device(options)
    if options.fixture is None or not (options.fixture / "model.safetensors").is_file():
        record.skip(
            "reference checkpoint",
            f"{options.fixture or 'no folder'}: not there; name it with --fixture",
        )
    else:
        _reference(options.fixture, CASES[:2] if options.small else CASES, device, record)
    same = _mini(options, device, record)
    record.conclude(f"mini's answers as on the CPU: {same}")


def _reference(folder: Path, cases: tuple[str, ...], device: torch.device, record: Record) -> None:
    import torch

    from smolrgpt_ros.model.checkpoints.published import load_published

    for name, dtype, tf32 in (
        ("float32 without TF32", torch.float32, False),
        ("float32", torch.float32, True),
        ("bfloat16", torch.bfloat16, True),
    ):
        model = load_published(folder, dtype=dtype).to(device)
        largest, rough, right, tokens = 0.0, 0.0, 0, 0
        with torch.inference_mode(), _tf32(tf32):
            for case_name in cases:
                case = dict(np.load(folder / f"{case_name}.npz"))
                error, relative = _logits_error(model, case)
                largest, rough = max(largest, error), max(rough, relative)
                same = _greedy(model, case) == case["greedy_ids"]
                right, tokens = right + int(same.sum()), tokens + same.size
        greedy = f"{right} of {tokens} greedy tokens are the stored ones"
        found = f"logits off by {largest:.2g} at most, {rough:.2g} standard deviations; {greedy}"
        exact = name == "float32 without TF32"
        good = largest <= EXACT_TOLERANCE and right == tokens if exact else rough <= ROUGH_TOLERANCE
        record.check(f"reference checkpoint, {name}", good, found)
        del model
        give_back(device)


def _inputs(case: dict[str, Any], device: torch.device) -> dict[str, Any]:
    """Arguments of ``forward`` for a case of the fixture, whose pictures are 64 pixels wide."""
    import torch

    from smolrgpt_ros.model.preprocessing.images import picture_depth_values, rgb_values

    ids = torch.from_numpy(case["input_ids"])
    mask = case.get("attention_mask", np.ones(ids.shape, np.int64))
    rgb = np.stack([rgb_values(rgb, 64) for rgb in case["rgb_u8"]])
    inputs: dict[str, Any] = {
        "input_ids": ids.to(device),
        "attention_mask": torch.from_numpy(mask).to(device),
        "pixel_values": torch.from_numpy(rgb).to(device),
        "region_masks": [
            case[name].transpose(2, 0, 1) if (name := f"masks_{i}") in case else None
            for i in range(len(ids))
        ],
    }
    if "depth_u8" in case:
        depth = np.stack([picture_depth_values(depth, 64) for depth in case["depth_u8"]])
        inputs["depth_values"] = torch.from_numpy(depth).to(device)
    return inputs


def _logits_error(model: Any, case: dict[str, Any]) -> tuple[float, float]:
    """Largest error of the logits; root mean square in their standard deviations."""
    inputs = _inputs(case, model.device)
    seen = inputs["attention_mask"].bool().cpu().numpy()
    found = model(**inputs).logits.float().cpu().numpy()[seen]
    error = found - case["logits"][seen]
    return float(np.abs(error).max()), float(
        np.sqrt((error**2).mean()) / case["logits"][seen].std()
    )


def _greedy(model: Any, case: dict[str, Any]) -> np.ndarray:
    """Greedy ids, filled up with the end of turn as the stored ones are."""
    inputs, eos = _inputs(case, model.device), int(case["eos_token_id"])
    ids = model.generate(
        **inputs, max_new_tokens=24, do_sample=False, eos_token_id=eos, pad_token_id=eos
    )
    ids = ids[:, inputs["input_ids"].shape[1] :].cpu().numpy()
    wanted = case["greedy_ids"].shape
    full = np.full(wanted, eos)
    full[:, : ids.shape[1]] = ids[:, : wanted[1]]
    return full


@contextmanager
def _tf32(allowed: bool) -> Iterator[None]:
    """cuDNN's convolutions in TF32 or not; torch allows it, and products without it, by default."""
    import torch

    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = allowed
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


def _mini(options: CheckOptions, device: torch.device, record: Record) -> str:
    from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

    questions = mini_questions(options.questions, 3 if options.small else None)
    wanted = stored_answers(options.questions, options.mini)
    if wanted is None:
        record.skip("stored answers", "of other weights: the CPU of this host answers instead")
        wanted = cpu_answers(options.mini, questions)
    shares = []
    for dtype, least in (("float32", SAME_EXACT), ("bfloat16", SAME_ROUGH)):
        if options.small and dtype == "bfloat16":
            record.skip("mini, bfloat16", "on a GPU only")
            continue
        with SmolRGPTEngine.load(options.mini, str(device), dtype) as engine:
            found = answers_of(engine, questions)
        same = sum(a == b for a, b in zip(found, wanted, strict=False))
        record.check(
            f"mini, {dtype}", same >= least * len(questions), f"{same} of {len(questions)} the same"
        )
        shares.append(f"{dtype} {same} of {len(questions)}")
        del engine
        give_back(device)
    return ", ".join(shares)
