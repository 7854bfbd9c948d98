# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Every source file says in its first lines whose it is and under which licence."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINE = "Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0"
FOLDERS = ("smolrgpt_ros", "test", "launch", "examples", "pip_host", "scripts", ".ci")


def source_files() -> list[Path]:
    """Python and C++ files, and the scripts without a suffix."""
    files = [path for name in FOLDERS for path in (ROOT / name).rglob("*") if path.is_file()]
    files.append(ROOT / "setup.py")
    return [
        path
        for path in files
        if path.suffix in (".py", ".cpp", ".hpp")
        or (path.suffix == "" and path.read_bytes().startswith((b"#!", b"# ")))
    ]


def test_every_source_file_names_its_licence() -> None:
    files = source_files()
    assert len(files) > 500
    without = [
        str(path.relative_to(ROOT))
        for path in files
        if path.stat().st_size and LINE not in "\n".join(path.read_text().splitlines()[:2])
    ]
    assert without == [], f"first line, or second behind #!: {LINE}"
