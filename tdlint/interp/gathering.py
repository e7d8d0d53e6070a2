"""From a run that is over to the ``Program``: what was recorded on the way, put together for the rules."""

from __future__ import annotations

from tdlint.graph import ModelGraph
from tdlint.interp.keras import references
from tdlint.interp.program import Program, TapedCall
from tdlint.interp.python import classes
from tdlint.interp.reading.method_reading import facts_of_classes, read_value
from tdlint.interp.run import Run
from tdlint.sources.plain_nodes import code_of
from tdlint.values import ModelValue, Site, Value


def program_of(run: Run, models: tuple[ModelGraph, ...], returned: tuple[int, ...] | None) -> Program:
    """What the run found out, with the graphs of its models; ``returned`` are the keys of those that were asked for."""
    return Program(
        models,
        tuple(run.records.calls.values()),
        tuple(run.records.imports.values()),
        tuple(run.records.step_layers.values()),
        tuple(run.records.namespaces.items()),
        run.legacy_keras,
        tuple(run.records.unknown),
        returned,
        tuple(run.records.assignments.values()),
        facts_of_classes(run),
        lambda value: read_value(run, value),
        taped=_taped(run),
        made_with=run.records.made_with,
        attribute=lambda key, name: _attribute(run, key, name),
        backend=run.backend,
        dated_calls=tuple(run.records.dated_calls.values()),
        by_version=run.by_version,
        dated_reads=tuple(run.records.dated_reads.values()),
        placed=run.records.placed,
        text=lambda site: _text(run, site),
        references=references.found(run),
    )


def _taped(run: Run) -> tuple[TapedCall, ...]:
    return tuple(
        TapedCall(key, site, frozenset(run.records.model_reads.get(key, ())), key in run.records.taped_training)
        for key, site in run.records.taped.items()
    )


def _attribute(run: Run, key: int, name: str) -> Value | None:
    found = classes.attributes_of(run, ModelValue(key))
    return None if found is None or name in found.partial else found.get(name)


def _text(run: Run, site: Site) -> str:
    return code_of(run.outside.trees.values(), run.syntax[site.number])
