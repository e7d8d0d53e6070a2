"""Loading rule packs."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from tdlint.errors import RuleLoadError
from tdlint.linting import registry

RULE = '''"""A page."""
from tdlint.api import Rule
class R(Rule):
    code = "{code}"
'''


@pytest.fixture
def pack(tmp_path, monkeypatch):
    """Writes a rule pack of this name and makes it the only one that is installed."""
    names = []

    def make(name: str, **modules: str) -> None:
        for module, text in {"__init__": "", **modules}.items():
            path = tmp_path / name / f"{module.replace('__in__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.write_text(text)
        names.append(name)

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(
        registry,
        "entry_points",
        lambda group: EntryPoints(EntryPoint(name, name, group) for name in names),
    )
    yield make
    for module in [module for module in sys.modules if module.partition(".")[0] in names]:
        del sys.modules[module]


def test_rules_of_all_packs_sorted_by_code(pack):
    pack("pack_b", sub__in__second=RULE.format(code="TDL902"), _helpers="x = 1")
    pack("pack_a", third=RULE.format(code="TDL903"), sub__in__first_one=RULE.format(code="TDL901"))
    rules = registry.load_rules()
    assert [(rule.code, rule.name()) for rule in rules] == [
        ("TDL901", "first-one"),
        ("TDL902", "second"),
        ("TDL903", "third"),
    ]


def test_no_pack_is_an_error_with_its_cure(pack):
    with pytest.raises(RuleLoadError, match=r"pip install -e \."):
        registry.load_rules()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import no_such_module", "bad_pack.bad can't be imported: ModuleNotFoundError"),
        ("1 / 0", "ZeroDivisionError"),
        ("def", "SyntaxError"),
        ('"""p"""', "exactly one rule, has none"),
        (RULE.format(code="TDL901") + "class S(Rule):\n    code = 'TDL902'\n", "exactly one rule, has R, S"),
        (RULE.format(code="tdl1"), "letters and three digits"),
        ("from tdlint.api import Rule\nclass R(Rule):\n    '''p'''\n", "letters and three digits"),
        (RULE.format(code="TDL901").partition("\n")[2], "no docstring"),
        (RULE.format(code="TDL001"), "belongs to tdlint's syntax-error"),
    ],
)
def test_a_pack_that_is_wrong_names_its_module(pack, text, words):
    pack("bad_pack", bad=text)
    with pytest.raises(RuleLoadError, match=r"bad_pack\.bad") as error:
        registry.load_rules()
    assert words in str(error.value)


def test_pack_that_is_not_there(pack):
    pack("pack_c")
    sys.path.pop(0)
    with pytest.raises(RuleLoadError, match="pack_c can't be imported"):
        registry.load_rules()


@pytest.mark.parametrize(("name", "code", "key"), [("same", "TDL902", "same"), ("other", "TDL901", "TDL901")])
def test_codes_and_names_are_unique(pack, name, code, key):
    pack("pack_d", **{"same": RULE.format(code="TDL901"), f"sub__in__{name}": RULE.format(code=code)})
    with pytest.raises(RuleLoadError, match=f"both are the rule {key}"):
        registry.load_rules()
