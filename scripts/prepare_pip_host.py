# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The parts of ``scripts/setup`` that need the virtual environment's own Python.

``mend``   the ROS wheels' CMake files name folders of the machine that built them: name ours.
``stage``  a folder of links that colcon builds from.
``link``   makes the built interfaces visible to the virtual environment.
"""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAGED = (
    "CMakeLists.txt", "package.xml", "action", "config", "launch", "msg", "scripts", "smolrgpt_ros",
    "srv", "test",
)  # fmt: skip


def mend_text(text: str, python_include: str, numpy_include: str) -> str:
    """``text`` of a CMake file with the wheel builder's include folders replaced by ours."""
    wheel = r"/opt/python/cp\d+-cp\d+"
    text = re.sub(
        rf"{wheel}/lib/python[\d.]+/site-packages/numpy/(?:_core|core)/include",
        lambda _: numpy_include,
        text,
    )
    return re.sub(rf"{wheel}/include/python[\d.]+", lambda _: python_include, text)


def mend(prefix: Path) -> int:
    """Mends the CMake files under ``prefix``/share; returns how many changed."""
    import numpy

    changed = 0
    for path in prefix.glob("share/*/cmake/*.cmake"):
        text = path.read_text()
        mended = mend_text(text, sysconfig.get_paths()["include"], numpy.get_include())
        if mended != text:
            path.write_text(mended)
            changed += 1
    return changed


def stage(root: Path) -> Path:
    """A source folder for colcon, ``build/stage/smolrgpt_ros``, of links to ``root``.

    CMake refuses to export include folders that lie inside the source folder, and the virtual
    environment, with NumPy's, lies inside ours.
    """
    folder = root / "build" / "stage" / "smolrgpt_ros"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in STAGED:
        if (root / name).exists():
            (folder / name).symlink_to(root / name)
    return folder


def link(root: Path, prefix: Path) -> None:
    """Makes ``import smolrgpt_ros.srv`` work in the virtual environment at ``prefix``.

    The shared libraries get links in ``prefix``/lib, where the wheels' bootstrapper makes the
    loader look. A ``.pth`` file adds the interface finder and, last on the path so that real
    packages win, the stand-ins, with the interfaces generated of ``pip_host/interfaces``. The
    source tree is there by the editable install.
    """
    install = root / "build" / "install"
    for library in install.glob("*/lib/lib*.so"):
        target = prefix / "lib" / library.name
        target.unlink(missing_ok=True)
        target.symlink_to(library)
    packages = Path("lib", f"python{sys.version_info.major}.{sys.version_info.minor}")
    packages /= "site-packages"
    generated = install / "smolrgpt_ros" / packages / "smolrgpt_ros"
    if not (generated / "srv").is_dir():
        raise SystemExit(f"colcon left no Python interfaces in {generated}")
    others = sorted(p.name for p in (root / "pip_host" / "interfaces").glob("*"))
    paths = [root / "pip_host", *(install / name / packages for name in others)]
    Path(sysconfig.get_paths()["purelib"], "smolrgpt_ros_pip_host.pth").write_text(
        "".join(f"{path}\n" for path in paths) + "import smolrgpt_ros_interface_finder; "
        f"smolrgpt_ros_interface_finder.install({str(generated)!r})\n"
    )


def main(step: str) -> None:
    """Runs one of the steps on this repository and the running virtual environment."""
    prefix = Path(sys.prefix)
    if step == "mend":
        print(f"  mended {mend(prefix)} CMake files of the ROS wheels")
    elif step == "stage":
        print(f"  staged in {stage(ROOT).relative_to(ROOT)}")
    elif step == "link":
        link(ROOT, prefix)
        print("  smolrgpt_ros.msg, .srv and .action are importable")
    else:
        raise SystemExit(f"unknown step {step!r}: mend, stage or link")


if __name__ == "__main__":
    main(*sys.argv[1:])
