"""What a run writes down for the rules on its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tdlint.graph import CallSite
from tdlint.interp.program import Assignment, DatedCall, DatedRead, Import, Reference, StepLayer
from tdlint.values import Site, Value


@dataclass
class Records:
    """Each thing once, in the order in which the run came to it."""

    calls: dict[tuple[object, ...], CallSite] = field(default_factory=dict)
    builds: dict[tuple[int, ...], list[tuple[object, ...]]] = field(default_factory=dict)
    """The keys of calls of ``build``, some of them taken back."""
    assignments: dict[tuple[object, ...], Assignment] = field(default_factory=dict)
    dated_calls: dict[tuple[object, ...], DatedCall] = field(default_factory=dict)
    dated_reads: dict[int, DatedRead] = field(default_factory=dict)
    placed: dict[Site, Site | None] = field(default_factory=dict)
    imports: dict[tuple[str, str, int], Import] = field(default_factory=dict)
    namespaces: dict[str, Site] = field(default_factory=dict)
    step_layers: dict[tuple[str, int], StepLayer] = field(default_factory=dict)
    references: dict[int, Reference] = field(default_factory=dict)
    unknown: list[tuple[str, Site]] = field(default_factory=list)
    taped: dict[int, Site] = field(default_factory=dict)
    taped_training: set[int] = field(default_factory=set)
    made_with: dict[int, tuple[tuple[Value, Site | None], ...]] = field(default_factory=dict)
    model_reads: dict[int, set[str]] = field(default_factory=dict)
    inner_references: set[int] = field(default_factory=set)
    reference_aliases: set[str] = field(default_factory=set)

    def _tables(self) -> tuple[dict[Any, Any], ...]:
        recorded = (self.calls, self.assignments, self.dated_calls, self.dated_reads)
        return (*recorded, self.imports, self.namespaces, self.step_layers, self.references)

    def sizes(self) -> tuple[int, ...]:
        """How much is written down by now; see ``take_back``."""
        return (len(self.unknown), *map(len, self._tables()))

    def take_back(self, sizes: tuple[int, ...]) -> None:
        """Forget what was written down since: a round of a loop turned out not to stand for all of them."""
        del self.unknown[sizes[0] :]
        for table, size in zip(self._tables(), sizes[1:], strict=True):
            while len(table) > size:
                table.popitem()
