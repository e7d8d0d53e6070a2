"""A model is trained that was never compiled.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.fit(x, y, epochs=5)  # expect: TDL507
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=5)
```

## Why

Measured (FACTS E13): Keras 3.15.1 raises ValueError, You must call `compile()` before using the model; Keras 2
RuntimeError, You must compile your model before training/testing.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Program, Report, Rule, Severity, Site

TRAINING = frozenset({"keras.Model.fit", "keras.Model.train_on_batch", "keras.Model.fit_generator"})


class MissingCompile(Rule):
    """A model made in sight, which no code that is not followed can have compiled."""

    code = "TDL507"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call that trains."""
        if call.name not in TRAINING or not call.certain or len(call.models) != 1:
            return
        model = program.model(call.models[0])
        if model is None or model.kind == "subclass" or model.doubts or model.compile is not None:
            return
        # methods are entered one by one, and each may have a model of its own from the same place
        if model.site in _compiled(program):
            return
        yield Report(
            call.place(),
            f"{call.name.rpartition('.')[2]} trains a model that was never compiled",
            fact="Keras raises ValueError: You must call `compile()` before using the model (FACTS E13)",
            help="call model.compile(optimizer, loss) first",
        )


def _compiled(program: Program) -> set[Site | None]:
    """The places of all models that are compiled."""
    key = ("places of compiled models", 0)
    if key not in program.memo:
        models = (program.model(key) for call in program.calls_of("keras.Model.compile") for key in call.models)
        program.memo[key] = {model.site for model in models if model is not None}
    found: set[Site | None] = program.memo[key]
    return found
