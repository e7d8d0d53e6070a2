"""A pack that can't be loaded, or a part of it, costs its own rules only, and is told by every command."""

from __future__ import annotations

import json
import signal

import pytest
from pack_writing import rule, run_with, write_pack

GOOD = rule("ZZZ001", 'def check_model(self, model, context): yield Report(Place(model.site), "a model")')
BROKEN = {
    "imports_nothing": ("import no_such_module", "imports_nothing can't be imported: ModuleNotFoundError"),
    "is_no_python": ("def", "is_no_python can't be imported: SyntaxError"),
    "raises": ("1 / 0", "raises can't be imported: ZeroDivisionError"),
    "ends": ("raise SystemExit(3)", "ends can't be imported: SystemExit: 3"),
    "has_no_rule": ('"""p"""', "must define exactly one rule, has none"),
    "has_no_page": (rule("BRO001", "pass").partition("\n")[2], "has no docstring"),
    "has_no_code": (rule("bro", "pass"), "the code must be letters and three digits"),
    "has_a_code_of_tdlint": (rule("TDL101", "pass"), "missing_return_sequences both are the rule TDL101"),
    "has_a_code_of_another_pack": (rule("AAA001", "pass"), "a_first.only both are the rule AAA001"),
    "has_a_strange_severity": (rule("BRO002", 'severity = "error"'), "severity and confidence must be"),
    "has_a_strange_name": (
        rule("BRO003", "@classmethod\ndef name(cls): raise LookupError('n')"),
        "a rule of b-broken 1.0 is left out: LookupError: n",
    ),
    "has_strange_checks": (
        rule("BRO004", "@classmethod\ndef checks(cls): raise LookupError('c')"),
        "a rule of b-broken 1.0 is left out: LookupError: c",
    ),
}
HARMFUL = """
import os, sys, warnings
print("printed")
os.chdir("/")
os.environ.clear()
sys.setrecursionlimit(80)
warnings.simplefilter("error")
"""
LOOP = "while True:\n    try:\n        while True: pass\n    except BaseException: raise\n"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs")
    modules = {name: text for name, (text, _) in BROKEN.items()}
    modules["z_harmful"] = GOOD.replace("\n", f"\n{HARMFUL}", 1).replace("ZZZ001", "BRO005")
    write_pack(folder, "b_broken", modules)
    write_pack(folder, "a_first", {"only": rule("AAA001", "pass")})
    if hasattr(signal, "setitimer"):
        write_pack(folder, "c_loops", {"loops": LOOP})
    write_pack(folder, "d_missing", {}, entry="no_such_package")
    write_pack(folder, "e_raises", {"__init__": "raise OSError('e')", "any": rule("BRO006", "pass")})
    return write_pack(folder, "z_good", {"good": GOOD})


@pytest.fixture(scope="module")
def found(path, programs):
    arguments = ["check", "--isolated", "--no-cache", "--extend-select", "BRO001", "--output-format", "json", "."]
    done = run_with(path, arguments, programs)
    assert done.returncode == 2, done.stderr
    return json.loads(done.stdout)


def test_the_other_rules_run(found):
    codes = [each["code"] for each in found["diagnostics"]]
    assert codes.count("TDL101") == 3 - 1  # d.py is no Python
    assert codes.count("ZZZ001") == codes.count("BRO005") == 3


def problems(found, pack):
    return [each for each in found["diagnostics"] if f"a rule of {pack} 1.0 is left out: " in each["message"]]


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_that_is_left_out_is_told_with_its_pack(found, name):
    told = [each for each in problems(found, "b-broken") if BROKEN[name][1] in each["message"]]
    assert told
    for each in told:
        assert each["code"] == "TDL002"
        assert each["path"].endswith("__init__.py")
        assert "to be reported there" in each["help"]


def test_no_more_is_left_out(found):
    assert len(problems(found, "b-broken")) == len(BROKEN)
    assert not problems(found, "z-good") + problems(found, "a-first")


@pytest.mark.parametrize(
    ("pack", "words"),
    [
        pytest.param(
            "c-loops",
            "TookTooLong: it took longer than 1 seconds",
            marks=pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers"),
        ),
        ("d-missing", "the rule module no_such_package can't be imported"),
        ("e-raises", "the rule module e_raises can't be imported: OSError: e"),
    ],
)
def test_a_pack_that_can_not_be_loaded(found, pack, words):
    (each,) = problems(found, pack)
    assert words in each["message"]


def test_every_command_tells(path, programs):
    start = """
import io, contextlib
from tdlint.__main__ import run
for command in (["rules"], ["rule", "ZZZ001"], ["rule", "BRO001"], ["migrate", "--isolated", "b.py"]):
    print("#", *command, flush=True)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as errors:
        code = run(command)
    print(code, "b-broken" in errors.getvalue(), flush=True)
"""
    done = run_with(path, [], programs, start)
    assert done.stdout.splitlines()[1::2] == ["2 True", "0 False", "2 True", "2 True"], done.stdout + done.stderr


def test_standard_input(path, programs):
    text = (programs / "b.py").read_text()
    done = run_with(path, ["check", "--isolated", "--output-format", "json", "-"], programs, stdin=text)
    assert done.returncode == 2, done.stderr
    assert len(problems(json.loads(done.stdout), "b-broken")) == len(BROKEN)


def test_flake8_tells_in_each_file(path, programs):
    flake8 = "from flake8.main.cli import main; sys.exit(main(sys.argv[1:]))"
    done = run_with(path, ["--isolated", "--select=TDL", "-j1", "b.py"], programs, flake8)
    assert "b.py:1:1: TDL002 [rule-crashed] a rule of b-broken 1.0 is left out" in done.stdout
