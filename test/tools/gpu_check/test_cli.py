# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The command line, the steps' environment, and packages from wheels."""

import importlib.metadata
import os
import zipfile
from pathlib import Path

import pytest

from smolrgpt_ros.tools.gpu_check import wheels
from smolrgpt_ros.tools.gpu_check.cli import chosen_steps, main, step_environment
from smolrgpt_ros.tools.gpu_check.options import CheckOptions
from smolrgpt_ros.tools.gpu_check.steps import STEPS
from smolrgpt_ros.tools.gpu_check.wheels import unpack_missing


def test_steps_keep_their_order():
    assert [step.name for step in chosen_steps("bench, parity")] == ["parity", "bench"]
    assert chosen_steps(None) == list(STEPS)
    with pytest.raises(ValueError, match=r"environment, parity.*found 'bench,speed'"):
        chosen_steps("bench,speed")


@pytest.mark.parametrize("wrong", [["--only", "speed"], ["--minutes", "0"]])
def test_wrong_arguments_are_said_before_anything_is_written(wrong, tmp_path, capsys):
    assert main([*wrong, "--out", str(tmp_path / "out")]) == 2
    assert wrong[0] in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_options_survive_the_way_to_a_step():
    options = CheckOptions(Path("/a"), small=True, fixture=Path("/b"), seconds=3.5)
    assert CheckOptions.from_json(options.to_json()) == options


def test_every_cache_lies_in_the_report_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    monkeypatch.setenv("PYTHONPATH", "/mine")
    options = CheckOptions(tmp_path)
    found = step_environment(options)
    for name in ("HOME", "HF_HOME", "YOLO_CONFIG_DIR", "MPLCONFIGDIR", "XDG_CACHE_HOME"):
        assert Path(found[name]).is_relative_to(options.work), name
        assert Path(found[name]).is_dir()
    assert found["CUDA_VISIBLE_DEVICES"] == "2"  # one card, the first of those allowed
    assert found["PYTHONPATH"].split(os.pathsep)[1:] == [str(options.work / "site"), "/mine"]
    assert ("PYTHONDONTWRITEBYTECODE" in found) != ("PYTHONPYCACHEPREFIX" in found)


def write_wheel(folder, name, module):
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{module}/__init__.py", "")


def test_only_missing_packages_are_unpacked(tmp_path, monkeypatch):
    names = {"not-there": "not_there_module", "not-there-core": "not_there_module", "json": "json"}
    monkeypatch.setattr(wheels, "WHEELS", {name: (module, "1") for name, module in names.items()})
    folder, target = tmp_path / "wheels", tmp_path / "site"
    folder.mkdir()
    for name, module in (
        ("not_there", "not_there_module"),
        ("Not_There_Core", "not_there_module/core"),
        ("json", "json"),
        ("unknown", "unknown"),
    ):
        write_wheel(folder, name, module)
    assert unpack_missing(folder, target) == ["not_there_module"]
    assert sorted(path.name for path in target.iterdir()) == ["not_there_module"]
    assert (target / "not_there_module" / "core").is_dir()
    assert unpack_missing(tmp_path / "nowhere", target) == []


def test_a_package_that_is_too_old_is_missing(monkeypatch):
    assert not wheels.is_missing("json") and wheels.is_missing("not_there_module")
    for version, missing in (("5.17.0", True), ("5.20.0.dev0", False), ("6.0", False)):
        monkeypatch.setattr(importlib.metadata, "version", lambda name, v=version: v)
        assert wheels.is_missing("transformers") == missing
