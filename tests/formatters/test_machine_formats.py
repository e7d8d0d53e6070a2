"""The formats that programs read: JSON by its contract, SARIF by its schema, GitHub by its grammar, and so on."""

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
    if output_format in ("json", "sarif", "gitlab", "rdjson"):
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
        "baselined": 0,
        "baseline_gone": 0,
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


# The places of the result that are lines of the file; the others are named in the text.
IN_FILE = {("model.py", 2), ("model.py", 3)}


def test_gitlab_issues(result):
    issues = json.loads(render("gitlab", result, Options()))
    assert [issue["severity"] for issue in issues] == ["minor", "info", "major", "minor", "major"]
    assert len({issue["fingerprint"] for issue in issues}) == 5
    begins = [(issue["location"]["path"], issue["location"]["positions"]["begin"]["line"]) for issue in issues]
    assert set(begins) > IN_FILE
    assert issues[4]["description"] == "TDL101 [missing] n b.ipynb:cell3:1:1: no"
    for issue in issues:
        assert {"description", "check_name", "fingerprint", "severity", "location"} <= issue.keys()
        assert issue["location"]["positions"]["end"]["line"] >= issue["location"]["positions"]["begin"]["line"]


LOGGED = re.compile(r"##vso\[task\.logissue ((?:\w+=[^;\]]*;)+)\](.*)")


def test_azure_commands(result):
    lines = render("azure", result, Options()).splitlines()
    parsed = [LOGGED.fullmatch(line).groups() for line in lines]
    assert [re.match(r"type=(\w+);", properties)[1] for properties, _ in parsed] == [
        *("warning", "warning", "error", "warning", "error")
    ]
    assert parsed[2][0] == "type=error;sourcepath=model.py;linenumber=2;columnnumber=11;code=TDL101;"
    assert parsed[2][1] == "[missing] 100%AZP25 wrong, é: yes%0Asecond%0Ahelp: do%0Ait"
    assert "linenumber" not in parsed[4][0]
    assert parsed[4][1].startswith("[missing] n b.ipynb:cell3:1:1: no")


def test_azure_escapes_properties():
    found = Diagnostic("TDL101", "x", "m", Location("a;b]c%.py"), Severity.ERROR)
    text = render("azure", RunResult((FileResult("a;b]c%.py", (found,)),)), Options())
    assert text == "##vso[task.logissue type=error;sourcepath=a%3Bb%5Dc%AZP25.py;code=TDL101;][x] m"


def test_junit_is_read_by_a_library_made_for_it(result):
    junitparser = pytest.importorskip("junitparser")
    crash = Diagnostic("TDL002", "rule-crashed", "it \x00 crashed", Location("bad\x1b.py"), Severity.ERROR)
    files = (*result.files, FileResult("bad\x1b.py", (crash,), failed=True), FileResult("clean.py"))
    report = junitparser.JUnitXml.fromstring(render("junit", RunResult(files), Options()))
    assert (report.tests, report.failures, report.errors) == (7, 5, 1)
    suites = {suite.name: list(suite) for suite in report}
    assert [case.is_passed for case in suites["clean.py"]] == [True]
    kinds = [type(outcome).__name__ for cases in suites.values() for case in cases for outcome in case.result]
    assert kinds == ["Failure"] * 5 + ["Error"]
    first = suites["model.py"][1]
    assert first.name == "TDL101 [missing] model.py:2:11"
    assert first.result[0].message == "100% wrong, é: yes second"


def test_rdjson_counts_bytes_and_suggests_what_lies_in_the_line(locate):
    text = "日 = model.add(LSTM(64))\n"
    inside = Fix("Add", (Edit(Span(21, 21), ", x"),), Applicability.SAFE)
    outside = Fix("Add", (Edit(Span(21, 21), ", x"), Edit(Span(0, 99), "y")), Applicability.SAFE)
    place = locate(text, "LSTM(64)")
    found = tuple(
        Diagnostic("TDL101", "missing", "m", place, Severity.ERROR, fix=fix) for fix in (inside, outside, None)
    )
    document = json.loads(render("rdjson", RunResult((FileResult("model.py", found),)), Options()))
    given, withheld, without = document["diagnostics"]
    assert given["location"]["range"] == {"start": {"line": 1, "column": 17}, "end": {"line": 1, "column": 25}}
    spot = {"line": 1, "column": 24}
    assert given["suggestions"] == [{"range": {"start": spot, "end": spot}, "text": ", x"}]
    assert "suggestions" not in withheld
    assert "suggestions" not in without


def test_rdjson_names_other_places_in_the_message(result):
    document = json.loads(render("rdjson", result, Options()))
    found = document["diagnostics"]
    assert [each["severity"] for each in found] == ["WARNING", "INFO", "ERROR", "WARNING", "ERROR"]
    assert "range" not in found[0]["location"]
    assert found[4]["message"] == "n b.ipynb:cell3:1:1: no"
    assert found[2]["code"] == {"value": "TDL101 [missing]"}


PARSEABLE = re.compile(r"([^:]+):(\d+): \[(\w+)\(([\w-]+)\), ([^\]]*)\] (.*)")


def test_pylint_lines(result):
    parsed = [PARSEABLE.fullmatch(line).groups() for line in render("pylint", result, Options()).splitlines()]
    assert parsed[0] == ("m.keras", "1", "TDL201", "strong", "dense_1", "m.keras:layer dense_1: much")
    assert parsed[2] == ("model.py", "2", "TDL101", "missing", "", "100% wrong, é: yes second")
    assert parsed[4][1] == "1"
