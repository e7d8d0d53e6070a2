"""Which files of the repository are pages of the site, and how links between them are written there."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/README.md": "speed.md",
    "benchmarks/PRECISION.md": "precision.md",
}
"""Pages that are not in docs/, and where the site has them."""

_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
_FENCE = re.compile(r"^([ ]*)(```+).*?^\1\2[ ]*$", re.MULTILINE | re.DOTALL)


def source_of(src_uri: str) -> str:
    """The path in the repository of a page of the site."""
    return next((path for path, page in ELSEWHERE.items() if page == src_uri), f"docs/{src_uri}")


def page_of(path: str) -> str | None:
    """The page or file of the site that is made of a file in the repository, if there is one."""
    if path in ELSEWHERE:
        return ELSEWHERE[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return _rule_page(path) if path.split("/")[0] == "rules" else None


def _rule_page(path: str) -> str | None:
    """The page of a rule's file, a family's folder, or the folder of all rules."""
    if path.endswith(".py"):
        code = re.search(r'^    code = "(\w+)"$', (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
        return f"rules/{code[1]}.md" if code else None
    return "rules/index.md" if path == "rules" else f"{path}.md"


def relinked(text: str, source: str, repository: str | None = None) -> str:
    """The text of a page with links that hold on the site.

    A file that is no page is linked in the repository's web view if its address is known; else its name is left.

    Raises:
        ValueError: a link names a file that does not exist.
    """

    def link(found: re.Match[str]) -> str:
        target = found["target"]
        if re.match(r"[a-z]+:", target):
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        page = page_of(path)
        if page is not None:
            here = posixpath.dirname(page_of(source) or "") or "."
            return f"[{found['text']}]({posixpath.relpath(page, here)}{found['anchor'] or ''})"
        if not (ROOT / path).exists():
            raise ValueError(f"{source} links to {target}, which does not exist")
        return f"[{found['text']}]({repository.rstrip('/')}/blob/main/{path})" if repository else found["text"]

    return outside_of_code(text, lambda part: _LINK.sub(link, part))


def outside_of_code(text: str, change) -> str:
    """The text with a change made everywhere but in fenced code."""
    parts, end = [], 0
    for fence in _FENCE.finditer(text):
        parts += [change(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(text[end:])])
