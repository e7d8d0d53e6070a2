"""Make a new rule: one file with a page and a class that works, and nothing else is touched.

python scripts/new_rule.py zero-dropout --family training
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = {
    "tool": 0,
    "sequences": 1,
    "regularization": 2,
    "shapes": 3,
    "outputs": 4,
    "training": 5,
    "architecture": 6,
    "speed": 7,
    "migration": 8,
    "saving": 9,
}
"""The families and the first digit of their codes."""

CODE = re.compile(r"^    code = \"(TDL\d{3})\"$", re.MULTILINE)

UNREADABLE_AFTER_ALLOW = re.compile(
    r"(avoid|check|disallow|do-not|dont|enforce|forbid|must|no|prefer|require|should|use)-.*"
)
"""A name says what is wrong, not what to do: "allow missing-return-sequences" reads well, "allow use-…" does not."""

TEMPLATE = '''\
"""A layer drops nothing because its rate is zero.

Replace this text: what the rule reports, in a paragraph that someone who never saw the rule understands.

## Bad
```python
from keras import Sequential, layers

model = Sequential([layers.Dense(8), layers.Dropout(0.0), layers.Dense(1)])  # expect: {code}
```

## Good
```python
from keras import Sequential, layers

model = Sequential([layers.Dense(8), layers.Dropout(0.2), layers.Dense(1)])
```

## Why
What Keras does, with numbers that were measured and the version that they were measured on.

## References
- https://keras.io/api/layers/regularization_layers/dropout/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity


class {class_name}(Rule):
    """Reports a Dropout whose rate is certainly zero."""

    code = "{code}"
    severity = Severity.WARNING
    since = "{since}"

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Every Dropout of the model, wherever it was made."""
        for node in model.nodes:
            if node.type == "keras.layers.Dropout" and node.args.get("rate").must_be(0.0):
                yield Report(node.place, f"{{node.name}} has the rate 0", help="remove it, or give it a rate")
'''


def name_problem(name: str) -> str | None:
    """Why a rule can't have this name, or None if it can."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        return f"{name!r} is not lower case words joined by dashes, such as missing-return-sequences"
    if UNREADABLE_AFTER_ALLOW.fullmatch(name):
        return f'"allow {name}" does not read well: name what is wrong, such as missing-return-sequences'
    return None


def codes_in_use(rules: Path) -> list[str]:
    """The codes of all rules in a folder, as written in their files."""
    files = sorted(rules.rglob("*.py"))
    return [code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))]


def next_code(family: str, used: list[str]) -> str:
    """The code after the highest one of the family; codes are never used again, so gaps stay.

    Raises:
        ValueError: the family has no code left.
    """
    digit = FAMILIES[family]
    taken = [int(code[4:]) for code in used if code[3] == str(digit)]
    number = max(taken, default=0) + 1
    if number > 99:
        raise ValueError(f"family {family} has no code left")
    return f"TDL{digit}{number:02}"


def next_version(root: Path) -> str:
    """The version that will have the rule first: that of the code, which is raised right after a release."""
    text = (root / "tdlint" / "_version.py").read_text(encoding="utf-8")
    [version] = re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    return str(version)


def make_rule(root: Path, name: str, family: str, code: str | None) -> tuple[Path, str]:
    """Write the rule's file under ``root/rules``; returns its path and code.

    Raises:
        ValueError: the name, the code or the file is not free or not allowed.
    """
    name = name.replace("_", "-")
    problem = name_problem(name)
    if problem:
        raise ValueError(problem)
    rules = root / "rules"
    used = codes_in_use(rules)
    code = code or next_code(family, used)
    if not re.fullmatch(rf"TDL{FAMILIES[family]}\d\d", code):
        raise ValueError(f"codes of family {family} are TDL{FAMILIES[family]}01 to TDL{FAMILIES[family]}99, not {code}")
    if code in used:
        raise ValueError(f"{code} belongs to another rule; leave --code away to take the next free one")
    if list(rules.rglob(f"{name.replace('-', '_')}.py")):
        raise ValueError(f"there is a rule {name} already")
    path = rules / family / f"{name.replace('-', '_')}.py"
    path.parent.mkdir(exist_ok=True)
    class_name = "".join(word.capitalize() for word in name.split("-"))
    path.write_text(TEMPLATE.format(code=code, class_name=class_name, since=next_version(root)), encoding="utf-8")
    return path, code


def main() -> None:
    """Read the command line, make the rule and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="what is wrong, such as missing-return-sequences")
    parser.add_argument("--family", required=True, choices=[family for family in FAMILIES if family != "tool"])
    parser.add_argument("--code", help="default: the next free one of the family")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args()
    try:
        path, code = make_rule(options.root, options.name, options.family, options.code)
    except ValueError as error:
        sys.exit(f"new_rule: error: {error}")
    sys.stdout.write(f"{path.relative_to(options.root)}: {code}\n")
    package = f"tdlint_rules.{options.family}"
    if not (path.parent / "__init__.py").exists():
        (path.parent / "__init__.py").write_text(f'"""TDL{code[3]}xx: {options.family}."""\n', encoding="utf-8")
    if f'"{package}"' not in (options.root / "pyproject.toml").read_text(encoding="utf-8"):
        sys.stdout.write(
            f'The first rule of its family: add "{package}" to `packages` in pyproject.toml, and reinstall.\n'
        )


if __name__ == "__main__":
    main()
