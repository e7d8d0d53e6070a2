"""The command line as a user meets it: what is written where, and the exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tdlint import __main__ as program
from tdlint import cli
from tdlint.config import OUTPUT_FORMATS
from tdlint.formatters import MODULES
from tdlint.linting import registry, runs
from tdlint.linting.rule import Rule

BAD = """\
from keras import Sequential, layers

model = Sequential([
    layers.LSTM(8),
    layers.LSTM(8),
])
"""
GOOD = BAD.replace("LSTM(8),", "LSTM(8, return_sequences=True),", 1)


@pytest.fixture
def bad(tmp_path) -> Path:
    (tmp_path / "bad.py").write_text(BAD)
    return tmp_path / "bad.py"


@pytest.fixture
def good(tmp_path) -> Path:
    (tmp_path / "good.py").write_text(GOOD)
    return tmp_path / "good.py"


def concise(*arguments: str) -> tuple[str, ...]:
    return ("check", "--output-format", "concise", *arguments)


# What is run


def test_without_arguments_the_help_is_shown(run):
    code, out, _ = run()
    assert code == 0
    assert "Usage: tdlint" in out
    assert "inspect" in out


def test_version(run):
    assert run("--version") == (0, f"tdlint {program.sys.modules['tdlint'].__version__}\n", "")


@pytest.mark.parametrize("arguments", [["bad.py"], ["check", "bad.py"], ["check"], ["--output-format", "full", "."]])
def test_check_may_be_left_out_and_reads_the_folder_by_default(run, bad, arguments):
    code, out, _ = run(*arguments)
    assert code == 1
    assert out.startswith("error: TDL101 [missing-return-sequences] ")
    assert " --> bad.py:4:5\n" in out
    assert "4 |     layers.LSTM(8),\n  |     ^^^^^^^^^^^^^^\n" in out
    assert out.endswith("Found 1 error in 1 file; 1 model; 1 fixable with --fix --unsafe-fixes.\n")


def test_a_clean_file(run, good):
    assert run("good.py") == (0, "All checks passed in 1 file; 1 model.\n", "")


def test_a_misspelt_command_is_not_taken_for_a_path(run):
    code, out, err = run("chek", "src")
    assert (code, out) == (2, "")
    assert err.startswith("tdlint: error: no such command or file: chek. Did you mean check?\n")


def test_a_folder_called_like_a_command_nearly_is_a_path(run, tmp_path):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "bad.py").write_text(BAD)
    assert run("checks")[0] == 1


# What goes wrong


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "gone.py"], "gone.py"),
        (["--selct", "TDL101"], "--select"),
        (["check", "--select", "TDL101,"], "received an empty one"),
        (["check", ".", "--select", "TDL19"], "TDL19"),
        (["check", ".", "--ignore", "missing-return-sequence"], "did you mean `missing-return-sequences`?"),
        (["check", "--keras-version", "9"], "expected a Keras version"),
        (["check", "--config", "gone.toml"], "gone.toml"),
        (["check", "--isolated", "--config", "pyproject.toml"], "--isolated reads no configuration file"),
        (["check", "-j", "0"], "0"),
        (["check", "-", "bad.py"], "can't be joined with other paths"),
        (["check", "bad.py", "--stdin-filename", "x.py"], "give - as PATHS"),
        (["check", "--output-format", "text"], "concise"),
        (["check", "--output-format", "sarif", "--statistics"], "json has the counts"),
        (["check", "bad.py", "--output-file", "gone/report.txt"], "can't write this file"),
        (["rule", "TDL999"], "no rule is called `TDL999`"),
        (["rule", "missing-return-sequence"], "did you mean `missing-return-sequences`?"),
        (["rule"], "CODE_OR_NAME"),
        (["inspect", "gone.keras"], "gone.keras"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_errors_name_the_thing_and_end_with_2(run, bad, arguments, message):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("tdlint: error: ")
    assert message in err
    assert "Traceback" not in err


def test_a_broken_configuration_is_named(run, bad, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.tdlint]\nselekt = ["TDL1"]\n')
    code, _, err = run("bad.py")
    assert code == 2
    assert err == "tdlint: error: pyproject.toml: unknown key `selekt` in [tool.tdlint]; did you mean `select`?\n"
    assert run("check", "bad.py", "--isolated")[0] == 1


def test_an_exception_is_called_a_bug_of_tdlint(run, bad, monkeypatch):
    def crash() -> None:
        raise KeyError("shape")

    monkeypatch.setattr(registry, "load_packs", crash)
    code, out, err = run("bad.py")
    assert (code, out) == (2, "")
    assert "this is a bug in tdlint, please report it: KeyError: 'shape'" in err
    assert "TDLINT_DEBUG=1" in err
    assert "Traceback" not in err
    monkeypatch.setenv("TDLINT_DEBUG", "1")
    assert "Traceback" in run("bad.py")[2]


def test_an_interrupt_ends_with_130(run, bad, monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "check_paths", interrupt)
    code, out, err = run("bad.py")
    assert (code, out, err.strip()) == (130, "", "tdlint: interrupted")


@pytest.mark.skipif(os.name == "nt", reason="pipes break differently on Windows")
def test_a_reader_that_goes_away_is_no_error(tmp_path):
    (tmp_path / "many.py").write_text("import keras\n" + BAD * 300)
    command = [sys.executable, "-m", "tdlint", "check", "--isolated", "many.py"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait() == program.READER_GONE
    assert err == b""


def test_exit_zero_hides_what_was_found_and_not_what_failed(run, bad, monkeypatch):
    assert run("check", "bad.py", "--exit-zero")[0] == 0

    class Crashing(Rule):
        """Fails on every model."""

        code = "TDL599"
        __module__ = "pack.training.crashing"

        def check_model(self, model, context):
            raise KeyError("axis")

    monkeypatch.setattr(registry, "load_packs", lambda: registry.Loaded((Crashing,)))
    code, out, _ = run("check", "bad.py", "--exit-zero")
    assert code == 2
    assert "TDL002" in out
    assert "KeyError: 'axis'" in out


# What is chosen


def test_rules_are_chosen(run, bad):
    assert run(*concise("bad.py", "--select", "TDL2"))[0] == 0
    assert run(*concise("bad.py", "--select", "TDL2, missing-return-sequences"))[0] == 1
    assert run(*concise("bad.py", "--select", "TDL2", "--select", "TDL101"))[0] == 1
    assert run(*concise("bad.py", "--select", "TDL2", "--extend-select", "TDL101"))[0] == 1
    assert run(*concise("bad.py", "--ignore", "TDL101"))[0] == 0
    assert run(*concise("bad.py", "--min-severity", "error"))[0] == 1


def test_the_keras_version_reaches_rules(run, tmp_path):
    (tmp_path / "mixed.py").write_text("import keras\nfrom tensorflow import keras as k\nkeras.Input, k.Input\n")
    both = {
        version: run(*concise("mixed.py", "--keras-version", version, "--select", "TDL801"))[1]
        for version in ("2.15", "3.15")
    }
    assert both["2.15"] != both["3.15"]


# How it is written


def test_the_formats_of_the_configuration_and_of_the_command_line_are_the_same():
    assert set(OUTPUT_FORMATS) == set(MODULES)


def test_the_configuration_chooses_the_format(run, bad, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.tdlint]\noutput-format = "concise"\n')
    assert run("bad.py")[1].startswith("bad.py:4:5: TDL101 ")
    assert run("check", "--output-format", "github", "bad.py")[1].startswith("::error file=bad.py,line=4,")


def test_json_is_all_that_is_written(run, bad):
    code, out, err = run("check", "bad.py", "--output-format", "json")
    (diagnostic,) = json.loads(out)["diagnostics"]
    assert (code, err) == (1, "")
    assert (diagnostic["code"], diagnostic["path"], diagnostic["line"], diagnostic["column"]) == (
        "TDL101",
        "bad.py",
        4,
        5,
    )


def test_sarif_describes_all_rules(run, bad):
    _, out, _ = run("check", "bad.py", "--output-format", "sarif")
    (sarif_run,) = json.loads(out)["runs"]
    assert {rule["id"] for rule in sarif_run["tool"]["driver"]["rules"]} == {
        rule.code for rule in registry.load_rules()
    }
    location = sarif_run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "bad.py", "uriBaseId": "SRCROOT"}


def test_a_report_in_a_file_has_no_colors(run, bad, tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run("check", "bad.py", "--output-file", "report.txt") == (1, "", "")
    assert "\x1b" not in (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert (tmp_path / "report.txt").read_text(encoding="utf-8").endswith("--unsafe-fixes.\n")


@pytest.mark.parametrize(
    ("variables", "arguments", "colored"),
    [
        ({}, [], False),  # the output of a test is not a terminal
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "0"}, [], False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, [], True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, [], True),
        ({"FORCE_COLOR": "1"}, ["--no-color"], False),
    ],
)
@pytest.mark.parametrize("command", [["check", "bad.py"], ["rule", "TDL101"], ["rules"], ["config"]], ids="-".join)
def test_colors(run, bad, monkeypatch, variables, arguments, colored, command):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in run(*command, *arguments)[1]) == colored


@pytest.mark.parametrize(("term", "colored"), [("xterm", True), ("dumb", False)])
def test_colors_in_a_terminal(monkeypatch, term, colored):
    from tdlint.formatters.terminal import wants_color

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("TERM", term)
    assert wants_color(Terminal()) is colored  # type: ignore[arg-type]


def test_statistics_follow_the_report(run, bad):
    out = run(*concise("bad.py", "--statistics"))[1]
    assert out.endswith("\n\n     1  error    TDL101 [missing-return-sequences]\n")


def test_unknown_parts_are_explained(run, tmp_path):
    (tmp_path / "partly.py").write_text(
        "from keras import Sequential\nfrom mine import stack\nmodel = Sequential(stack())\n"
    )
    code, out, _ = run(*concise("partly.py", "--explain-unknown"))
    assert code == 0
    assert "1 understood in part" in out
    assert "  partly.py:3: " in out


def test_files_are_shown_and_not_read(run, bad, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "broken.ipynb").write_text("{")
    (tmp_path / "notes.txt").write_text("")
    assert run("check", "--show-files") == (0, f"bad.py\n{Path('sub', 'broken.ipynb')}\n", "")


def test_standard_input(run, monkeypatch):
    import io

    def give(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("utf-8"))))

    give(BAD)
    assert run(*concise("-"))[1].startswith("<stdin>:4:5: TDL101 ")
    give(BAD)
    assert run(*concise("--stdin-filename", "src/model.py", "-"))[1].startswith("src/model.py:4:5: TDL101 ")
    give(GOOD)
    assert run(*concise("--stdin-filename", "src/model.py"))[0] == 0


def test_a_terminal_that_lacks_a_character_gets_an_escape(bad):
    bad.write_text(BAD.replace("layers.LSTM(8),", "layers.LSTM(8, name='日本'),", 1), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "tdlint", "check", "--isolated", "bad.py"]
    done = subprocess.run(command, cwd=bad.parent, env=environment, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    assert b"\\u65e5" in done.stdout


# The other commands


def test_a_page_is_found_by_code_and_by_name(run):
    code, page, _ = run("rule", "TDL101")
    assert code == 0
    assert page.startswith("# TDL101 [missing-return-sequences]\n")
    assert "## Bad" in page
    assert run("rule", "missing-return-sequences")[1] == run("rule", "tdl101")[1] == page


def test_a_page_is_drawn_in_color(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    page = run("rule", "TDL101")[1]
    assert "## Bad" not in page
    assert "\x1b[1;4mBad\x1b[0m" in page


def test_rules_are_listed(run):
    loaded = registry.load_rules()
    table = run("rules")[1]
    described = json.loads(run("rules", "--output-format", "json")[1])["rules"]
    assert [rule["code"] for rule in described] == [rule.code for rule in loaded]
    assert described[0]["page"] == loaded[0].page()
    for rule in loaded:
        assert f"  {rule.code}  {rule.name()} " in table


def test_settings_are_shown_with_their_source(run, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.tdlint]\nignore = ["TDL701"]\nkeras-version = "2.15"\n')
    out = run("config", "--keras-version", "3.8")[1]
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.strip()}
    assert rows["ignore"] == ["pyproject.toml", "TDL701"]
    assert rows["keras-version"] == ["command", "line", "3.8"]
    assert rows["output-format"] == ["default", "full"]
    assert out.endswith("configuration file: pyproject.toml\n")


def test_every_option_has_a_help_text():
    for command in (cli.cli, *cli.cli.commands.values()):
        for option in command.params:
            if option.param_type_name == "option":
                assert option.help, (command.name, option.name)


@pytest.fixture
def model_file(tmp_path) -> Path:
    """A model file as Keras 3 writes it: one Dense with a strong penalty."""
    import zipfile

    h5py = pytest.importorskip("h5py")
    dense = {
        "class_name": "Dense",
        "module": "keras.layers",
        "config": {
            "name": "dense",
            "units": 1,
            "kernel_regularizer": {"class_name": "L2", "module": "keras.regularizers", "config": {"l2": 100.0}},
        },
    }
    layers = [
        {"class_name": "InputLayer", "module": "keras.layers", "config": {"name": "input", "batch_shape": [None, 3]}},
        {**dense, "build_config": {"input_shape": [None, 3]}},
    ]
    config = {"class_name": "Sequential", "module": "keras", "config": {"name": "small", "layers": layers}}
    config["compile_config"] = {"loss": "mse", "optimizer": "adam"}
    with h5py.File(tmp_path / "weights.h5", "w") as weights:
        weights["layers/dense/vars/0"] = [[1.0], [2.0], [0.5]]
        weights["layers/dense/vars/1"] = [0.0]
    path = tmp_path / "small.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.8.0", "date_saved": ""}))
        archive.writestr("config.json", json.dumps(config))
        archive.write(tmp_path / "weights.h5", "model.weights.h5")
    return path


def test_inspect_accounts_and_checks(run, model_file):
    code, out, err = run("inspect", "small.keras", "--output-format", "json")
    account = json.loads(out)
    assert (code, err) == (1, "")
    assert account["totals"]["penalty"] == pytest.approx(100 * (1 + 4 + 0.25))
    assert [each["code"] for each in account["diagnostics"]] == ["TDL201"]
    assert "525" in run("inspect", "small.keras")[1]


def test_inspect_writes_what_ci_systems_read(run, model_file):
    code, out, _ = run("inspect", "small.keras", "--output-format", "sarif")
    (result,) = json.loads(out)["runs"][0]["results"]
    assert (code, result["ruleId"]) == (1, "TDL201")
    assert result["locations"][0]["logicalLocations"][0]["name"] == "dense"
    assert "small.keras:layer dense: TDL201 [" in run("inspect", "small.keras", "--output-format", "concise")[1]
    assert "::warning file=small.keras" in run("inspect", "small.keras", "--output-format", "github")[1]
    page = run("inspect", "small.keras", "--output-format", "html")[1]
    assert page.startswith("<!DOCTYPE html>")
    assert "TDL201" in page


def test_inspect_shows_what_is_asked_for(run, model_file):
    code, out, _ = run("inspect", "small.keras", "--columns", "name,penalty", "--columns", "share", "--sort", "penalty")
    assert code == 1
    assert out.splitlines()[2].split() == ["layer", "penalty", "share"]
    assert "kernel" in run("inspect", "small.keras", "--weights")[1]
    for args, message in (
        (["--columns", "nmae"], "no column is called `nmae`; did you mean `name`?"),
        (["--sort", "size"], "no column is called `size`"),
        (["--columns", "name,"], "received an empty one"),
        (["--depth", "1", "--weights"], "can't be joined with --depth"),
        (["--depth", "0"], "0 is not in the range"),
        (["--sort", "name", "--output-format", "json"], "need --output-format table or html"),
    ):
        code, _, err = run("inspect", "small.keras", *args)
        assert code == 2
        assert message in err


def test_inspect_chooses_rules_and_writes_files(run, model_file, tmp_path):
    assert run("inspect", "small.keras", "--ignore", "TDL201", "--output-file", "out.txt") == (0, "", "")
    assert "small" in (tmp_path / "out.txt").read_text(encoding="utf-8")
    code, _, err = run("inspect", "small.keras", "--select", "nothing-like-it")
    assert code == 2
    assert "nothing-like-it" in err
