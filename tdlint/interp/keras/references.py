"""Names of Keras that Keras 3 does not have, recorded where a program takes them from their modules.

What the program does on purpose for several versions is left out: a name in a ``try`` that goes on without it, or
under a condition on a version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import libcst as cst

from tdlint.interp.program import How, Reference
from tdlint.interp.python.arguments import CallArguments, bound
from tdlint.interp.run import MAIN, OutOfSteps, Run
from tdlint.sources.plain_nodes import code_of
from tdlint.spec import migration
from tdlint.spec.names import spelled
from tdlint.values import Symbol

_SOURCE = "keras.src."

# Packages whose names are recorded whether they exist or not: they are gone, or nobody's business.
CONTRIB = "tensorflow.contrib.keras"
_ABANDONED = frozenset({"tensorflow.python.keras", CONTRIB})

_CAUGHT = re.compile(r"\b(?:ImportError|ModuleNotFoundError|AttributeError|NameError|Exception|BaseException)\b")
_VERSIONED = re.compile(r"version|hasattr|\bbackend\b|_backend\b|PY[23]\b|TF[12_]|(?i:legacy)")


@contextmanager
def trying(run: Run, node: cst.Try | cst.TryStar) -> Iterator[None]:
    """While in ``try`` and its handlers; whoever catches that a name is missing, knows that it may be."""
    if any(handler.type is None or _CAUGHT.search(_code(run, handler.type)) for handler in node.handlers):
        with _guarded(run, node):
            yield
    else:
        yield


@contextmanager
def _guarded(run: Run, node: cst.CSTNode) -> Iterator[None]:
    run.guards.append((run.frames[-1].number, node))
    try:
        yield
    finally:
        run.guards.pop()


@contextmanager
def choosing(run: Run, test: cst.BaseExpression) -> Iterator[None]:
    """While in a branch that is taken under a condition which is not known."""
    with _guarded(run, test):
        yield


def is_guarded(run: Run) -> bool:
    """Whether the program goes another way where Keras is another version."""
    here = run.frames[-1].number
    for frame, node in run.guards:
        if isinstance(node, (cst.Try, cst.TryStar)):
            if frame == here:
                return True
        elif _VERSIONED.search(_code(run, node)):
            return True
    return False


def _code(run: Run, node: cst.CSTNode) -> str:
    return code_of(run.outside.trees.values(), node)


def _unheard(run: Run) -> bool:
    return bool(run.muted or run.expecting) or run.frames[-1].module != MAIN


def imported(run: Run, path: str, statement: cst.CSTNode, node: cst.CSTNode, member: str | None = None) -> None:
    """``import path``, or ``from path import member``; ``node`` is what stands for it in the statement."""
    name, namespace = spelled(path if member is None else f"{path}.{member}")
    if namespace is None or _unheard(run):
        return
    if f"{name}.".startswith(_SOURCE):
        run.keras_source = True
    if namespace in _ABANDONED or migration.removed(name, namespace) is not None:
        text = "*" if node is statement else member or path
        _keep(run, Reference(name, namespace, run.site(node), "import", text, run.site(statement)))
        if isinstance(node, cst.ImportAlias) and node.asname is not None and isinstance(node.asname.name, cst.Name):
            run.records.reference_aliases.add(node.asname.name.value)


def read(run: Run, owner: Symbol, attribute: str, node: cst.CSTNode) -> None:
    """``owner.attribute``, where the owner is a module, or a class, of Keras."""
    name, namespace = _member(owner, attribute)
    if namespace is None or _unheard(run):
        return
    if name == "keras.src":
        run.keras_source = True
    if name == "keras" and namespace == CONTRIB and isinstance(node, cst.Attribute):
        _keep(run, Reference(name, namespace, run.site(node), "attribute", attribute))
    known = migration.removed_attribute(name, namespace)
    if known is None or not isinstance(node, cst.Attribute):
        return
    inner = run.site_of.get(id(node.value))
    within = inner is not None and inner.number in run.records.references
    if known.missing != name and not within:
        return  # the import of its module says so
    if within and inner is not None:
        run.records.inner_references.add(inner.number)
    _keep(run, Reference(name, namespace, run.site(node), "attribute", attribute))


def _member(owner: Symbol, attribute: str) -> tuple[str, str | None]:
    if owner.namespace is not None:
        return f"{owner.name}.{attribute}", owner.namespace
    # of what is keras on one path and tf.keras on another, it is not known which one fails
    return ("", None) if owner.name.startswith("keras") else spelled(f"{owner.name}.{attribute}")


def called(run: Run, callee: Symbol, args: CallArguments, node: cst.Call) -> None:
    """A call of a function that is gone: with its arguments it may be written in other words."""
    if _unheard(run) or callee.namespace is None:
        return
    gone = migration.removed(callee.name, callee.namespace)
    takes = None if gone is None else migration.parameters(gone.moved)
    if gone is None or takes is None:
        return
    how: How = "attribute" if isinstance(node.func, cst.Attribute) else "name"
    site = run.site(node.func)
    known = run.records.references.get(site.number)
    if known is None and not _is_imported_name(run, node.func, callee):
        return
    arguments = bound(run, args, takes)
    last = callee.name.rpartition(".")[2]
    by_name = frozenset(args.keywords)
    if known is None or known.call is None:
        run.records.references.pop(site.number, None)
        _keep(run, Reference(gone.moved, callee.namespace, site, how, last, None, run.site(node), arguments, by_name))


def _is_imported_name(run: Run, func: cst.BaseExpression, callee: Symbol) -> bool:
    """Whether a callee is a name that an import gave it, and no variable that holds one function or another."""
    if not isinstance(func, cst.Name):
        return False
    return func.value == callee.name.rpartition(".")[2] or func.value in run.records.reference_aliases


def compared(run: Run, call: cst.Call, other: cst.BaseExpression) -> None:
    """``K.image_dim_ordering() == "th"``: what a call is compared with may have another name, too."""
    site = run.site_of.get(id(call.func))
    known = None if site is None else run.records.references.get(site.number)
    if known is not None and known.compared is None and isinstance(other, cst.SimpleString):
        run.records.references[known.site.number] = replace(known, compared=run.site(other))


def _keep(run: Run, made: Reference) -> None:
    if not is_guarded(run):
        run.records.references.setdefault(made.site.number, made)


LAMBDA_STEPS = 10_000
"""How many steps reading the lambdas of a program may take."""


def read_lambdas(run: Run) -> None:
    """Follow lambdas that nobody calls, such as those of Lambda layers with an ``output_shape``, for the names in them.

    Nothing else of them is kept.
    """
    from tdlint.interp.python import functions
    from tdlint.interp.relevance import uses_of_removed

    uses_removed = uses_of_removed(run)
    bound, run.max_steps = run.max_steps, run.steps + LAMBDA_STEPS
    for function in list(run.functions.values()):
        if function.entered or not isinstance(function.node, cst.Lambda) or run.modules[function.frame] != MAIN:
            continue
        if function.frame in run.state.frames and uses_removed(_code(run, function.node)):
            before, records = run.state.fork(), run.records.sizes()
            with suppress(OutOfSteps, RecursionError):
                functions.enter_function(run, function, functions.unknown_arguments(function))
            kept = run.records.references.copy()
            run.records.take_back(records)
            run.records.references.update(kept)
            run.keep_going(before)
    run.max_steps = bound


def found(run: Run) -> tuple[Reference, ...]:
    """All that was recorded, but for what is the beginning of another: ``keras.utils.np_utils`` of what it has."""
    kept = (each for number, each in run.records.references.items() if number not in run.records.inner_references)
    # the modules of keras.src have the names of the public ones, and other contents
    return tuple(each for each in kept if each.how == "import" or not run.keras_source)
