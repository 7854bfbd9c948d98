"""Serves ``pip install -e .``: everything outside ROS. colcon follows package.xml instead."""

from pathlib import Path
from xml.etree import ElementTree

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
MANIFEST = ElementTree.parse(ROOT / "package.xml").getroot()

setup(
    name="smolrgpt_ros",
    version=MANIFEST.findtext("version"),
    description=" ".join((MANIFEST.findtext("description") or "").split()),
    license="Apache-2.0",
    packages=find_packages(include=["smolrgpt_ros", "smolrgpt_ros.*"]),
    package_data={"smolrgpt_ros": ["checkpoints/**/*", "**/*.json", "**/*.yaml", "py.typed"]},
    python_requires=">=3.10",
    install_requires=[
        "numpy>=1.26",
        "opencv-python>=4.8,<5",
        "pillow",
        "pycocotools",
        "pyyaml",
        "safetensors",
        "tokenizers",
        "torch>=2.4",
        "transformers>=5,<6",
    ],
    extras_require={
        "detector": ["ultralytics>=8.4.50,<8.5"],
        "simulation": ["mujoco>=3.3", "pyarrow"],
        "web": ["foxglove-sdk>=0.30,<1"],
    },
    entry_points={"console_scripts": ["smolrgpt = smolrgpt_ros.cli:main"]},
    zip_safe=False,
)
