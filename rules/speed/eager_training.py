"""Training runs eagerly, operation by operation.

`run_eagerly=True` is for debugging: Keras then does not make a graph of the training step.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse", run_eagerly=True)  # expect: TDL707
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
```

## Fixed

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
```

## Why

Measured on Keras 3.15.1, 2 cores (FACTS F4): a training step of LSTM(32) over 50 timesteps takes 121 ms against 5.7,
one of a small stack of Dense layers 13.5 ms against 1.2. Keras 2 is alike.

## Fix safety

Unsafe: what the program does in Python within a step is then done once, when the graph is made.

## References

- https://keras.io/api/models/model_training_apis/#compile-method
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    CallSite,
    Context,
    FixPlan,
    Program,
    RemoveArgument,
    Report,
    Rule,
    Severity,
)


class EagerTraining(Rule):
    """Advice: some programs need it."""

    code = "TDL707"
    severity = Severity.ADVICE

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at ``run_eagerly``."""
        switched = call.name == "tensorflow.config.run_functions_eagerly" or call.name == "keras.Model.compile"
        if switched and call.args.passes("run_eagerly") and call.args.get("run_eagerly").must_be(True):
            yield Report(
                call.place("run_eagerly"),
                "training runs eagerly",
                fact="measured: 11 to 21 times as long per training step (FACTS F4)",
                help="leave run_eagerly away when the program is debugged",
                fix=_fix(call, program),
            )


def _fix(call: CallSite, program: Program) -> FixPlan | None:
    site = call.args.site("run_eagerly")
    if call.name != "keras.Model.compile" or call.site is None or site is None or program.text(site) != "True":
        return None
    return FixPlan("Leave out run_eagerly", (RemoveArgument(call.site, site),), Applicability.UNSAFE)
