"""How much of the penalty a layer costs, as one of a few steps of color that everybody can tell apart."""

from __future__ import annotations

from collections.abc import Iterator

STEPS = (
    ("none", "no penalty"),
    ("s1", "under 1 %"),
    ("s2", "1 to 5 %"),
    ("s3", "5 to 20 %"),
    ("s4", "20 to 50 %"),
    ("s5", "over 50 %"),
    ("unknown", "not known"),
)
"""Classes of the style sheet, from light to dark in one order of lightness, and what each means."""


def step(share: float | None, has_penalty: bool) -> str:
    """The class for a share of the penalty; ``has_penalty`` says that there is a regularizer, or might be one."""
    if not has_penalty or share == 0:
        return "none"
    if share is None:
        return "unknown"
    return next((f"s{number}" for number, edge in enumerate((0.01, 0.05, 0.2, 0.5), 1) if share < edge), "s5")


def legend(used: set[str]) -> Iterator[str]:
    """The steps that a drawing has, with their meaning."""
    yield '<ul class="legend" aria-label="Share of the penalty">'
    yield from (f'<li><i class="swatch {name}"></i>{meaning}</li>' for name, meaning in STEPS if name in used)
    yield "</ul>"
