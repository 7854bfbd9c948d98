# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The version, from package.xml; all other metadata stands in pyproject.toml.

This serves ``pip install -e .``, everything outside ROS. colcon follows package.xml instead.
"""

from pathlib import Path
from xml.etree import ElementTree

from setuptools import setup

MANIFEST = ElementTree.parse(Path(__file__).parent / "package.xml")

setup(version=MANIFEST.findtext("version"))
