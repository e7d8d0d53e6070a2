"""What is said in sentences: the verdict, what rules report, and the notes."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.diagnostics import Diagnostic
from tdlint.formatters.inspection.html.tables import anchors
from tdlint.formatters.inspection.words import DIAGNOSTICS, alarm, sections, verdict
from tdlint.formatters.page import marked, text
from tdlint.inspector.accounting.account import Account


def verdict_card(account: Account) -> Iterator[str]:
    """What the account comes to, in a frame as loud as it should be."""
    tone = alarm(account) or ("good" if account.totals.penalty_ratio is not None else "")
    yield f'<p class="card {tone}">{marked(verdict(account))}</p>'


def render(account: Account) -> Iterator[str]:
    """A list per section, and what rules report in full."""
    places = anchors(account)
    for title, items in sections(account):
        yield f"<h2>{text(title)}</h2>"
        if title == DIAGNOSTICS:
            for one in account.diagnostics:
                yield from _diagnostic(one, places)
            continue
        yield '<ul class="sentences">'
        yield from (f"<li>{_sentence(item, places)}</li>" for item in items)
        yield "</ul>"


def _diagnostic(one: Diagnostic, places: dict[str, str]) -> Iterator[str]:
    yield f'<div class="card {one.severity.label}"><p><span class="badge {one.severity.label}">{one.severity.label}'
    yield f'</span> <code>{text(one.code)}</code> <span class="faint">{text(one.name)}</span></p>'
    where = f"{_layer(one.location.layer, places)}: " if one.location.layer else ""
    yield f"<p>{where}{marked(one.message)}</p>"
    if one.help:
        yield f"<p>→ {marked(one.help)}</p>"
    if one.fact:
        yield f'<p class="faint">{marked(one.fact)}</p>'
    yield "</div>"


def _sentence(sentence: str, places: dict[str, str]) -> str:
    """A sentence whose layer, if it starts with one, leads to its row."""
    layer, colon, rest = sentence.partition(": ")
    if colon and layer in places:
        return f"{_layer(layer, places)}: {marked(rest)}"
    return marked(sentence)


def _layer(layer: str, places: dict[str, str]) -> str:
    return f'<a href="#{places[layer]}">{text(layer)}</a>' if layer in places else f"<b>{text(layer)}</b>"
