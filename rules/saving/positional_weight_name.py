"""`add_weight` gets its name as first argument, where Keras 3 has the shape.

Keras 2 had `add_weight(name, shape, …)`; Keras 3 has `add_weight(shape, initializer, …)` and takes the name by keyword.

## Bad

```python
import keras

class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.gain = self.add_weight("gain", shape=(input_shape[-1],))  # expect: TDL904
```

## Good

```python
import keras

class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.gain = self.add_weight(shape=(input_shape[-1],), name="gain")
```

## Fixed

```python
import keras

class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.gain = self.add_weight(name="gain", shape=(input_shape[-1],))
```

## Why

Measured on Keras 3.15.1 (FACTS H6j): a layer raises ValueError, `name` must be passed as a keyword argument; a metric
raises ValueError, cannot convert 'gain' to a shape. `add_variable("gain", …)` raises too. All of them work in Keras 2.

## Fix safety

Safe: every argument gets the name that its place had in Keras 2, and the call raised in Keras 3.

## References

- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    CallFact,
    ClassFacts,
    Context,
    FixPlan,
    Place,
    Program,
    ReplaceCode,
    Report,
    Rule,
    Severity,
)

PLACES = {
    "layer": ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint"),
    "metric": ("name", "shape"),
}
"""The order of the arguments of Keras 2."""


class PositionalWeightName(Rule):
    """Keras 3 only; a text as first argument can't be a shape."""

    code = "TDL904"
    severity = Severity.ERROR

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call, in whatever method it is."""
        if cls.kind not in ("layer", "model", "metric") or cls.has("add_weight"):
            return
        if context.version(cls.namespace) < (3, 0):
            return
        for method in cls.methods(*cls.own):
            for call in method.calls_of("self.add_weight", "self.add_variable"):
                name = call.constant("")
                if isinstance(name, str) and "." not in name:
                    short = call.name.removeprefix("self.")
                    yield Report(
                        Place(call.site),
                        f"{short} gets {name!r} as its first argument, where Keras 3 expects the shape",
                        fact="Keras 3 raises ValueError: `name` must be passed as a keyword argument (FACTS H6j)",
                        help=f"pass it by keyword: name={name!r}",
                        fix=_fix(call, PLACES["metric" if cls.kind == "metric" else "layer"], program),
                    )


def _fix(call: CallFact, places: tuple[str, ...], program: Program) -> FixPlan | None:
    """The call with a keyword before each argument that was told by its place."""
    written = program.text(call.site)
    node = ast.parse(f"({written})", mode="eval").body
    if not isinstance(node, ast.Call) or not written.isascii() or len(node.args) > len(places):
        return None
    if any(isinstance(arg, ast.Starred) for arg in node.args) or any(
        key.arg in places[: len(node.args)] for key in node.keywords
    ):
        return None
    lines = f"({written})".splitlines(keepends=True)
    for keyword, arg in reversed([*zip(places, node.args, strict=False)]):
        line = lines[arg.lineno - 1]
        lines[arg.lineno - 1] = f"{line[: arg.col_offset]}{keyword}={line[arg.col_offset :]}"
    # Keras 3 has `add_variable` too, which asks for an initializer
    code = "".join(lines)[1:-1].replace("self.add_variable(", "self.add_weight(", 1)
    return FixPlan("Pass them by keyword", (ReplaceCode(call.site, (code,)),), Applicability.SAFE)
