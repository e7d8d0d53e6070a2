"""JUnit XML, which nearly every CI server shows as test results: a test suite per file, a failed test per diagnostic.

A file without diagnostics is one test that passed, so that a clean run shows what was checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tdlint.diagnostics import Diagnostic
from tdlint.formatters.options import Options
from tdlint.formatters.place import place, shown_path
from tdlint.formatters.terminal import printable
from tdlint.linting.result import FileResult, RunResult
from tdlint.linting.tool_codes import FAILURES


def render(result: RunResult, options: Options) -> str:
    """An XML document; it declares no encoding, so it is UTF-8."""
    root = Element("testsuites", name="tdlint")
    suites = [_suite(file, options) for file in result.files]
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    root.extend(suites)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=False)


def _suite(file: FileResult, options: Options) -> Element:
    name = printable(shown_path(file.path, options.base))
    diagnostics = sorted(file.diagnostics, key=Diagnostic.sort_key)
    errors = sum(diagnostic.code in FAILURES for diagnostic in diagnostics)
    counts = {"failures": len(diagnostics) - errors, "errors": errors, "skipped": 0, "tests": max(1, len(diagnostics))}
    suite = Element("testsuite", {"name": name} | {key: str(count) for key, count in counts.items()})
    for diagnostic in diagnostics:
        _case(suite, name, diagnostic, options)
    if not diagnostics:
        SubElement(suite, "testcase", name="tdlint", classname=name)
    return suite


def _case(suite: Element, name: str, diagnostic: Diagnostic, options: Options) -> None:
    where = printable(place(diagnostic.location, options.base))
    case = SubElement(suite, "testcase", name=f"{diagnostic.code} [{diagnostic.name}] {where}", classname=name)
    kind = "error" if diagnostic.code in FAILURES else "failure"
    message = printable(" ".join(diagnostic.message.splitlines()))
    SubElement(case, kind, message=message, type=diagnostic.severity.label).text = "\n".join(_text(diagnostic, where))


def _text(diagnostic: Diagnostic, where: str) -> Iterator[str]:
    for title, text in ((where, diagnostic.message), ("fact", diagnostic.fact), ("help", diagnostic.help)):
        if text:
            yield f"{title}: {' '.join(printable(line) for line in text.splitlines())}"
