"""Reads of attributes and methods that the version a program is meant for does not have, from the package's table."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    DatedRead,
    FixPlan,
    KerasVersion,
    MemberChange,
    Place,
    Program,
    ReplaceCode,
    Report,
    Severity,
    member_change,
)

from .._saving import version_of

OF_LAYERS = frozenset({"Layer", "Dense", "Conv1D", "Conv2D", "Conv3D", "Bidirectional"})


def changed(program: Program, context: Context) -> Iterator[tuple[DatedRead, MemberChange, KerasVersion]]:
    """Every read of what the target does not have, each place once."""
    if not program.namespaces:
        return
    written = {assignment.site for assignment in program.assignments}
    for read in program.dated_reads:
        change = member_change((read.owner,), read.name)
        target = version_of(program, context) if read.namespace is None else context.version(read.namespace)
        if change is None or target < change.since or (program.by_version and not read.certain) or read.at in written:
            continue
        if not change.method or read.call is not None or change.new is not None:
            yield read, change, target


NAMES = {
    "Layer": "a layer",
    "Metric": "a metric",
    "Model": "a model",
    "Optimizer": "an optimizer",
    "KerasTensor": "a symbolic tensor",
    "Shape": "the shape of a symbolic tensor",
}


def report(read: DatedRead, change: MemberChange, target: KerasVersion, fix: FixPlan | None) -> Report:
    """What is wrong with one read."""
    what = "method" if change.method else "attribute"
    owner = NAMES.get(change.owner, change.owner)
    return Report(
        Place(read.word),
        f"{owner} of Keras {target.major} has no {what} {change.old}",
        fact=f"{'NotImplementedError' if change.old == 'add_metric' else 'AttributeError'} (FACTS L6)",
        help=change.help or (None if change.new is None else f"say {change.new}"),
        fix=fix,
        severity=Severity.ERROR,
    )


def renaming(read: DatedRead, change: MemberChange, safe: Applicability = Applicability.SAFE) -> FixPlan | None:
    """Write the new name in the place of the old one."""
    if change.new is None:
        return None
    return FixPlan(f"Say {change.new}", (ReplaceCode(read.word, (change.new,)),), safe)
