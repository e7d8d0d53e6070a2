"""What fixes say of themselves, held against real Keras: the program runs, or computes the same."""

from __future__ import annotations

import numpy as np
import pytest

from tdlint.config import Settings
from tdlint.diagnostics import Severity
from tdlint.linting.fixing import fix_bytes
from tdlint.testing import load_rules, page_cases

keras = pytest.importorskip("keras", minversion="3.15")
pytestmark = pytest.mark.slow

RULES = load_rules()


def examples(code: str) -> list[str]:
    """The bad examples of a rule."""
    (rule,) = (rule for rule in RULES if rule.code == code)
    return [case.text for case in page_cases(rule) if case.expected]


def fixed(text: str, code: str) -> str:
    """A program after all fixes of a rule."""
    settings = Settings(select=(code,), unsafe_fixes=True, min_severity=Severity.ADVICE)
    result = fix_bytes(text.encode(), "m.py", settings, RULES)
    assert result.fixing is not None
    return result.fixing.after.decode()


@pytest.mark.parametrize("text", examples("TDL911"))
def test_what_is_passed_to_load_model_is_what_it_looked_for(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((TypeError, ValueError)):
        exec(text, {"__name__": "example"})
    names: dict[str, object] = {"__name__": "example"}
    exec(fixed(text, "TDL911"), names)
    x = np.ones((2, 4), "float32")
    np.testing.assert_allclose(names["again"](x), names["model"](x), rtol=1e-6)


def test_a_layer_that_is_not_unrolled_computes_the_same():
    (text,) = examples("TDL706")
    models = []
    for program in (text, fixed(text, "TDL706")):
        names: dict[str, object] = {"__name__": "example"}
        exec(program, names)
        models.append(names["model"])
    unrolled, plain = models
    plain.set_weights(unrolled.get_weights())
    assert [layer.unroll for model in models for layer in model.layers] == [True, False]
    x = np.random.default_rng(0).normal(size=(3, 200, 8)).astype("float32")
    np.testing.assert_allclose(plain(x), unrolled(x), rtol=1e-4, atol=1e-6)


def test_parts_in_order_fit_each_other():
    sklearn = pytest.importorskip("sklearn.model_selection")
    assert sklearn
    (text,) = examples("TDL539")
    data = {"x": np.zeros((40, 4)), "y": np.zeros(40)}
    with pytest.raises(ValueError, match="cardinality"):
        exec(text, {"__name__": "example", **data})
    exec(fixed(text, "TDL539"), {"__name__": "example", **data})
