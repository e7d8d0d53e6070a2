"""Lines of bars on one scale, with their numbers beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from tdlint.formatters.inspection.words import amount
from tdlint.formatters.page import text


def finite(value: float | None) -> float:
    """How long a bar is: nothing for what is not known, or not a finite number."""
    return value if value is not None and math.isfinite(value) else 0.0


def lines(named: Iterable[tuple[str, Sequence[tuple[str, float | None]]]]) -> Iterator[str]:
    """A line per name, with a bar for each of its values; a value comes with the class of its bar."""
    found = list(named)
    scale = max((finite(value) for _, values in found for _, value in values), default=0.0) or 1.0
    yield '<div class="bars" role="list">'
    for name, values in found:
        yield f'<div class="line" role="listitem"><span class="label" title="{text(name)}">{text(name)}</span><span>'
        for kind, value in values:
            width = 100 * max(finite(value), 0.0) / scale
            yield f'<span class="track"><i class="{kind}" style="width:{width:.2f}%"></i>{amount(value, True)}</span>'
        yield "</span></div>"
    yield "</div>"


def key(*meanings: tuple[str, str]) -> str:
    """What the kinds of bars mean."""
    keys = " ".join(f'<i class="key {kind}"></i> {text(what)}' for kind, what in meanings)
    return f'<p class="faint">{keys}</p>'
