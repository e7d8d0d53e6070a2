"""Names that are gone in Keras 3: which of a program's are, and what to say of them."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Applicability, Context, Program, Reference, migration

PACKAGES = {"keras": "keras", "tf.keras": "tensorflow.keras"}
"""What to import, by namespace."""

SAFETY = {"safe": Applicability.SAFE, "unsafe": Applicability.UNSAFE}


def missing(program: Program, context: Context) -> Iterator[tuple[Reference, migration.Removed]]:
    """The names that fail in the version of Keras that the program is meant for.

    Where a program takes Keras from one package or from another, they fail in both.
    """
    chosen = _chosen(program)
    if chosen - set(PACKAGES):
        return
    for reference in program.references:
        if reference.namespace not in PACKAGES or not _is_keras_3(context, reference.namespace):
            continue
        known = migration.removed_attribute(reference.name, reference.namespace)
        if reference.how == "import":
            known = migration.removed(reference.name, reference.namespace)
        others = (migration.removed(reference.name, other) for other in chosen - {reference.namespace})
        if known is not None and context.version(reference.namespace) >= known.since and None not in others:
            yield reference, known


def _chosen(program: Program) -> set[str]:
    """The packages that a program takes Keras from, one on one path and one on another; empty if it is one."""
    fallbacks = [found for found in program.imports if found.fallback]
    if any(found.name == "keras" for found in fallbacks):
        return {name for name, _ in program.namespaces}
    chosen = {found.namespace for found in fallbacks}
    return chosen if len(chosen) > 1 else set()


def _is_keras_3(context: Context, namespace: str) -> bool:
    return context.version(namespace) >= migration.FIRST_KERAS_3


def shown(name: str, namespace: str) -> str:
    """A name as programs write it: ``tf.keras.layers``."""
    return namespace + name[len("keras") :]


def importable(name: str, namespace: str) -> str:
    """A name as import statements write it: ``tensorflow.keras.layers``."""
    return PACKAGES[namespace] + name[len("keras") :]


def replacement(known: migration.Removed, namespace: str, context: Context) -> tuple[str, Applicability] | None:
    """The importable name that has the place of one that is gone, and how sure it is; None if nothing just has it."""
    if known.new is not None and known.fix is not None:
        return importable(known.new, namespace), SAFETY[known.fix]
    if known.new is None and known.elsewhere is not None and context.backend in (None, "tensorflow"):
        return importable(known.moved, known.elsewhere), Applicability.UNSAFE
    return None


def advice(known: migration.Removed, namespace: str) -> str | None:
    """What to do where a name is gone."""
    if known.new is not None and known.fix is not None:
        return f"use {shown(known.new, namespace)}" + (f" ({known.note})" if known.note else "")
    if known.elsewhere is not None and known.new is None:
        return f"{shown(known.moved, known.elsewhere)} is still there" + (f"; {known.note}" if known.note else "")
    if known.new is not None:
        return f"{shown(known.new, namespace)} comes next to it" + (f": {known.note}" if known.note else "")
    return known.note


def listed(names: list[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


_CHANGES = frozenset({"add", "cases", "code", "drop", "leave_out", "needs", "rename", "unless"})


def drop_in(name: str) -> bool:
    """Whether a call of the function needs no other change than its name."""
    row = migration.call_row(name)
    return row is None or (bool(row.get("fix")) and not row.keys() & _CHANGES)
