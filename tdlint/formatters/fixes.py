"""What fixing did, or would do: a list by file and rule, and the differences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import unified_diff

from tdlint.diagnostics import Applicability
from tdlint.formatters import concise
from tdlint.formatters.options import Options
from tdlint.formatters.place import shown_path
from tdlint.formatters.summary import count
from tdlint.formatters.terminal import Paint, printable
from tdlint.linting.result import Fixing, RunResult
from tdlint.linting.tool_codes import TOOL_CODES
from tdlint.sources.notebooks import read_notebook
from tdlint.sources.source_file import decode


def render_list(result: RunResult, options: Options) -> str:
    """The fixes that were applied: a line per file, and one per rule below it."""
    if not result.fixed:
        return "Nothing was fixed."
    paint = Paint(options.color)
    lines = [f"{paint('Fixed', 'good')} {result.fixed}:"]
    for path, fixing in result.fixings:
        lines.append(f"  {paint(printable(shown_path(path, options.base)), 'bold')}")
        lines += [f"{each.count:8}  {paint(each.code, 'bold')} [{each.name}]" for each in fixing.fixed]
    return "\n".join(lines)


def by_rule(result: RunResult) -> dict[str, int]:
    """How many fixes of each rule were applied, by code; the most frequent first."""
    codes: Counter[str] = Counter()
    for _, fixing in result.fixings:
        codes.update({each.code: each.count for each in fixing.fixed})
    return dict(sorted(codes.items(), key=lambda item: (-item[1], item[0])))


def render_outcome(result: RunResult, options: Options, *, would: bool) -> str:
    """One line: how much was fixed, or would be, and how much more could be."""
    files = count(len(result.fixings), "file")
    done = f"{'Would fix' if would else 'Fixed'} {result.fixed} in {files}"
    parts = [done if result.fixed else "Nothing to fix"]
    more = result.fixable(Applicability.UNSAFE)
    if more and not options.unsafe_fixes:
        parts.append(f"{more} more with --unsafe-fixes")
    return "; ".join(parts) + "."


def render_trouble(result: RunResult, options: Options) -> str:
    """A line for each file that could not be read, analysed or written."""
    trouble = {code.code for code in TOOL_CODES if code.always}
    return "\n".join(concise.line(each, options) for each in result.diagnostics if each.code in trouble)


def render_diff(result: RunResult, options: Options) -> str:
    """What fixing changes, as a unified diff that ``patch -p0`` takes; of a notebook, the code of its cells."""
    paint = Paint(options.color)
    lines = [
        _painted(line, paint) if options.color else line
        for path, fixing in result.fixings
        for name, before, after in _texts(shown_path(path, options.base), fixing)
        for line in _diff(name, before, after)
    ]
    return "\n".join(lines)


def diff_lines(path: str, fixing: Fixing) -> list[str]:
    """The difference of one file as lines without their ends."""
    return [line for name, before, after in _texts(path, fixing) for line in _diff(name, before, after)]


def _texts(path: str, fixing: Fixing) -> Iterator[tuple[str, str, str]]:
    """The name, old and new text of what is compared."""
    if not path.lower().endswith(".ipynb"):
        yield path, decode(fixing.before)[0], decode(fixing.after)[0]
        return
    before, after = read_notebook(path, fixing.before), read_notebook(path, fixing.after)
    assert before is not None
    assert after is not None
    for old, new in zip(before.cells, after.cells, strict=True):
        texts = before.text[old.start : old.end], after.text[new.start : new.end]
        if texts[0] != texts[1]:
            yield f"{path}:cell{old.number}", *texts


def _diff(name: str, before: str, after: str) -> Iterator[str]:
    for line in unified_diff(_lines(before), _lines(after), name, name, lineterm="\n"):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield r"\ No newline at end of file"


def _lines(text: str) -> list[str]:
    # str.splitlines would also split at form feeds and the like, which other tools don't take for line ends
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _painted(line: str, paint: Paint) -> str:
    style = "bold" if line.startswith(("---", "+++")) else _STYLES.get(line[:1])
    return paint(printable(line), style) if style else printable(line)


_STYLES = {"+": "good", "-": "error", "@": "gutter"}
