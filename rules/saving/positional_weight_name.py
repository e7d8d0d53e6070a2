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

## Why

Measured on Keras 3.15.1 (FACTS H6j): a layer raises ValueError, `name` must be passed as a keyword argument; a metric
raises ValueError, cannot convert 'gain' to a shape. `add_variable("gain", …)` raises too. All of them work in Keras 2.

## References

- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import ClassFacts, Context, Place, Program, Report, Rule, Severity


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
                    )
