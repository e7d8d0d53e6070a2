"""What pages of HTML have in common: one file that needs nothing else, light and dark, on paper too."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape

from tdlint.formatters.terminal import printable

_STYLE = """
:root { color-scheme: light dark; --text: #1c2127; --faint: #5f6977; --page: #f6f7f9; --card: #fff; --line: #dde1e6;
  --good: #1a7f4b; --warning: #a86500; --error: #c22f2f; --link: #1a5fb4;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (prefers-color-scheme: dark) { :root { --text: #e3e7ec; --faint: #98a3b1; --page: #14171b; --card: #1d2126;
  --line: #333a43; --good: #4cc38a; --warning: #e5a13b; --error: #f07171; --link: #7fb2f0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 68rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { margin: 0; font-size: 1.6rem; overflow-wrap: anywhere; } h2 { margin: 2.5rem 0 .75rem; font-size: 1.15rem; }
p { margin: .25rem 0; overflow-wrap: anywhere; } .faint { color: var(--faint); }
a { color: var(--link); }
code, pre { font-family: var(--mono); font-size: .86em; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0 .75rem; }
.tile { flex: 1 1 11rem; padding: .9rem 1rem; border: 1px solid var(--line); border-top: 4px solid var(--faint);
  border-radius: .5rem; background: var(--card); }
.tile b { display: block; font-size: 1.9rem; line-height: 1.2; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); }
th, td { padding: .4rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-size: .85em; color: var(--faint); } .number { text-align: right; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; padding: 0 .5rem; border: 1px solid; border-radius: 1rem; font-size: .78em;
  white-space: nowrap; }
@media print { body { max-width: none; padding: 0; background: none; } }
"""


def document(title: str, body: str, style: str, script: str = "") -> str:
    """A page. Its policy lets it load nothing, and run nothing but this script, whatever is in ``body``."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy += f"; script-src 'sha256-{digest}'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n<body>\n{body}\n"
        f"{f'<script>{script}</script>' if script else ''}</body>\n</html>"
    )


def text(content: str) -> str:
    """Text in which nothing is HTML's own, and nothing is invisible."""
    return escape(printable(content))


def marked(content: str) -> str:
    """Text whose code between backticks is shown as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text(content))
