"""Code actions: the fixes of diagnostics, comments that hide them, and all safe fixes of a program at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from lsprotocol import types as lsp

from tdlint.diagnostics import Applicability, Diagnostic, Edit, Span
from tdlint.linting.result import FileResult
from tdlint.linting.tool_codes import FAILURES, FIX_FAILED, SYNTAX_ERROR
from tdlint.server.documents import Opened, Part
from tdlint.server.jobs import Edits, Fix, Ignore
from tdlint.server.report import diagnostics_of
from tdlint.server.session import Session
from tdlint.sources.rewriting import with_line_ends_of
from tdlint.sources.source_file import decode

QUICK_FIX = lsp.CodeActionKind.QuickFix
FIX_ALL = "source.fixAll.tdlint"
FIX_ALL_NOTEBOOK = "notebook.source.fixAll.tdlint"
KINDS = (QUICK_FIX, FIX_ALL, FIX_ALL_NOTEBOOK)

_UNHIDABLE = FAILURES | {SYNTAX_ERROR.code}


async def code_actions(session: Session, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """What can be done about the diagnostics of a range, and about all that is in its program."""
    uri, only = params.text_document.uri, params.context.only
    found = await session.result(uri)
    part = found[0].part(uri) if found is not None else None
    if found is None or part is None:
        return []
    program, result = found
    here = [each for each in result.diagnostics if _is_at(each, program, part, params.range)]
    actions: list[lsp.CodeAction] = []
    if _wanted(QUICK_FIX, only):
        actions += _fixes(session, program, here)
        actions += await _comments(session, program, here)
    kinds = [kind for kind in (FIX_ALL, FIX_ALL_NOTEBOOK) if _wanted(kind, only)]
    if kinds and any(each.fix and each.fix.applicability is Applicability.SAFE for each in result.diagnostics):
        in_notebook = FIX_ALL_NOTEBOOK in kinds and FIX_ALL not in kinds
        action = lsp.CodeAction(
            "Fix all safe fixes of tdlint", kind=FIX_ALL_NOTEBOOK if in_notebook else FIX_ALL, data={"uri": uri}
        )
        actions.append(action if _resolves(session) else await resolved(session, action))
    return actions


async def resolved(session: Session, action: lsp.CodeAction) -> lsp.CodeAction:
    """An action for all fixes with its edit."""
    uri = action.data.get("uri") if isinstance(action.data, dict) else None
    found = await session.result(uri) if isinstance(uri, str) else None
    settings = session.settings(found[0].path) if found is not None else None
    if found is None or settings is None:
        return action
    program = found[0]
    fixed = await session.ask(
        Fix(program.data, program.path, replace(settings, unsafe_fixes=False), session.around(program))
    )
    if isinstance(fixed, FileResult):
        for each in fixed.diagnostics:
            if each.code == FIX_FAILED.code:
                session.say(each.message)
        after = fixed.fixing.after if fixed.fixing is not None else program.data
        edits = {part.uri: _differences(part, text) for part, text in _texts(program, after)}
        action.edit = _workspace_edit(session, program, edits)
    return action


def _fixes(session: Session, program: Opened, diagnostics: Sequence[Diagnostic]) -> Iterator[lsp.CodeAction]:
    for each in diagnostics:
        fix = each.fix
        if fix is None or not fix.edits or fix.applicability is Applicability.DISPLAY_ONLY:
            continue
        safe = fix.applicability is Applicability.SAFE
        yield lsp.CodeAction(
            f"{fix.title} ({each.code}{'' if safe else ', unsafe'})",
            kind=QUICK_FIX,
            diagnostics=_as_told(program, each),
            is_preferred=safe,
            edit=_edit(session, program, fix.edits),
        )


async def _comments(session: Session, program: Opened, diagnostics: Sequence[Diagnostic]) -> list[lsp.CodeAction]:
    places = ((each, each.location.span) for each in diagnostics if each.code not in _UNHIDABLE)
    hidable = [(each, span) for each, span in places if span is not None]
    if not hidable:
        return []
    wanted = tuple((each.code, span) for each, span in hidable)
    answer = await session.ask(Ignore(program.data, program.path, wanted))
    edits = answer.edits if isinstance(answer, Edits) else ()
    return [
        lsp.CodeAction(
            f"Ignore {each.code} [{each.name}] here with a comment",
            kind=QUICK_FIX,
            diagnostics=_as_told(program, each),
            edit=_edit(session, program, [edit]),
        )
        for (each, _), edit in zip(hidable, edits, strict=False)
        if edit is not None
    ]


def _as_told(program: Opened, diagnostic: Diagnostic) -> list[lsp.Diagnostic]:
    """The diagnostic as the client has it."""
    told = diagnostics_of(program, FileResult(program.path, (diagnostic,)), {})
    return [each for diagnostics in told.values() for each in diagnostics]


def _is_at(diagnostic: Diagnostic, program: Opened, part: Part, where: lsp.Range) -> bool:
    """Whether a diagnostic is on a line of a range: some editors send the cursor alone, wherever it is in the line."""
    place = program.place(diagnostic.location)
    if place is None or place[0] is not part:
        return False
    return place[1].start.line <= where.end.line and where.start.line <= place[1].end.line


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a kind of action is asked for; those for notebooks are for who asks for them."""
    if not only:
        return kind != FIX_ALL_NOTEBOOK
    return any(kind == each or kind.startswith(f"{each}.") for each in map(_text, only))


def _text(kind: str) -> str:
    return str(getattr(kind, "value", kind))


def _resolves(session: Session) -> bool:
    """Whether the client asks for the edit of an action once someone chose it."""
    text = session.server.client_capabilities.text_document
    support = text.code_action.resolve_support if text and text.code_action else None
    return support is not None and "edit" in support.properties


def _edit(session: Session, program: Opened, edits: Iterable[Edit]) -> lsp.WorkspaceEdit:
    by_part: dict[str, list[lsp.TextEdit]] = {}
    for edit in edits:
        part = program.part_at(edit.span.start)
        if part is not None:
            new = with_line_ends_of(part.text.text, edit).replacement
            by_part.setdefault(part.uri, []).append(lsp.TextEdit(part.range(edit.span), new))
    return _workspace_edit(session, program, by_part)


def _workspace_edit(session: Session, program: Opened, edits: dict[str, list[lsp.TextEdit]]) -> lsp.WorkspaceEdit:
    """Edits of texts in the versions that they are of, where the client can tell these."""
    edits = {uri: each for uri, each in edits.items() if each}
    workspace = session.server.client_capabilities.workspace
    if not (workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes):
        return lsp.WorkspaceEdit(changes=edits)
    versions = {part.uri: part.version for part in program.parts}
    return lsp.WorkspaceEdit(
        document_changes=[
            lsp.TextDocumentEdit(lsp.OptionalVersionedTextDocumentIdentifier(uri, versions.get(uri)), [*each])
            for uri, each in edits.items()
        ]
    )


def _texts(program: Opened, after: bytes) -> Iterator[tuple[Part, str]]:
    """Each part with its text in the bytes of a program."""
    if len(program.parts) == 1 and program.parts[0].cell is None:
        yield program.parts[0], decode(after)[0]
        return
    cells = json.loads(after)["cells"]
    for part in program.parts:
        source = cells[(part.cell or 0) - 1]["source"]
        yield part, source if isinstance(source, str) else "".join(source)


def _differences(part: Part, after: str) -> list[lsp.TextEdit]:
    """The edits, line by line, that make a part another text."""
    before = part.text.text[max(0, -part.start) :]
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    offset = part.start + len(part.text.text) - len(before)
    return [
        lsp.TextEdit(part.range(Span(offset + starts[a], offset + starts[b])), "".join(new[c:d]))
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
