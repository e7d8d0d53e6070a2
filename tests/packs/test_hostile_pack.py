"""A pack whose rules raise, loop, report nonsense or end the process hurts only itself."""

from __future__ import annotations

import json
import os
from xml.etree import ElementTree

import pytest
from hostile_cases import CHECK, FAILS, HANGS, LIVES, REPORT, reported
from pack_writing import rule, run_with, write_pack

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="rules run in the process")

INNOCENT = rule("ZZZ001", CHECK + 'for layer in model.layers(): yield Report(Place(layer.site), "a layer")')
BODIES = {name: body for name, (body, _) in FAILS.items()} | {
    name: f"{CHECK}{statements}\n    {REPORT}" for name, statements in LIVES.items()
}
CODES = {name: f"HOS{number:03}" for number, name in enumerate([*BODIES, *HANGS], 100)}
CHECKED = ["check", "--isolated", "--no-cache", "--output-format", "json"]


def packs(folder, bodies):
    """A folder with the pack of all these rules, and an innocent one."""
    if bodies:
        write_pack(folder, "hostile", {name: rule(CODES[name], body) for name, body in bodies.items()})
    return write_pack(folder, "innocent", {"any_layer": INNOCENT})


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return packs(tmp_path_factory.mktemp("packs"), BODIES)


@pytest.fixture(scope="module")
def path_with_hangs(tmp_path_factory):
    return packs(tmp_path_factory.mktemp("packs"), BODIES | HANGS)


@pytest.fixture(scope="module")
def plain(programs, tmp_path_factory):
    """What is found without the hostile pack."""
    done = run_with(packs(tmp_path_factory.mktemp("plain"), {}), [*CHECKED, "."], programs)
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)["diagnostics"]


@pytest.fixture(scope="module")
def found(path, programs):
    """What is found with it."""
    done = run_with(path, [*CHECKED, "."], programs)
    assert done.returncode == 2, done.stderr
    return json.loads(done.stdout)


def of_others(found):
    return [each for each in found["diagnostics"] if each["code"] != "TDL002" and each["code"][:3] != "HOS"]


def crashes(found, name):
    code = CODES[name]
    said = f"the rule {code} [{name.replace('_', '-')}] of hostile 1.0 "
    return [each for each in found["diagnostics"] if each["message"].startswith(said)]


def test_all_that_others_report_stays(found, plain):
    assert {each["code"] for each in plain} >= {"TDL101", "TDL001", "ZZZ001"}
    assert of_others(found) == plain
    assert found["summary"]["failed_files"] == ["a.py", "b.py", "c.py"]


@pytest.mark.parametrize("name", FAILS)
def test_a_rule_that_fails_is_named_with_its_pack_in_each_file(found, name):
    told = crashes(found, name)
    words = FAILS[name][1]
    assert [each["path"] for each in told] == ([] if words is None else ["a.py", "b.py", "c.py"])
    for each in told:
        assert (each["code"], each["line"]) == ("TDL002", 1)
        assert words in each["message"]
        assert each["help"] == (
            f"This is a defect of hostile 1.0, to be reported there; `--ignore {CODES[name]}` leaves the rule out."
        )


def test_what_a_rule_has_reported_before_it_raised_stays(found):
    code = CODES["raises_later"]
    assert [each["path"] for each in found["diagnostics"] if each["code"] == code] == ["a.py", "b.py", "c.py"]


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["-j1", "-j3"])
def test_a_rule_that_takes_too_long_is_given_up(path_with_hangs, programs, plain, jobs):
    done = run_with(path_with_hangs, [*CHECKED, jobs, "."], programs)
    assert done.returncode == 2, done.stderr
    found = json.loads(done.stdout)
    assert of_others(found) == plain
    assert found["summary"]["failed_files"] == ["a.py", "b.py", "c.py"]
    for name in HANGS:
        told = crashes(found, name)
        assert 1 <= len(told) <= int(jobs[2:]), "once in each process"
        assert all(" took longer than " in each["message"] for each in told)
        assert all(each["message"].endswith(" and was not run again") for each in told)


NOISY = {
    "long_message": reported('Report(Place(model.site), "x" * 10**6)'),
    "strange_message": reported(r'Report(Place(model.site), "\x1b[31m\0\ud800\n\u2028 end", help="\x07", fact="\0")'),
}


@pytest.mark.parametrize("output_format", ["concise", "full", "json", "sarif", "github", "gitlab", "junit", "azure"])
def test_texts_are_bounded_and_shown_without_control_characters(tmp_path, programs, output_format):
    path = write_pack(tmp_path, "noisy", {name: rule(f"NOI00{len(name) % 10}", body) for name, body in NOISY.items()})
    arguments = ["check", "--isolated", "--no-cache", "--select", "NOI", "--output-format", output_format, "b.py"]
    done = run_with(path, arguments, programs)
    assert done.returncode == 1, done.stderr
    assert not set(done.stdout) & set("\0\x1b\x07")
    assert 2000 <= done.stdout.count("x") < 10_000
    if output_format == "junit":
        ElementTree.fromstring(done.stdout)
    elif output_format in ("json", "sarif", "gitlab"):
        json.loads(done.stdout)


@pytest.mark.slow
def test_standard_input(path_with_hangs, programs, plain):
    text = (programs / "a.py").read_text()
    done = run_with(path_with_hangs, [*CHECKED, "--stdin-filename", "a.py", "-"], programs, stdin=text)
    assert done.returncode == 2, done.stderr
    found = json.loads(done.stdout)
    assert of_others(found) == [each for each in plain if each["path"] == "a.py"]
    assert all(crashes(found, name) for name in HANGS)


@pytest.mark.slow
def test_models_in_files(path_with_hangs, tmp_path):
    layer = {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "linear"}}
    given = {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 3], "dtype": "float32"}}
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [given, layer]}}
    (tmp_path / "model.json").write_text(json.dumps(config))
    done = run_with(path_with_hangs, ["inspect", "--isolated", "--output-format", "json", "model.json"], tmp_path)
    assert done.returncode == 2, done.stderr
    found = json.loads(done.stdout)
    assert [each["message"] for each in found["diagnostics"] if each["code"] == "ZZZ001"] == ["a layer"]
    assert all(crashes(found, name) for name in (*HANGS, "crashes_hard", "raises"))


FIXES = {
    "breaks_syntax": "(ReplaceCode(site, ('1 +',)),)",
    "overlaps": "(ReplaceCode(site, ('1',)), ReplaceCode(site, ('2',)))",
    "contains": "(ReplaceCode(model.site, ('1',)), ReplaceCode(site, ('2',)))",
    "never_ends": "(ReplaceCode(site, ('keras.layers.Dense(4)',)),)",
}


@pytest.mark.parametrize("name", FIXES)
def test_a_fix_that_is_wrong_costs_the_fixes_of_its_rule_only(tmp_path, programs, name):
    changes = f"site = next(model.layers()).site\n    plan = FixPlan('t', {FIXES[name]}, Applicability.SAFE)\n    "
    body = f"{CHECK}{changes}yield Report(Place(model.site), 'x', fix=plan)"
    path = write_pack(tmp_path, "fixing", {name: rule("FIX001", body)})
    program = tmp_path / "a.py"
    good = "keras.layers.LSTM(4, return_sequences=True), keras.layers.LSTM(4)"
    text = "import keras\nmodel = keras.Sequential([{}, keras.layers.Dense(4)])\n"
    program.write_text(text.format(good.replace(", return_sequences=True", "")))
    arguments = ["check", "--isolated", "--fix", "--unsafe-fixes", "--output-format", "json", "a.py"]
    done = run_with(path, arguments, tmp_path)
    found = json.loads(done.stdout)["diagnostics"]
    failures = [each["message"] for each in found if each["code"] == "TDL006"]
    if name in ("overlaps", "contains"):
        assert not failures, "it is no fix"
        assert {(each["code"], each["fix"]) for each in found} == {("FIX001", None)}
    else:
        assert done.returncode == 2, done.stderr
        assert "FIX001" in failures[0]
    assert program.read_text() == text.format(good)


def test_a_rule_that_fails_after_a_fix_of_another_one_does_not_prevent_it(tmp_path):
    body = f"{CHECK}if any(x.args.passes('return_sequences') for x in model.layers()): raise ValueError('fixed')\n    "
    path = write_pack(tmp_path, "fixing", {"late": rule("FIX001", body + "yield from ()")})
    program = tmp_path / "a.py"
    layers = "keras.layers.LSTM(4{}), keras.layers.LSTM(4), keras.layers.Dense(4)"
    text = f"import keras\nmodel = keras.Sequential([keras.Input((3, 4)), {layers}])\n"
    program.write_text(text.format(""))
    arguments = ["check", "--isolated", "--fix", "--unsafe-fixes", "--output-format", "json", "a.py"]
    done = run_with(path, arguments, tmp_path)
    assert [each["code"] for each in json.loads(done.stdout)["diagnostics"]] == ["TDL002"]
    assert done.returncode == 2
    assert program.read_text() == text.format(", return_sequences=True")


FLAKE8 = "from flake8.main.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.slow
def test_flake8(path_with_hangs, programs, plain):
    done = run_with(path_with_hangs, ["--isolated", "--select=TDL,ZZZ,HOS", "-j1", "a.py"], programs, FLAKE8)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert all(any(f" {CODES[name]} " in line and "took longer" in line for line in lines) for name in HANGS)
    assert {each["code"] for each in plain if each["path"] == "a.py"} <= {line.split()[1] for line in lines}
