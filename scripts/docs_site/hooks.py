# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What mkdocs calls while it builds the site (``hooks`` of mkdocs.yml).

The site is docs/, the pages that stand elsewhere in the repository (README, model cards), every
file that a page links to, and the reference, which is made from the sources at each build.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from reference import reference_pages
from repository_pages import linked_paths, page_of, page_text, with_site_links

ROOT = Path(__file__).resolve().parents[2]
#: Pages of the navigation that no page in docs/ needs to link to.
ALWAYS = (
    "README.md",
    "CONTRIBUTING.md",
    "QUALITY_DECLARATION.md",
    "SECURITY.md",
    "CHANGELOG.rst",
    "smolrgpt_ros/checkpoints/mini/README.md",
    "smolrgpt_ros/checkpoints/detector/README.md",
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replaces docs/'s pages by ones with links for the site, and adds all other pages."""
    for made, text in reference_pages(ROOT).items():
        files.append(File.generated(config, made, content=text))
    written = [f"docs/{file.src_uri}" for file in files if file.is_documentation_page()]
    waiting = deque([*(path for path in written if (ROOT / path).is_file()), *ALWAYS])
    done: set[str] = set()
    while waiting:
        path = waiting.popleft()
        if path in done:
            continue
        done.add(path)
        uri = page_of(path, ROOT)
        if uri is None:
            if not path.startswith("docs/"):  # mkdocs knows docs/'s pictures
                files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
            continue
        text = page_text(path, ROOT)
        waiting.extend(linked for linked in linked_paths(text, path, ROOT) if linked not in done)
        _replace(files, File.generated(config, uri, content=with_site_links(text, path, ROOT)))
    return files


def _replace(files: Files, file: File) -> None:
    old = files.get_file_from_path(file.src_uri)
    if old is not None:
        files.remove(old)
    files.append(file)
