"""What holds for all of the code: who imports whom, what is never imported while linting, and how rules are named."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "tdlint").rglob("*.py"))
RULES = sorted(path for path in (ROOT / "rules").rglob("*.py") if path.stem[0] != "_")
RANKS = [
    ["tdlint._version", "tdlint.errors", "tdlint.settings_schema", "tdlint.diagnostics", "tdlint.shapes"],
    ["tdlint.values"],
    ["tdlint.spec"],
    ["tdlint.graph"],
    ["tdlint.naming", "tdlint.layer_order"],
    ["tdlint.heads", "tdlint.feeding"],
    ["tdlint.data_loss", "tdlint.summary", "tdlint.sources", "tdlint.interp"],
    ["tdlint.inspector.errors", "tdlint.inspector.codes", "tdlint.inspector.measurement"],
    ["tdlint.inspector.configs"],
    ["tdlint.inspector.accounting"],
    ["tdlint.inspector.files"],
    ["tdlint.inspector.live"],
    ["tdlint.inspector"],
    ["tdlint.monitor"],
    ["tdlint.linting.edits.changes"],
    ["tdlint.linting.rule", "tdlint.linting.result", "tdlint.api", "tdlint.config"],
    ["tdlint.linting"],
    ["tdlint.testing", "tdlint.formatters", "tdlint.server", "tdlint.flake8_plugin"],
    ["tdlint.cli"],
    ["tdlint.__main__", "tdlint"],
]
"""A module imports from its own row and from the rows above it."""

HEADINGS = ["Bad", "Good", "Fixed", "Why", "Fix safety", "Also checked by", "References"]
HEAVY = {"tensorflow", "keras", "tf_keras", "numpy", "h5py", "networkx", "rich", "dask", "distributed"}


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Every absolute name a module imports, and whether it does so at once: not in a function, not for types only."""
    top = tree(path)
    lazy = {
        child
        for node in ast.walk(top)
        if isinstance(node, (ast.FunctionDef, ast.If))
        and (isinstance(node, ast.FunctionDef) or "TYPE" in ast.unparse(node.test))
        for child in ast.walk(node)
    }
    for node in ast.walk(top):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node not in lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            # `from tdlint import graph` imports tdlint.graph.
            yield from ((f"{node.module}.{alias.name}", node not in lazy) for alias in node.names)


def rank(name: str) -> int:
    """The row of the longest entry that the name lies in."""
    found = [
        (len(entry), row)
        for row, entries in enumerate(RANKS)
        for entry in entries
        if f"{name}.".startswith(f"{entry}.")
    ]
    assert found, f"{name} has no rank: add it to RANKS"
    return max(found)[1]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_point_one_way(path):
    name = module_name(path)
    for other, _ in imported(path):
        # `from tdlint.x import y` may name a module or a thing in one; the longest entry of RANKS decides.
        if other.startswith("tdlint."):
            assert rank(other) <= rank(name), f"{name} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_nothing_heavy_is_imported_with_a_module(path):
    heavy = [name for name, at_once in imported(path) if at_once and name.partition(".")[0] in HEAVY]
    assert not heavy, "import it inside the function that needs it"


@pytest.mark.parametrize("path", RULES, ids=module_name)
def test_rules_import_the_api_the_standard_library_and_their_helpers(path):
    for name, _ in imported(path):
        assert name.startswith("tdlint.api.") or name.partition(".")[0] in sys.stdlib_module_names, name
    relative = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom) and node.level]
    assert all(node.level == 1 or (node.module or "").partition(".")[0].startswith("_") for node in relative)


@pytest.mark.parametrize("path", [*MODULES, *RULES], ids=module_name)
def test_only_the_command_line_writes_to_the_terminal(path):
    calls = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
    assert "print" not in calls
    assert (
        "cli" in path.parent.parts
        or path.stem == "__main__"
        or not calls & {"click.echo", "sys.stdout.write", "sys.stderr.write"}
    )


@pytest.mark.parametrize("path", RULES, ids=module_name)
def test_a_rule_is_named_so_that_allow_reads_well_before_it(path):
    assert script("new_rule").name_problem(path.stem.replace("_", "-")) is None


@pytest.mark.parametrize("path", RULES, ids=module_name)
def test_a_page_has_its_headings_in_order(path):
    page = ast.get_docstring(tree(path)) or ""
    first = page.partition("\n")[0]
    assert first.endswith("."), "the first line is the summary, one sentence"
    headings = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert headings == [heading for heading in HEADINGS if heading in headings], "unknown heading or wrong order"
    # What tdlint says about its own work has no example of its own: no model is wrong.
    assert {"Why"} <= set(headings) if path.parent.name == "tool" else {"Bad", "Good", "Why"} <= set(headings)


def test_a_code_belongs_to_one_rule():
    codes = script("new_rule").codes_in_use(ROOT / "rules")
    assert len(codes) == len(set(codes)) == len(RULES)


def test_the_tables_of_readme_are_fresh():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert script("update_readme").updated(text) == text, "run: python scripts/update_readme.py"


def test_the_page_about_other_tools_is_fresh():
    text = (ROOT / "docs" / "PEERS.md").read_text(encoding="utf-8")
    assert script("update_peers").page() == text, "run: python scripts/update_peers.py"


def test_every_check_of_another_tool_has_a_rule_or_a_reason():
    peers = script("update_peers")
    answered = {("Other", "a1"): [], ("Other", "a2"): [peers.Rule]}
    peer = {"name": "Other", "checks": {"a1": {"what": "x", "from": "source"}}}
    with pytest.raises(ValueError, match="a1 needs either"):
        peers.table(peer, answered)
    peer = {"name": "Other", "checks": {"a2": {"what": "x", "from": "source", "left_out": "style"}}}
    with pytest.raises(ValueError, match="a2 needs either"):
        peers.table(peer, answered)


def test_a_page_names_checks_of_other_tools_as_peer_and_id():
    named_on = script("update_peers").named_on
    assert list(named_on("## Also checked by\n\n- NeuraLint f004\n- UMLAUT x\n\n## References\n\n- more\n")) == [
        ("NeuraLint", "f004"),
        ("UMLAUT", "x"),
    ]
    with pytest.raises(ValueError, match="not '- peer check'"):
        list(named_on("## Also checked by\n\n- NeuraLint f004 and others\n"))


def test_linting_imports_nothing_heavy(tmp_path):
    program = tmp_path / "model.py"
    program.write_text("import keras\nmodel = keras.Sequential([keras.layers.LSTM(4), keras.layers.LSTM(4)])\n")
    code = (
        "import json, sys\nfrom tdlint.__main__ import run\n"
        f"code = run(['check', '--isolated', '-j1', '--output-format', 'concise', {str(program)!r}])\n"
        "sys.stderr.write(json.dumps([code, sorted(sys.modules)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    exit_code, modules = json.loads(done.stderr)
    assert exit_code == 1, done.stdout
    assert "libcst" in modules
    assert not HEAVY & set(modules)
