"""The account as one HTML page: the model drawn, bars, a table to sort; it needs no network, and no script to be read.

Each part of the page is a module: ``tiles``, ``bars``, ``measured``, ``drawing``, ``tables``, ``sentences``.
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint._version import __version__
from tdlint.formatters.inspection.html import bars, drawing, measured, sentences, tables, tiles
from tdlint.formatters.inspection.html.script import SCRIPT
from tdlint.formatters.inspection.html.style import STYLE
from tdlint.formatters.inspection.view import View
from tdlint.formatters.options import Options
from tdlint.formatters.page import document, text
from tdlint.inspector.accounting.account import Account


def render(account: Account, options: Options, view: View) -> str:
    """The account as an HTML document."""
    return document(f"{account.name}: what its regularizers cost", "\n".join(_body(account, view)), STYLE, SCRIPT)


def _body(account: Account, view: View) -> Iterator[str]:
    version = f"Keras {account.keras_version} · " if account.keras_version else ""
    yield f"<header><h1>{text(account.name)}</h1>"
    yield f'<p class="faint">{text(account.source)} · {text(version)}tdlint {__version__}</p></header>'
    yield '<div class="sides"><main>'
    yield from sentences.verdict_card(account)
    yield from tiles.render(account)
    yield from bars.render(account)
    yield from measured.render(account)
    yield from sentences.render(account)
    yield "</main>"
    yield from drawing.render(account)
    yield '<div class="tables">'
    yield from tables.render(account, view)
    yield "</div></div>"
