"""What rich makes of tables and texts, in lines; rich is only imported where something is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tdlint.formatters.options import Options


def drawn(things: Sequence[RenderableType], options: Options, indent: int = 0) -> list[str]:
    """The lines of things below each other, in colors if they are wanted, without space at their ends."""
    from rich.console import Console
    from rich.padding import Padding

    stream = io.StringIO()
    colors: Literal["standard"] | None = "standard" if options.color else None
    console = Console(
        file=stream,
        width=options.width,
        color_system=colors,
        force_terminal=options.color,
        legacy_windows=False,
        highlight=False,
    )
    for thing in things:
        console.print(Padding(thing, (0, 0, 0, indent)) if indent else thing)
    return [line.rstrip() for line in stream.getvalue().splitlines()]
