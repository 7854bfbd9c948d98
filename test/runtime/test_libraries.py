# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Versions of libraries, and the sentence where one does not fit."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

from smolrgpt_ros.runtime.libraries import TESTED, LibraryError, check_libraries, installed_version

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.mark.parametrize("version", ["8.4.50", "8.4.190", "8.4.190+cpu", "8.4.50.post1"])
def test_tested_versions_pass(monkeypatch, version):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    assert installed_version("ultralytics") == version


@pytest.mark.parametrize("version", ["8.3.200", "8.4.49", "8.5.0", "9.0.1"])
def test_other_versions_are_refused_with_the_command(monkeypatch, version):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    wanted = re.escape("'ultralytics>=8.4.50,<8.5'")
    with pytest.raises(LibraryError, match=rf"ultralytics {version}.*pip install {wanted}"):
        check_libraries("ultralytics")


def test_a_missing_library_is_named_with_the_command(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(LibraryError, match=r"torch is not installed.*pip install 'torch>=2\.4'"):
        check_libraries("torch")


def test_the_ranges_are_those_of_the_project_and_of_this_host():
    if not PROJECT.is_file():
        pytest.skip("not run from the source tree")
    project = tomllib.loads(PROJECT.read_text())["project"]
    wanted = set(project["dependencies"]).union(*project["optional-dependencies"].values())
    for name, (first, below) in TESTED.items():
        assert f"{name}>={first}" + (f",<{below}" if below else "") in wanted
    check_libraries(*TESTED)
