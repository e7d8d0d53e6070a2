"""Calls of functions that are gone in the words of Keras 3, as the table of these says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tdlint.api import (
    AddArgument,
    Arguments,
    Context,
    FixPlan,
    FunctionValue,
    Imported,
    Part,
    Program,
    Reference,
    RemoveArgument,
    RemoveStatement,
    RenameArgument,
    ReplaceCode,
    Rewrite,
    Site,
    migration,
    text,
)

from ._names import SAFETY, drop_in, importable

_PIECE = re.compile(
    r"\[(?P<lead>(?:, )?\w+=)\{(?P<optional>\w+)\}\]|@(?P<name>[\w.]+)|\{\{|\}\}"
    r"|\{(?P<given>\w+)(?:\|(?P<default>[^{}]*))?\}"
)
"""A template's pieces: ``[, axis={axis}]`` only if it is passed, ``@keras.ops.mean``, ``{x}`` and ``{axis|-1}``."""


def plan(reference: Reference, program: Program, context: Context) -> FixPlan | None:
    """The fix for one use of a function, None where it needs a hand."""
    row = migration.call_row(reference.name)
    if row is None or "fix" not in row:
        return None
    new = _path(row.get(reference.namespace, row.get("keras")), reference.namespace)
    title = f"Use {new}" if new else "Write it with what Keras 3 has"
    if reference.call is None or reference.args is None:
        if not drop_in(reference.name) or new is None:
            return None
        return FixPlan(title, (ReplaceCode(reference.site, (Imported(new),)),), SAFETY[row["fix"]])
    if not _fits(row, reference, program):
        return None
    if "leave_out" in row:
        known = all(value.must_be(*row["leave_out"]) for _, value in reference.args.bound)
        return FixPlan("Leave it out", (RemoveStatement(reference.call),), SAFETY[row["fix"]]) if known else None
    if "compared" in row and reference.compared is not None:
        return _renamed_with_text(row, reference, program)
    if "code" in row or "cases" in row:
        parts = composed(row, reference.args, reference.namespace)
        if parts is None:
            return None
        renewed = dict(_learning_rates(reference.args, program))
        parts = tuple(renewed.get(part, part) if isinstance(part, Site) else part for part in parts)
        return FixPlan(title, (ReplaceCode(reference.call, parts),), SAFETY[row["fix"]])
    if new is None:
        return None
    rates = (ReplaceCode(site, (code,)) for site, code in _learning_rates(reference.args, program))
    changes = (*_changes(row, reference, reference.args, reference.call), *rates)
    return FixPlan(title, (ReplaceCode(reference.site, (Imported(new),)), *changes), SAFETY[row["fix"]])


def _learning_rates(args: Arguments, program: Program) -> Iterator[tuple[Site, str]]:
    """Arguments that are the rate of an optimizer by its old name: what reads them is written anew with the call."""
    for _, site in args.sites:
        code = program.text(site)
        if code.endswith(".optimizer.lr"):
            yield site, code[: -len("lr")] + "learning_rate"


def _renamed_with_text(row: migration.Row, reference: Reference, program: Program) -> FixPlan | None:
    """A call and the text that its result is compared with, both under their new names."""
    assert reference.compared is not None
    new = _path(row[reference.namespace], reference.namespace)
    word = row["compared"].get(program.text(reference.compared).strip("\"'"))
    if new is None or word is None:
        return None
    changes = (ReplaceCode(reference.site, (Imported(new),)), Rewrite(reference.compared, word))
    return FixPlan(f"Use {new}", changes, SAFETY[row["fix"]])


def _path(name: str | None, namespace: str) -> str | None:
    if name is None or not name.startswith("keras."):
        return name
    return importable(name, namespace)


def _fits(row: migration.Row, reference: Reference, program: Program) -> bool:
    """Whether the call is one that the table speaks of."""
    args = reference.args
    assert args is not None
    assert reference.call is not None
    if not args.complete or args.unexpected or args.surplus or len(args.sites) != len(args.bound):
        return False
    taken = migration.parameters(reference.name)
    if taken is None or any(name not in taken.names for name, _ in args.bound):
        return False
    if any(not args.passes(name) for name in row.get("needs", ())):
        return False
    if any(args.passes(name) and name not in reference.keywords for name in row.get("drop", ())):
        return False
    banned = row.get("unless")
    if banned is None:
        return True
    functions = banned == "lambda" and any(isinstance(value, FunctionValue) for _, value in args.bound)
    return not functions and re.search(rf"\b{banned}\b", program.text(reference.call)) is None


def _changes(
    row: migration.Row, reference: Reference, args: Arguments, call: Site
) -> Iterator[AddArgument | RemoveArgument | RenameArgument]:
    for name in row.get("drop", ()):
        site = args.site(name)
        if site is not None:
            yield RemoveArgument(call, site)
    for name, new in row.get("rename", {}).items():
        site = args.site(name)
        if site is not None and name in reference.keywords:
            yield RenameArgument(call, site, new)
    for name, value in row.get("add", {}).items():
        if not args.passes(name):
            yield AddArgument(call, f"{name}={value}")


def _template(row: migration.Row, args: Arguments) -> str | None:
    """The code to write; with ``cases`` it is the one for the text that an argument is."""
    cases = row.get("cases")
    if cases is None:
        code: str | None = row.get("code")
        return code
    name = cases["argument"]
    chosen: str | None = cases["of"].get(text(args.get(name)) if args.passes(name) else cases["default"])
    return chosen


def composed(row: migration.Row, args: Arguments, namespace: str) -> tuple[Part, ...] | None:
    """The template with the call's arguments in it; None if it leaves one of them out, or has no place for one."""
    template = _template(row, args)
    if template is None:
        return None
    parts: list[Part] = []
    used = {*row.get("ignore", ()), row.get("cases", {}).get("argument")}
    end = 0
    for found in _PIECE.finditer(template):
        parts.append(template[end : found.start()])
        end = found.end()
        name = found["optional"] or found["given"]
        if found["name"] is not None:
            parts.append(Imported(_path(found["name"], namespace) or ""))
        elif name is None:
            parts.append(found[0][0])
        else:
            used.add(name)
            filled = _filled(row, args, name, found["lead"] or "", found["default"])
            if filled is None and found["optional"] is None:
                return None
            parts += filled or ()
    parts.append(template[end:])
    if any(name not in used for name, _ in args.bound):
        return None
    return tuple(_joined(parts))


def _filled(row: migration.Row, args: Arguments, name: str, lead: str, default: str | None) -> list[Part] | None:
    site = args.site(name)
    if site is None:
        return None if default is None else [default]
    if "values" in row:
        value = row["values"].get(text(args.get(name)))
        return None if value is None else [value]
    return [lead, site]


def _joined(parts: list[Part]) -> Iterator[Part]:
    """The parts with neighbouring texts as one."""
    pending = ""
    for part in parts:
        if isinstance(part, str):
            pending += part
        else:
            if pending:
                yield pending
            pending = ""
            yield part
    if pending:
        yield pending
