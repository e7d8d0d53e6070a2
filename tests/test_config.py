"""Settings: of pyproject.toml and of the command line."""

from __future__ import annotations

import sys

import pytest

from tdlint.config import COMMAND_LINE, DEFAULT, OUTPUT_FORMATS, Settings, load_settings, settings_table
from tdlint.diagnostics import Severity
from tdlint.errors import ConfigError


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Writes ``[tool.tdlint]`` of the current folder."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, head: str = "[tool.tdlint]\n"):
        (tmp_path / "pyproject.toml").write_text(head + text)
        return tmp_path

    return write


def test_all_keys(config):
    root = config(
        """
        select = ["TDL1"]
        extend-select = ["strong-regularization"]
        ignore = ["TDL102"]
        exclude = ["old"]
        extend-exclude = ["new"]
        keras-version = "2.15"
        min-severity = "error"
        output-format = "json"
        [tool.tdlint.per-file-ignores]
        "tests/*" = ["ALL"]
        """
    )
    settings = load_settings()
    assert settings.select == ("TDL1",)
    assert settings.extend_select == ("strong-regularization",)
    assert settings.ignore == ("TDL102",)
    assert settings.all_excluded == ("old", "new")
    assert settings.keras_version == (2, 15)
    assert settings.min_severity is Severity.ERROR
    assert settings.output_format == "json"
    assert settings.per_file_ignores == (("tests/*", ("ALL",)),)
    assert settings.root == str(root)
    assert settings.source("select") == settings.config_file == "pyproject.toml"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('ignroe = ["TDL101"]', "unknown key `ignroe` in [tool.tdlint]; did you mean `ignore`?"),
        ("extend_select = []", "did you mean `extend-select`?"),
        ('select = "TDL101"', "tool.tdlint.select: must be a list of strings, received the string 'TDL101'"),
        ("select = [1]", "must be a list of strings, received the int 1"),
        ('keras-version = "5"', "tool.tdlint.keras-version: expected a Keras version"),
        ("keras-version = 3.15", "must be a string"),
        ('min-severity = "high"', "must be one of advice, warning, error, received 'high'"),
        ("output-format = 1", "must be one of concise"),
        ('per-file-ignores = ["a"]', "must be a table"),
        ('per-file-ignores = {"a" = "TDL1"}', "must be a list of strings"),
        ("select = [", "not valid TOML"),
    ],
)
def test_mistakes_name_file_and_key(config, line, words):
    config(line)
    with pytest.raises(ConfigError) as error:
        load_settings()
    assert str(error.value).startswith("pyproject.toml: ")
    assert words in str(error.value)


def test_table_that_is_none(config):
    config("", head="[tool]\ntdlint = 3  # tool.tdlint\n")
    with pytest.raises(ConfigError, match=r"tool\.tdlint must be a table"):
        load_settings()


def test_nearest_file_that_speaks_of_tdlint(config):
    root = config('ignore = ["TDL1"]')
    inner = root / "a" / "b"
    inner.mkdir(parents=True)
    (root / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (inner / "x.py").touch()
    assert load_settings([str(inner / "x.py")]).ignore == ("TDL1",)
    (inner / "pyproject.toml").write_text("[tool.tdlint]\n")
    assert load_settings([str(inner / "x.py")]).ignore == ()


def test_file_that_is_given(config, tmp_path):
    config('ignore = ["TDL1"]')
    other = tmp_path / "other.toml"
    other.write_text('[tool.tdlint]\nignore = ["TDL2"]\n')
    assert load_settings(config=str(other)).ignore == ("TDL2",)
    with pytest.raises(ConfigError, match="no-such"):
        load_settings(config="no-such.toml")


def test_other_projects_do_not_pay_for_a_toml_parser(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n")
    monkeypatch.setitem(sys.modules, "tomllib", None)
    monkeypatch.setitem(sys.modules, "tomli", None)
    assert load_settings().config_file is None


def test_select_of_the_command_line_replaces_the_selection(config):
    config('select = ["TDL1"]\nextend-select = ["TDL2"]\nignore = ["TDL3"]')
    settings = load_settings(select=("TDL5",), extend_select=None)
    assert (settings.select, settings.extend_select, settings.ignore) == (("TDL5",), (), ())
    assert settings.source("select") == COMMAND_LINE


def test_additions_of_the_command_line_add(config):
    config('extend-select = ["TDL6"]\nignore = ["TDL1", "TDL2"]\nextend-exclude = ["a"]')
    settings = load_settings(extend_select=("TDL1",), ignore=("TDL3",), extend_exclude=("b",))
    assert settings.extend_select == ("TDL6", "TDL1")
    assert settings.ignore == ("TDL2", "TDL3"), "what is asked for now is not ignored by the file"
    assert settings.extend_exclude == ("a", "b")


def test_table_of_settings_names_the_sources(config):
    config('min-severity = "error"')
    table = {key: (value, source) for key, value, source in settings_table(load_settings(ignore=("TDL1", "TDL2")))}
    assert table["min-severity"] == ("error", "pyproject.toml")
    assert table["ignore"] == ("TDL1, TDL2", COMMAND_LINE)
    assert table["keras-version"] == (str(Settings().keras_version), DEFAULT)
    assert table["select"] == ("(default rules)", DEFAULT)
    assert "root" not in table


def test_formats_are_those_that_exist():
    formatters = pytest.importorskip("tdlint.formatters")
    assert tuple(formatters.MODULES) == OUTPUT_FORMATS
