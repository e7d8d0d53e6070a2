"""Check every link of the built site: pages, files and anchors that it has itself; of others only the form.

    python scripts/docs_site/check_links.py build/site

Also that no page loads anything from another place: fonts, scripts, pictures.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src"}
"""What a browser fetches by itself, beside stylesheets and icons."""


class Links(HTMLParser):
    """The links, anchors and what is loaded of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors = {"", "__top"}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes what the tag links, loads and names."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and "canonical" not in given.get("rel", ""):
            self.loaded.append(given.get("href", ""))
        if LOADED.get(tag) in given:
            self.loaded.append(given[LOADED[tag]])


def problems(site: Path) -> Iterator[str]:
    """What is wrong with the links of a site, one line each."""
    site = site.resolve()
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        if path.name == "404.html":  # its links depend on the address of the site
            continue
        shown = path.relative_to(site).as_posix()
        for link in dict.fromkeys(page.links):
            problem = _problem(link, path, site, pages)
            if problem:
                yield f"{shown}: {link}: {problem}"
        yield from (f"{shown}: loads {link}" for link in page.loaded if _is_elsewhere(link))


def _is_elsewhere(link: str) -> bool:
    parts = urlsplit(link)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def _problem(link: str, path: Path, site: Path, pages: dict[Path, Links]) -> str | None:
    parts = urlsplit(link)
    if parts.scheme in ("http", "https"):
        return None if "." in parts.netloc and " " not in link else "no address of a page"
    if parts.scheme or parts.netloc:
        return None if parts.scheme == "mailto" else "neither a page of the site nor of the web"
    target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
    if target not in pages:
        target = target / "index.html" if target.is_dir() else target
    if target not in pages and not (target.is_relative_to(site) and target.exists()):
        return "no such page"
    if target in pages and unquote(parts.fragment) not in pages[target].anchors:
        return "no such anchor"
    return None


def main() -> None:
    """Print what is wrong; exit with 1 if anything is."""
    found = list(problems(Path(sys.argv[1])))
    sys.stdout.write("".join(f"{line}\n" for line in found) or "all links of the site lead somewhere\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
