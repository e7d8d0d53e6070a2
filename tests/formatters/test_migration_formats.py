"""The plan of a migration as text, JSON and HTML."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tdlint.diagnostics import Applicability, Diagnostic, Edit, Fix, Location, Severity, Span
from tdlint.formatters.migration import MODULES, render
from tdlint.formatters.options import Options
from tdlint.linting.migration import FilePlan, Finding, Plan, Way
from tdlint.linting.result import FileResult, Fixed, Fixing
from tdlint.spec.version import NEWEST, KerasVersion

OLD = "import keras\nkeras.layers.Dense(4, init='x')\nmodel.predict_classes(x)  # <b>\x1b[2J\n"
NEW = OLD.replace("init", "kernel_initializer")


@pytest.fixture
def plan(locate) -> Plan:
    fix = Fix("Rename init", (Edit(Span(0, 1), "x"),), Applicability.SAFE)
    renamed = Diagnostic(
        "TDL804", "renamed-argument", "`init` is now `kernel_initializer`", locate(OLD, "init"), Severity.ERROR, fix=fix
    )
    gone = Diagnostic(
        "TDL806",
        "removed-method",
        "Sequential has no predict_classes & co",
        locate(OLD, "model.predict_classes", until="\n"),
        Severity.ERROR,
        fact="AttributeError (FACTS A1)",
        help="take `numpy.argmax` of <predict>",
    )
    cell = replace(gone, location=locate(OLD, "model", path="n.ipynb", cell=3), help=None)
    broken = Diagnostic("TDL001", "syntax-error", "invalid syntax", Location("old.py"), Severity.ADVICE)
    fixing = Fixing(OLD.encode(), NEW.encode(), (Fixed("TDL804", "renamed-argument", 1),), FileResult("model.py"))
    unsafe = Finding(replace(renamed, code="TDL805", name="removed-argument"), Way.UNSAFE)
    return Plan(
        NEWEST,
        (
            FilePlan(
                "model.py", (Finding(renamed, Way.SAFE), unsafe, Finding(gone, Way.BY_HAND, after_fixes=True)), fixing
            ),
            FilePlan("n.ipynb", (Finding(cell, Way.BY_HAND),)),
            FilePlan("old.py", (Finding(broken, Way.BY_HAND),)),
        ),
        ready=5,
        failed=False,
        family=frozenset({"TDL804", "TDL806"}),
    )


EMPTY = Plan(NEWEST, (), 3, failed=False, family=frozenset())

TEXT = """\
3 files to change for Keras 3.15, 5 ready: 5 findings.

  ████████▓▓▓▓▓▓▓▓░░░░░░░░░░░░░░░░░░░░░░░░
  █ 1  safe     fixed by --fix
  ▓ 1  unsafe   fixed by --fix --unsafe-fixes, to be looked at
  ░ 3  by hand  yours to do, with a word on how

  rule                       safe   unsafe   by hand
  TDL806  removed-method        ·        ·         2
  TDL001  syntax-error          ·        ·         1
  TDL804  renamed-argument      1        ·         ·
  TDL805  removed-argument      ·        1         ·

  1. tdlint --fix --select migration,TDL805 'my src'  # writes what is safe (1)
  2. tdlint --diff --unsafe-fixes --select migration,TDL805 'my src'  # shows what is unsafe (1), to be looked at
  3. tdlint --fix --unsafe-fixes --select migration,TDL805 'my src'  # writes them
  4. what is to be done by hand (3), as said below

model.py  1 by hand, 1 unsafe, 1 safe
  2  safe     `init` is now `kernel_initializer` (TDL804)
              → Rename init
  2  unsafe   `init` is now `kernel_initializer` (TDL805)
              → Rename init
  3  by hand  after the fixes: Sequential has no predict_classes & co (TDL806)
              → take `numpy.argmax` of <predict>

n.ipynb  1 by hand
  cell3:3  by hand  Sequential has no predict_classes & co (TDL806)

old.py  1 by hand
  -  by hand  invalid syntax (TDL001, optional)"""


def test_text(plan):
    assert render("text", plan, ["my src"], Options()) == TEXT
    painted = render("text", plan, ["my src"], Options(color=True))
    assert "\x1b[1;32m████████\x1b[0m" in painted


def test_files_that_fixes_alone_make_ready_are_counted(plan):
    fixable = replace(plan.files[0], findings=plan.files[0].findings[:2])
    text = render("text", replace(plan, files=(fixable, *plan.files[1:])), ["src"], Options())
    assert text.startswith("3 files to change for Keras 3.15, 5 ready; with all fixes, 6 are: 4 findings.\n")


def test_another_version_is_part_of_the_commands(plan):
    text = render(
        "text", replace(plan, target=KerasVersion(3, 8), family=frozenset({"TDL804", "TDL805"})), ["."], Options()
    )
    assert "tdlint --fix --select migration --keras-version 3.8 .  #" in text


def test_json(plan):
    document = json.loads(render("json", plan, ["src"], Options()))
    assert document["totals"] == {
        "files": 8,
        "files_ready": 5,
        "files_ready_after_fixes": 5,
        "findings": 5,
        "safe": 1,
        "unsafe": 1,
        "by_hand": 3,
    }
    assert document["target"] == "3.15"
    assert document["by_rule"][0] == {"code": "TDL806", "name": "removed-method", "safe": 0, "unsafe": 0, "by_hand": 2}
    first = document["files"][0]
    assert (first["path"], first["safe"], first["unsafe"], first["by_hand"]) == ("model.py", 1, 1, 1)
    assert first["findings"][2] == {
        "way": "by_hand",
        "code": "TDL806",
        "name": "removed-method",
        "severity": "error",
        "cell": None,
        "line": 3,
        "column": 1,
        "message": "Sequential has no predict_classes & co",
        "how": "take `numpy.argmax` of <predict>",
        "fact": "AttributeError (FACTS A1)",
        "after_fixes": True,
    }
    assert document["files"][1]["findings"][0]["cell"] == 3
    assert document["files"][2]["findings"][0]["line"] is None


class _Page(HTMLParser):
    """The text of a page, whose tags must be closed in their order and name nothing outside of the page."""

    VOID = ("meta", "br")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert not {"src", "href"} & {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_html(plan):
    page = render("html", plan, ["my src"], Options())
    assert "\x1b" not in page
    assert "://" not in page
    assert "default-src 'none'" in page  # a browser loads nothing for it
    assert "<b>\\x1b" not in page
    text = _Page(page).text
    for words in (
        "3 files to change for Keras 3.15",
        "tdlint --fix --select migration,TDL805 'my src'",
        "model.predict_classes(x)  # <b>\\x1b[2J",
        "cell 3, line 3",
        "take numpy.argmax of <predict>",
        "+keras.layers.Dense(4, kernel_initializer='x')",
        "AttributeError (FACTS A1)",
    ):
        assert words in text


@pytest.mark.parametrize("output_format", MODULES)
def test_nothing_to_do(output_format):
    text = render(output_format, EMPTY, ["src"], Options())
    assert "ready" in text
    if output_format == "html":
        _Page(text)
    if output_format == "text":
        assert text == "Nothing to do for Keras 3.15: 3 files ready."
