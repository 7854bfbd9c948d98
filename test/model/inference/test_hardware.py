# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Number formats that a host has or lacks."""

import pytest
import torch

from smolrgpt_ros.model.inference.hardware import choose_dtype, has_fast_bfloat16


def test_number_formats_that_this_host_lacks():
    cpu = torch.device("cpu")
    assert choose_dtype("auto", cpu) == ("bfloat16" if has_fast_bfloat16(cpu) else "float32")
    with pytest.raises(ValueError, match="found 'fp8'"):
        choose_dtype("fp8", cpu)
    assert choose_dtype("bfloat16", cpu) == ("bfloat16" if has_fast_bfloat16(cpu) else "float16")
    for smaller in ("int8", "float16"):
        with pytest.raises(ValueError, match="CPU only"):
            choose_dtype(smaller, torch.device("cuda"))


@pytest.mark.parametrize(("size", "expected"), [(12, "float32"), (400, None)])
def test_a_small_model_computes_in_float32_on_a_cpu_unless_told_otherwise(tmp_path, size, expected):
    cpu = torch.device("cpu")
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(size * 2**20)
    assert choose_dtype("auto", cpu, tmp_path) == (expected or choose_dtype("auto", cpu))
    assert choose_dtype("bfloat16", cpu, tmp_path) == choose_dtype("bfloat16", cpu)
