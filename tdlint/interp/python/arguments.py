"""The arguments of a call as the source gives them, before they are bound to a signature."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from tdlint.spec.signature import Signature, bind
from tdlint.values import Arguments, Site, Value

if TYPE_CHECKING:
    from tdlint.interp.run import Run


@dataclass(frozen=True)
class CallArguments:
    """Values with their syntax nodes. ``complete`` is False if ``*`` or ``**`` hides some."""

    positional: tuple[tuple[Value, cst.CSTNode | None], ...] = ()
    keywords: dict[str, tuple[Value, cst.CSTNode | None]] = field(default_factory=dict)
    complete: bool = True

    def with_first(self, value: Value) -> CallArguments:
        """A copy with one more argument in front."""
        return CallArguments(((value, None), *self.positional), self.keywords, self.complete)

    @property
    def values(self) -> list[Value]:
        """The positional values."""
        return [value for value, _ in self.positional]

    def first(self, name: str) -> Value | None:
        """The first positional argument, or the one with this keyword."""
        if self.positional:
            return self.positional[0][0]
        found = self.keywords.get(name)
        return None if found is None else found[0]

    def everything(self) -> list[Value]:
        """All values."""
        return [*self.values, *(value for value, _ in self.keywords.values())]


def bound(run: Run, args: CallArguments, signature: Signature) -> Arguments:
    """The arguments by parameter name, as they are at this moment."""
    from tdlint.interp.python.containers import snapshot

    def place(node: cst.CSTNode | None) -> Site | None:
        return None if node is None else run.site(node)

    return bind(
        signature,
        [(snapshot(run, value), place(node)) for value, node in args.positional],
        {key: (snapshot(run, value), place(node)) for key, (value, node) in args.keywords.items()},
        args.complete,
    )
