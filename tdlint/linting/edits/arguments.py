"""Arguments of a call added, removed and renamed, as edits of text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst

from tdlint.diagnostics import Edit, Span
from tdlint.sources.positions import Spans

_COMMA = re.compile(r"(?:\s|\\|#[^\r\n]*)*,")
"""The comma behind an argument, which may stand behind spaces and comments."""


def added(call: libcst.CSTNode, text: str, spans: Spans, source: str) -> Edit | None:
    """A further argument, in the layout that the call has."""
    if not isinstance(call, libcst.Call):
        return None
    closing = spans[call].end - 1
    if not call.args:
        return Edit(Span(closing, closing), text)
    last = call.args[-1]
    if isinstance(last.value, libcst.GeneratorExp) and not last.value.lpar:
        return None  # a bare generator must be the only argument
    end = spans[last].end
    if not isinstance(last.comma, libcst.Comma):
        return Edit(Span(end, end), f", {text}")
    comma = _COMMA.match(source, end)
    if not comma:
        return None
    after = comma.end()
    rest = source[after:closing]
    line_end = min((place for place in map(rest.find, "\r\n") if place >= 0), default=-1)
    if line_end < 0:
        return Edit(Span(after, after), f" {text},")
    start = max(source.rfind(end, 0, spans[last].start) for end in "\r\n") + 1
    before = source[start : spans[last].start]
    if before.strip() or _code_before_comment(rest[:line_end]):
        return Edit(Span(after, after), f" {text},")
    # one argument a line, a comma after each: so shall the new one be
    newline = "\r\n" if rest.startswith("\r\n", line_end) else rest[line_end]
    return Edit(Span(after + line_end, after + line_end), f"{newline}{before}{text},")


def _code_before_comment(rest: str) -> bool:
    return bool(rest.partition("#")[0].strip())


def removed(
    call: libcst.CSTNode, values: Sequence[libcst.CSTNode], adds: bool, spans: Spans, source: str
) -> list[Edit] | None:
    """Arguments taken away, by their values; None if one of them is not an argument of the call.

    ``adds`` says that the same fix adds arguments, which needs one to stay.
    """
    if not isinstance(call, libcst.Call):
        return None
    gone = [any(arg.value is value for value in values) for arg in call.args]
    if sum(gone) != len(values) or any(arg.star for arg, out in zip(call.args, gone, strict=True) if out):
        return None
    if any(_shifts(call.args[place:], gone[place:]) for place, out in enumerate(gone) if out):
        return None
    if all(gone):
        if adds:
            return None
        return [Edit(Span(spans[call.args[0]].start, spans[call].end - 1), "")]
    edits = []
    place = 0
    while place < len(gone):
        if not gone[place]:
            place += 1
            continue
        first = place
        while place < len(gone) and gone[place]:
            place += 1
        if first:
            start, end = spans[call.args[first - 1]].end, spans[call.args[place - 1]].end
        else:
            start, end = spans[call.args[0]].start, spans[call.args[place]].start
        edits.append(Edit(Span(start, end), ""))
    return edits


def _shifts(args: Sequence[libcst.Arg], gone: Sequence[bool]) -> bool:
    """Whether taking away the first argument, a positional one, gives the place of a later one another meaning."""
    if args[0].keyword is not None:
        return False
    return any(arg.keyword is None and not out for arg, out in zip(args[1:], gone[1:], strict=True))


def renamed(call: libcst.CSTNode, value: libcst.CSTNode, keyword: str, text: str | None, spans: Spans) -> Edit | None:
    """An argument passed by another keyword, and as another ``text`` if that is given."""
    arg = argument(call, value)
    if arg is None or arg.star:
        return None
    assert isinstance(call, libcst.Call)
    if any(other.keyword is not None and other.keyword.value == keyword for other in call.args if other is not arg):
        return None
    span = spans[arg]  # brackets around the value included, which are not in the span of the value
    if arg.keyword is None:
        later = call.args[call.args.index(arg) + 1 :]
        if any(other.keyword is None and other.star != "**" for other in later):
            return None
        if text is None:
            return Edit(Span(span.start, span.start), f"{keyword}=")
        return Edit(span, f"{keyword}={text}")
    if text is None:
        return Edit(spans[arg.keyword], keyword)
    return Edit(span, f"{keyword}={text}")


def argument(call: libcst.CSTNode, value: libcst.CSTNode) -> libcst.Arg | None:
    """The argument of a call that has this value."""
    if not isinstance(call, libcst.Call):
        return None
    return next((arg for arg in call.args if arg.value is value), None)
