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
