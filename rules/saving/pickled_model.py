"""A model is written with `pickle` or `joblib`.

Whoever loads such a file runs whatever code is in it, and it depends on the versions of all that is in the pickle.

## Bad

```python
import pickle
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
with open("model.pkl", "wb") as file:
    pickle.dump(model, file)  # expect: TDL913
```

## Good

```python
import pickle
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
history = model.fit(x, y)
model.save("model.keras")
with open("history.pkl", "wb") as file:
    pickle.dump(history.history, file)
```

## Why

`pickle.dumps(model)` works in Keras 3.15.1 and tf_keras 2 (FACTS H8): it holds a `.keras` file inside. `pickle.loads`
runs code that is in the file, before Keras can refuse anything, and loads lambdas too.

## Also checked by

- TorchFix TOR102

## References

- https://docs.python.org/3/library/pickle.html
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Program, Report, Rule, Severity

WRITERS = ("pickle.dump", "pickle.dumps", "joblib.dump")


class PickledModel(Rule):
    """Advice: it works, and is not what files of models are for."""

    code = "TDL913"
    severity = Severity.ADVICE

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call."""
        if call.name in WRITERS and call.models:
            yield Report(
                call.place(),
                f"a Keras model is written with {call.name}",
                fact="loading a pickle runs the code in it, which safe mode does not stop (FACTS H8)",
                help='use model.save("model.keras")',
            )
