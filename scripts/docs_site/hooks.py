"""The hooks of mkdocs: pages that are made from the code, pages that lie elsewhere, addresses and links."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from linking import linked, with_anchors
from markers import filled
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from repository import ELSEWHERE, ROOT, relinked, source_of
from rule_pages import navigation
from rule_pages import pages as rule_pages

FACTS = "FACTS.md"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Puts the pages of the rules where the navigation says ``rules/``."""
    config.nav = [{"Rules": navigation()} if entry == {"Rules": "rules/"} else entry for entry in config.nav or []]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds what is not in docs/, and gives pages such as ``EDITORS.md`` the address ``editors/``."""
    for path, page in ELSEWHERE.items():
        files.append(File.generated(config, page, content=(ROOT / path).read_text(encoding="utf-8")))
    for page, text in rule_pages().items():
        files.append(File.generated(config, page, content=text))
    for file in files.documentation_pages():
        stem = PurePosixPath(file.src_uri).stem
        if stem.isupper() and "/" not in file.src_uri and stem != "README":
            file.dest_uri = file.dest_uri.replace(stem, stem.lower().replace("_", "-"))
            file.__dict__.pop("url", None)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fills in what is made from the code, and writes links as the site has them."""
    if page.file.src_uri == FACTS:
        markdown = with_anchors(markdown)
    if page.file.generated_by and page.file.src_uri.startswith("rules/"):
        return markdown
    return relinked(filled(markdown), source_of(page.file.src_uri), config.repo_url)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links codes of rules and ids of facts to what explains them."""
    facts = files.get_file_from_path(FACTS)
    assert facts is not None
    ids = set(re.findall(r"^\| ([A-Z]\d+[a-z]?) \|", facts.content_string, re.MULTILINE))

    def rule(code: str) -> str | None:
        file = files.get_file_from_path(f"rules/{code}.md")
        return get_relative_url(file.url, page.url) if file and file is not page.file else None

    def fact(name: str) -> str | None:
        return f"{get_relative_url(facts.url, page.url)}#{name.lower()}" if name in ids else None

    return linked(html, rule, fact)
