"""Hover and inlay hints: the page of a rule where one is named or reported, and what is known of an expression."""

from __future__ import annotations

import re

from lsprotocol import types as lsp

from tdlint.diagnostics import Span
from tdlint.linting.facts import Fact
from tdlint.server.documents import Part
from tdlint.server.jobs import Described
from tdlint.server.session import Session

_SUPPRESSION = re.compile(r"#\s*(?:noqa|tdlint)\b.*", re.IGNORECASE)
_WORD = re.compile(r"[\w-]+")


async def hover(session: Session, params: lsp.HoverParams) -> lsp.Hover | None:
    """What there is to say of a place: a rule that a comment names; else the expression, and what is reported there."""
    uri = params.text_document.uri
    found = await session.result(uri)
    part = found[0].part(uri) if found is not None else None
    if found is None or part is None:
        return None
    program, result = found
    offset = part.start + part.text.offset(params.position)
    rules = await session.rules()
    named = _named(part, params.position, {word: rule for rule in rules.values() for word in (rule.code, rule.name)})
    if named is not None:
        rule, span = named
        return _shown(session, page(rule), part.text.range(span))
    fact = _smallest(await session.facts(program), offset)
    texts = [_fact(fact)] if fact is not None else []
    for each in result.diagnostics:
        span_of = each.location.span
        if span_of is not None and span_of.start <= offset < span_of.end:
            texts.append("\n\n".join(text for text in (each.fact, each.help) if text))
            texts += [page(rules[each.code])] if each.code in rules else []
    texts = [text for text in dict.fromkeys(texts) if text]
    if not texts:
        return None
    return _shown(session, "\n\n---\n\n".join(texts), part.range(fact.span) if fact is not None else None)


async def inlay_hints(session: Session, params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
    """The output shapes of the calls in a range."""
    uri = params.text_document.uri
    program = session.opened(uri) if session.options.inlay_hints else None
    part = program.part(uri) if program is not None else None
    if program is None or part is None:
        return []
    facts = await session.facts(program)
    if session.opened(uri) != program:
        return []  # it was edited meanwhile, and the client asks again
    first, last = (part.start + part.text.offset(each) for each in (params.range.start, params.range.end))
    return [
        lsp.InlayHint(part.range(fact.span).end, f"→ {fact.shape}", kind=lsp.InlayHintKind.Type, padding_left=True)
        for fact in facts
        if fact.shape is not None and first <= fact.span.end <= last and program.part_at(fact.span.start) is part
    ]


def page(rule: Described) -> str:
    """The page of a rule."""
    return f"# {rule.code} [{rule.name}]\n\n*{rule.severity}*\n\n{rule.page}"


def _named(part: Part, position: lsp.Position, rules: dict[str, Described]) -> tuple[Described, Span] | None:
    """The rule that a suppression names at a position, and the place of its name in the part."""
    text, offset = part.text.text, part.text.offset(position)
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    comment = _SUPPRESSION.search(text, start)
    if comment is None or not comment.start() <= offset <= comment.end():
        return None
    for word in _WORD.finditer(text, comment.start(), comment.end()):
        rule = rules.get(word[0]) or rules.get(word[0].upper())
        if rule is not None and word.start() <= offset <= word.end():
            return rule, Span(*word.span())
    return None


def _smallest(facts: tuple[Fact, ...], offset: int) -> Fact | None:
    around = [fact for fact in facts if fact.span.start <= offset < fact.span.end]
    return min(around, key=lambda fact: fact.span.end - fact.span.start, default=None)


def _fact(fact: Fact) -> str:
    return "\n".join([f"**{fact.title}**", "", *(f"- {line}" for line in fact.lines)]).rstrip()


def _shown(session: Session, text: str, where: lsp.Range | None) -> lsp.Hover:
    client = session.server.client_capabilities.text_document
    formats = client.hover.content_format if client and client.hover else None
    markdown = formats is None or lsp.MarkupKind.Markdown in formats
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown if markdown else lsp.MarkupKind.PlainText, text), where)
