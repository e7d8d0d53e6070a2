"""The formats that programs read: JSON by its contract, SARIF by its schema, GitHub by its grammar."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tdlint.diagnostics import Applicability, Diagnostic, Edit, Fix, Location, Related, Severity, Span
from tdlint.formatters import MODULES, render
from tdlint.formatters.options import Options
from tdlint.linting.result import FileResult, RunResult
from tdlint.linting.rule import Rule

SCHEMA = Path(__file__).parent.parent / "data" / "sarif-2.1.0-rtm.4.json"
SOURCE = "x = 1\nmodel.add(LSTM(64))  # 日本\nmodel.add(\n    Dense(1)\n)\n"


class Example(Rule):
    code = "TDL101"
    severity = Severity.ERROR
    __module__ = "pack.sequences.missing"

    @classmethod
    def page(cls) -> str:
        return "What it is about.\n\n## Bad"


@pytest.fixture
def result(locate):
    fix = Fix("Add it", (Edit(Span(22, 22), "b"), Edit(Span(3, 5), "a")), Applicability.UNSAFE)
    related = (Related(locate(SOURCE, "model.add(\n", until="\n)"), "fed to this"),)
    here = locate(SOURCE, "LSTM(64)")
    found = (
        Diagnostic(
            "TDL101",
            "missing",
            "100% wrong, é: yes\r\nsecond",
            here,
            Severity.ERROR,
            related=related,
            fix=fix,
            help="do\nit",
        ),
        Diagnostic("TDL201", "strong", "much", related[0].location, Severity.WARNING, fact="measured"),
        Diagnostic("TDL601", "odd", "hm", Location("model.py"), Severity.ADVICE),
    )
    notebook = Diagnostic(
        "TDL101", "missing", "no", locate("LSTM(1)", "LSTM(1)", path="n b.ipynb", cell=3), Severity.ERROR, fix=fix
    )
    layer = Diagnostic("TDL201", "strong", "much", Location("m.keras", layer="dense_1"), Severity.WARNING)
    return RunResult(
        (
            FileResult("m.keras", (layer,), models=1, partly=("a layer",), unknown=("m.keras: layer Custom",)),
            FileResult("model.py", found, models=2, suppressed=4),
            FileResult("n b.ipynb", (notebook,), failed=True),
        )
    )


@pytest.mark.parametrize("output_format", MODULES)
def test_every_format_takes_an_empty_run(output_format):
    text = render(output_format, RunResult(()), Options())
    assert not text.endswith("\n")
    if output_format in ("json", "sarif"):
        json.loads(text)


def test_json_has_the_names_of_the_contract(result):
    document = json.loads(render("json", result, Options()))
    first = next(each for each in document["diagnostics"] if each["code"] == "TDL101")
    assert first == {
        "code": "TDL101",
        "name": "missing",
        "severity": "error",
        "confidence": "high",
        "message": "100% wrong, é: yes\r\nsecond",
        "fact": None,
        "help": "do\nit",
        "path": "model.py",
        "cell": None,
        "line": 2,
        "column": 11,
        "end_line": 2,
        "end_column": 19,
        "layer": None,
        "related": [
            {
                "message": "fed to this",
                "path": "model.py",
                "cell": None,
                "line": 3,
                "column": 1,
                "end_line": 5,
                "end_column": 2,
                "layer": None,
            }
        ],
        "fix": {
            "title": "Add it",
            "applicability": "unsafe",
            "edits": [{"start": 3, "end": 5, "replacement": "a"}, {"start": 22, "end": 22, "replacement": "b"}],
        },
    }
    assert document["summary"] == {
        "files": 3,
        "errors": 2,
        "warnings": 2,
        "advice": 1,
        "models": 3,
        "models_understood_in_part": 1,
        "suppressed": 4,
        "failed_files": ["n b.ipynb"],
        "by_rule": {"TDL101": 2, "TDL201": 2, "TDL601": 1},
        "fixable": 0,
        "fixable_unsafe": 2,
        "fixed": 0,
        "fixed_by_rule": {},
        "unknown": ["m.keras: layer Custom"],
    }


def test_json_diagnostics_have_the_order_of_every_format(result):
    document = json.loads(render("json", result, Options()))
    paths = [(each["path"], each["line"] or 0) for each in document["diagnostics"]]
    assert paths == [("m.keras", 0), ("model.py", 0), ("model.py", 2), ("model.py", 3), ("n b.ipynb", 1)]


def sarif_run(result, options):
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(render("sarif", result, options))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)
    return document["runs"][0]


def test_the_sarif_schema_can_refuse(result):
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(render("sarif", result, Options()))
    document["runs"][0]["results"][0]["level"] = "advice"
    with pytest.raises(jsonschema.ValidationError, match="advice"):
        jsonschema.Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(document)


@pytest.mark.parametrize("base", [None, Path("/project")])
def test_sarif_is_valid_and_says_whether_the_tool_failed(result, base):
    run = sarif_run(result, Options(base=base, rules=(Example,)))
    assert run["columnKind"] == "unicodeCodePoints"
    invocation = run["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert "n b.ipynb" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert sarif_run(RunResult(()), Options())["invocations"][0] == {"executionSuccessful": True, "exitCode": 0}


def test_sarif_describes_rules_and_results_point_at_them(result):
    run = sarif_run(result, Options(rules=(Example,)))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["TDL101", "TDL201", "TDL601"]
    assert rules[0]["help"]["markdown"].startswith("What it is about.")
    assert rules[0]["defaultConfiguration"] == {"level": "error", "enabled": True}
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])


def test_sarif_places(result):
    run = sarif_run(result, Options(base=Path("/project")))
    layer, whole, line, several, cell = [each["locations"][0] for each in run["results"]]
    assert layer["logicalLocations"][0]["name"] == "dense_1"
    assert "region" not in whole["physicalLocation"]
    assert line["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 11, "endLine": 2, "endColumn": 19}
    assert line["physicalLocation"]["contextRegion"]["snippet"]["text"] == "model.add(LSTM(64))  # 日本"
    assert several["physicalLocation"]["region"]["endLine"] == 5
    assert cell["logicalLocations"][0]["name"] == "cell 3, line 1"
    assert "region" not in cell["physicalLocation"]
    assert cell["physicalLocation"]["artifactLocation"] == {"uri": "n%20b.ipynb", "uriBaseId": "SRCROOT"}
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"].endswith("/project/")


def test_sarif_fixes_replace_characters_and_are_not_offered_in_notebooks(result):
    results = sarif_run(result, Options())["results"]
    assert [("fixes" in each) for each in results] == [False, False, True, False, False]
    first, second = results[2]["fixes"][0]["artifactChanges"][0]["replacements"]
    assert first == {"deletedRegion": {"charOffset": 3, "charLength": 2}, "insertedContent": {"text": "a"}}
    assert second["deletedRegion"] == {"charOffset": 22, "charLength": 0}


def test_sarif_fingerprints_differ_and_survive_lines_added_above(locate):
    def fingerprints(text):
        first = locate(text, "f(1)")
        found = [
            Diagnostic("TDL101", "x", "m", place, Severity.ERROR) for place in (first, first, locate(text, "g(1)"))
        ]
        run = sarif_run(RunResult((FileResult("model.py", tuple(found)),)), Options())
        return [each["partialFingerprints"]["tdlint/v1"] for each in run["results"]]

    before = fingerprints("f(1)\ng(1)\n")
    assert len(set(before)) == 3
    assert before == fingerprints("# a comment\nf(1)\n\n    g(1)\n")


COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def test_github_commands(result):
    lines = render("github", result, Options()).splitlines()
    parsed = [COMMAND.fullmatch(line).groups() for line in lines]
    assert [kind for kind, _, _ in parsed] == ["warning", "notice", "error", "warning", "error"]
    assert parsed[2][1] == "file=model.py,line=2,col=11,endLine=2,endColumn=19,title=TDL101 [missing]"
    assert parsed[2][2] == "100%25 wrong, é: yes%0Asecond%0Ahelp: do%0Ait"
    assert parsed[3][1] == "file=model.py,line=3,endLine=5,title=TDL201 [strong]"
    assert parsed[4][2] == "n b.ipynb:cell3:1:1: no"
    assert parsed[0][2] == "m.keras:layer dense_1: much"


def test_github_escapes_properties():
    found = Diagnostic("TDL101", "x", "m", Location("a,b:c%.py"), Severity.ERROR)
    text = render("github", RunResult((FileResult("a,b:c%.py", (found,)),)), Options())
    assert text == "::error file=a%2Cb%3Ac%25.py,title=TDL101 [x]::m"
