"""Setting `lr` on an optimizer of Keras 3 changes nothing.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
model.fit(x, y, epochs=5)
model.optimizer.lr = 1e-4  # expect: TDL508
model.fit(x, y, epochs=5)
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
model.fit(x, y, epochs=5)
model.optimizer.learning_rate = 1e-4
model.fit(x, y, epochs=5)
```

## Fixed

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
model.fit(x, y, epochs=5)
model.optimizer.learning_rate = 1e-4
model.fit(x, y, epochs=5)
```

## Why

Measured on Keras 3.15.1 (FACTS E7): `optimizer.lr = 0.5` makes an attribute that nothing reads; the learning rate
stays 0.1, and Keras says nothing. In Keras 2.15 `lr` is another name of `learning_rate`.

## Fix safety

The fix is unsafe: the rate that the program asks for begins to act.

## Also checked by

- TorchFix TOR002

## References

- https://keras.io/api/optimizers/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    FixPlan,
    Instance,
    Place,
    Program,
    ReplaceCode,
    Report,
    Rule,
    Severity,
)


class LostLearningRate(Rule):
    """Keras 3 only."""

    code = "TDL508"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the attribute that is set, once for each place."""
        seen = set()
        for assignment in program.assignments:
            owner = assignment.owner
            if assignment.attribute != "lr" or not isinstance(owner, Instance) or assignment.site in seen:
                continue
            if owner.type.startswith("keras.optimizers.") and context.version(owner.namespace) >= (3, 0):
                seen.add(assignment.site)
                written = program.text(assignment.site)
                fix = FixPlan(
                    "Set learning_rate",
                    (ReplaceCode(assignment.site, (f"{written.removesuffix('.lr')}.learning_rate",)),),
                    Applicability.UNSAFE,
                )
                yield Report(
                    Place(assignment.site),
                    "lr is set on an optimizer whose learning rate is called learning_rate",
                    fact="Keras 3 says nothing, and the learning rate stays as it was (FACTS E7)",
                    help="set optimizer.learning_rate",
                    fix=fix if written.endswith(".lr") else None,
                )
