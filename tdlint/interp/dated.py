"""Calls as other versions of Keras take them: they are kept for the rules, and understood as they were meant."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from tdlint.interp.arguments import CallArguments, bound
from tdlint.interp.program import DatedCall
from tdlint.interp.run import Run
from tdlint.spec import layers
from tdlint.spec.migration.arguments import ArgumentChange, changes_of
from tdlint.spec.objects import signature_of
from tdlint.values import NONE, Const, Sequence, Symbol, Value, text


def up_to_date(run: Run, callee: Symbol, args: CallArguments, node: cst.Call) -> CallArguments:
    """The arguments under the names that they have now; the call is kept for the rules if some had others."""
    changes = changes_of(callee.name)
    if not changes or changes.keys().isdisjoint(args.keywords):
        return args
    record(run, callee, args, node)
    return renamed(changes, args)


def record(run: Run, callee: Symbol, args: CallArguments, node: cst.Call) -> DatedCall:
    """Keep a call for the rules as it is written."""
    layer = layers.find(callee.name) if callee.name.startswith("keras.layers.") else None
    signature = signature_of(callee.name) if layer is None else layer.signature
    made = DatedCall(
        callee.name,
        callee.namespace,
        bound(run, args, signature),
        run.site(node),
        run.site(node.func),
        tuple(None if place is None else run.site(place) for _, place in args.positional),
        certain=not run.uncertain,
    )
    if not run.muted and not run.expecting:
        run.dated_calls.setdefault((made.site, made.name, made.args), made)
    return made


def renamed(changes: Mapping[str, ArgumentChange], args: CallArguments) -> CallArguments:
    """Old arguments under their new names; those that are gone, and that do not say what is computed, are left out."""
    keywords: dict[str, tuple[Value, cst.CSTNode | None]] = {}
    parts: dict[str, dict[int, tuple[Value, cst.CSTNode | None]]] = {}
    for name, (value, node) in args.keywords.items():
        change = changes.get(name)
        if change is None or change.only or change.family == "input":
            keywords[name] = value, node
        elif change.new is None:
            if change.family != "keras1":
                keywords[name] = value, node
        elif change.part is not None:
            parts.setdefault(change.new, {})[change.part] = value, node
        elif change.new not in args.keywords:
            keywords[change.new] = _now(change, value), node
    for name, found in parts.items():
        # one of them says where: the whole has no place in the source
        sizes = tuple(value for _, (value, _) in sorted(found.items()))
        keywords.setdefault(name, (Sequence(sizes, "tuple"), found[min(found)][1]))
    return CallArguments(args.positional, keywords, args.complete)


def _now(change: ArgumentChange, value: Value) -> Value:
    said = text(value)
    if said is None or said not in change.values:
        return value
    now = change.values[said]
    return NONE if now is None else Const(now)
