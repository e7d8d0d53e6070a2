"""Links from every mention of a rule's code or a fact's id to where it is explained, in the HTML of a page."""

from __future__ import annotations

import re
from collections.abc import Callable

_TAG = re.compile(r"(<[^>]*>)")
_CODE = re.compile(r"\b(TDL\d{3})\b")
_CITED = re.compile(r"\bFACTS ((?:[A-Z]\d+[a-z]?)(?:(?:, | and )[A-Z]\d+[a-z]?)*)")
_FACT = re.compile(r"\b([A-Z]\d+[a-z]?)\b")
_ROW = re.compile(r"^\| ([A-Z]\d+[a-z]?) \|", re.MULTILINE)
_NO_LINKS_IN = frozenset({"a", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "svg", "title", "script", "style"})


def with_anchors(facts: str) -> str:
    """The page of facts with an anchor for each row, in lower case."""
    return _ROW.sub(lambda found: f'| <span id="{found[1].lower()}">{found[1]}</span> |', facts)


def linked(html: str, rule: Callable[[str], str | None], fact: Callable[[str], str | None]) -> str:
    """The page with links; ``rule`` and ``fact`` say where a code or an id is explained, or None."""
    open_tags: list[str] = []
    parts = []
    for part in _TAG.split(html):
        if part.startswith("<"):
            _follow(part, open_tags)
        elif not _NO_LINKS_IN.intersection(open_tags):
            part = _CITED.sub(lambda found: "FACTS " + _FACT.sub(_link(fact), found[1]), part)
            part = _CODE.sub(_link(rule), part)
        parts.append(part)
    return "".join(parts)


def _follow(tag: str, open_tags: list[str]) -> None:
    name = re.match(r"</?([a-zA-Z0-9]+)", tag)
    if name is None or name[1] not in _NO_LINKS_IN:
        return
    if not tag.startswith("</"):
        open_tags.append(name[1])
    elif open_tags and open_tags[-1] == name[1]:
        open_tags.pop()


def _link(address: Callable[[str], str | None]) -> Callable[[re.Match[str]], str]:
    def link(found: re.Match[str]) -> str:
        url = address(found[1])
        return f'<a href="{url}">{found[1]}</a>' if url else found[1]

    return link
