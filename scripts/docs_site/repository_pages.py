# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Files of the repository as pages of the site, and links between files as links between pages.

A page is written for readers of the repository: its links are paths relative to the file. Paths
here are relative to the repository's root, URIs relative to the site's.
"""

from __future__ import annotations

import os.path
import re
from pathlib import Path

#: Code, in which nothing is a link; or the target of a link or picture, in Markdown or HTML.
_TARGET = re.compile(
    r"(?P<code>```.*?```|`[^`\n]+`)|(?P<before>\]\(|\b(?:src|href)=\")(?P<target>[^)\s\"]+)",
    re.DOTALL,
)
_PICTURES = (".gif", ".jpg", ".jpeg", ".png", ".svg", ".webp")
_LANGUAGES = (".cpp", ".json", ".py", ".rst", ".toml", ".xml", ".yaml")


def resolved(target: str, page: str, root: Path) -> tuple[str, str] | None:
    """Path and fragment that a link of a page leads to; ``None`` for other sites and headings.

    Raises:
        FileNotFoundError: where the repository has no such file or folder, naming page and target.
    """
    if re.match(r"[a-z]+:|#|//", target):
        return None
    name, _, fragment = target.partition("#")
    path = os.path.normpath(os.path.join(os.path.dirname(page), name))
    if (root / path / "README.md").is_file():
        path = os.path.normpath(os.path.join(path, "README.md"))
    if path.startswith("docs/reference/") or (root / path).exists():
        return path, fragment
    raise FileNotFoundError(f"{page} links to {target}, which is not in the repository")


def page_of(path: str, root: Path) -> str | None:
    """URI of a file's page; ``None`` for pictures, which stay what they are."""
    if path == "README.md":
        return "index.md"
    if path.endswith(_PICTURES):
        return None
    is_folder = (root / path).is_dir()
    path = path.removeprefix("docs/").lstrip(".")  # mkdocs leaves hidden folders out
    if path.endswith(".md"):
        return path
    return f"{path}/index.md" if is_folder else f"{path}.md"


def page_text(path: str, root: Path) -> str:
    """Markdown of a file's page: its own, a listing of a folder, or the file in a block."""
    file = root / path
    if file.is_dir():
        names = sorted(
            entry.name + "/" * entry.is_dir()
            for entry in file.iterdir()
            if not entry.name.startswith((".", "__"))
        )
        folder = os.path.basename(path)
        return f"# {path}\n\n" + "\n".join(f"* [{name}]({folder}/{name})" for name in names)
    text = file.read_text()
    if path.endswith(".md"):
        return re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)  # a card's metadata
    language = file.suffix[1:] if file.suffix in _LANGUAGES else "text"
    return f"# {path}\n\n````{language}\n{text}````\n"


def linked_paths(text: str, page: str, root: Path) -> list[str]:
    """Paths that a page links to, without those of the reference, which are made elsewhere."""
    found = (resolved(match["target"], page, root) for match in _targets(text))
    return [link[0] for link in found if link and not link[0].startswith("docs/reference/")]


def with_site_links(text: str, page: str, root: Path) -> str:
    """The page with links to pages of the site."""
    uri = page_of(page, root)
    assert uri is not None

    def rewritten(match: re.Match[str]) -> str:
        link = None if match["code"] else resolved(match["target"], page, root)
        if link is None:
            return match[0]
        path, fragment = link
        target = page_of(path, root) or path.removeprefix("docs/")
        relative = os.path.relpath(target, os.path.dirname(uri) or ".")
        return match["before"] + relative + ("#" + fragment if fragment else "")

    return _TARGET.sub(rewritten, text)


def _targets(text: str) -> list[re.Match[str]]:
    return [match for match in _TARGET.finditer(text) if not match["code"]]
