"""The examples on the pages of rules, run on real Keras: what is called an error raises, and what is good does not."""

from __future__ import annotations

import builtins
import os
import re
import symtable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdlint.config import Settings
from tdlint.diagnostics import Severity
from tdlint.linting.engine import check_bytes
from tdlint.linting.fixing import fix_bytes
from tdlint.testing import Case, load_rules, page_cases

keras = pytest.importorskip("keras", minversion="3.15")
pytestmark = pytest.mark.slow

NOT_REACHED = {
    "per-output-mismatch-bad-1": "Keras raises in fit, which the example leaves out",
    "positional-weight-name-bad-1": "the example makes a class and no layer of it",
}
"""Examples that do not come to the call that raises."""

RAISES = re.compile(r"\bKeras (3 )?raises (?!\w+ when )")
RULES = load_rules()
CASES = [case for rule in RULES for case in page_cases(rule) if not case.is_config]
IMAGES = {
    "mnist": ((28, 28), (), 10),
    "fashion_mnist": ((28, 28), (), 10),
    "cifar10": ((32, 32, 3), (1,), 10),
    "cifar100": ((32, 32, 3), (1,), 100),
}
"""By data set: the shapes of a sample and of a label, and the number of classes."""


def undefined(source: str) -> set[str]:
    """Names that an example reads and does not define: data and files of the reader's."""
    found: set[str] = set()
    tables = [symtable.symtable(source, "example", "exec")]
    assigned = {symbol.get_name() for symbol in tables[0].get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            is_global = symbol.is_global() or table.get_type() == "module"
            if symbol.is_referenced() and is_global and symbol.get_name() not in assigned:
                found.add(symbol.get_name())
    return found - set(dir(builtins)) - {"__file__"}


def runnable(case: Case) -> bool:
    """Whether an example has all that it needs, and is for the Keras that is tested."""
    outside = ('weights="imagenet"', "from_directory", "load_img", "load_model(", "_housing", "tf_keras", "torch")
    here = case.version.major >= 3 and not any(word in case.text for word in outside)
    return here and not undefined(case.text)


def raising(case: Case) -> bool:
    """Whether what is reported on an example is that Keras raises."""
    found = check_bytes(case.text.encode(), "page.py", Settings(), RULES).diagnostics
    told = [one for one in found if one.code in {code for _, code in case.expected}]
    return any(one.severity is Severity.ERROR and RAISES.search(one.fact or "") for one in told)


def fixed(case: Case) -> str | None:
    """What the fixes make of an example, None where something that is reported is left."""
    result = fix_bytes(case.text.encode(), "page.py", Settings(unsafe_fixes=True), RULES)
    codes = {code for _, code in case.expected}
    if result.fixing is None or any(each.code in codes for each in result.diagnostics):
        return None
    return result.fixing.after.decode()


BAD = [case for case in CASES if case.expected and runnable(case) and case.name not in NOT_REACHED and raising(case)]
FIXED = [(case.name, after) for case in BAD if (after := fixed(case)) is not None]
GOOD = [case for case in CASES if not case.expected and runnable(case)]


def images(shape: tuple[int, ...], label: tuple[int, ...], classes: int) -> Any:
    def part(samples: int) -> Any:
        return np.zeros((samples, *shape), "uint8"), np.arange(samples).reshape(samples, *label) % classes

    return lambda **_: (part(128), part(64))


def words(num_words: int = 1000, **_: Any) -> Any:
    part = np.array([[1, 2, num_words - 1]] * 64, dtype=object), np.arange(64) % 2
    return part, part


@pytest.fixture(autouse=True)
def small_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Data sets without a download, and a folder to write to."""
    for name, sizes in IMAGES.items():
        monkeypatch.setattr(getattr(keras.datasets, name), "load_data", images(*sizes))
    for name in ("imdb", "reuters"):
        monkeypatch.setattr(getattr(keras.datasets, name), "load_data", words)
    monkeypatch.chdir(tmp_path)
    environment = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(environment)
    keras.backend.clear_session()
    keras.config.set_image_data_format("channels_last")
    keras.mixed_precision.set_global_policy("float32")


def test_enough_examples_are_run() -> None:
    assert len(BAD) >= 25
    assert len(FIXED) >= 12
    assert len(GOOD) >= 60
    assert NOT_REACHED.keys() <= {case.name for case in CASES}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", BAD, ids=str)
def test_an_error_raises(case: Case) -> None:
    code = compile(case.text, str(case), "exec")
    with pytest.raises(Exception):  # noqa: B017, PT011 - which one is the page's to say
        exec(code, {"__name__": "example"})


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", GOOD, ids=str)
def test_a_good_example_runs(case: Case) -> None:
    exec(compile(case.text, str(case), "exec"), {"__name__": "example"})


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "text"), FIXED, ids=[name for name, _ in FIXED])
def test_a_fixed_example_runs(name: str, text: str) -> None:
    exec(compile(text, name, "exec"), {"__name__": "example"})
