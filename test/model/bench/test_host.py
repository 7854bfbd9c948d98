# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A report stays one of the host that it was measured on."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from smolrgpt_ros.model.bench.host import Host, host_of, require_same_host

HOST = Host("Some CPU", ("avx2", "avx512f"), 2, "2.14.1")


def test_a_report_of_another_host_is_not_replaced(tmp_path: Path) -> None:
    report = tmp_path / "bench.json"
    require_same_host(report, HOST)  # there is none yet
    report.write_text(json.dumps({"host": HOST.to_json()}))
    require_same_host(report, HOST)
    with pytest.raises(ValueError, match=r"Some CPU \(avx2 avx512f\), 2 threads.*this is .*, 1 th"):
        require_same_host(report, replace(HOST, threads=1))
    with pytest.raises(ValueError, match="this is Other CPU"):
        require_same_host(report, replace(HOST, processor="Other CPU"))


@pytest.mark.parametrize("text", ["{}", "[]", "no report", '{"host": {"processor": "x"}}'])
def test_a_file_that_does_not_say_its_host_is_kept(tmp_path: Path, text: str) -> None:
    report = tmp_path / "bench.json"
    report.write_text(text)
    with pytest.raises(ValueError, match="says not what it was measured on"):
        require_same_host(report, HOST)
    assert report.read_text() == text


def test_this_host_has_a_name() -> None:
    found = host_of(torch.device("cpu"))
    assert found.processor and found.threads == torch.get_num_threads()
    assert ("avx512f" in found.features) <= ("avx2" in found.features)
