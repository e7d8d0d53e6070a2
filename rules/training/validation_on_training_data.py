"""The validation data are the data that the model is trained on.

The validation metrics then repeat the training metrics: overfitting can't be seen in them, EarlyStopping and
ModelCheckpoint choose by memory, and the reported accuracy is that of known answers.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x_train, y_train, epochs=20, validation_data=(x_train, y_train))  # expect: TDL530
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x_train, y_train, epochs=20, validation_data=(x_val, y_val))
model.fit(x_train, y_train, epochs=20, validation_split=0.2)
```

## Why

Measured with 200 samples of 20 random numbers and random labels, 150 epochs (FACTS E6o): `val_accuracy` is 1.0 on the
training data and 0.5 on data that the model has not seen. Keras says nothing, in 2 and 3. A training of one epoch,
which only tries whether the program runs, is not reported.

## Also checked by

- UMLAUT check_high_validation_acc

## References

- https://keras.io/api/models/model_training_apis/#fit-method
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tdlint.api import CallSite, Context, Program, Report, Rule


class ValidationOnTrainingData(Rule):
    """Only where both are written as the same name, attribute or item, which can't change within a call."""

    code = "TDL530"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the validation data."""
        if call.name not in ("keras.Model.fit", "keras.Model.fit_generator"):
            return
        if call.args.get("epochs").must_be(0, 1):
            return  # tries whether it runs, and tunes nothing by what it measures
        first = "x" if call.name.endswith("fit") else "generator"
        trained = [_written(call, program, name) for name in (first, "y") if call.args.passes(name)]
        given = _written(call, program, "validation_data")
        parts = given.elts if isinstance(given, ast.Tuple | ast.List) else [given]
        if not trained or len(parts) not in (len(trained), len(trained) + 1):
            return
        pairs = zip(trained, parts, strict=False)
        if all(left is not None and right is not None and _same(left, right) for left, right in pairs):
            names = " and ".join(ast.unparse(part) for part in trained if part is not None)
            yield Report(
                call.place("validation_data"),
                f"the validation data are the training data, {names}",
                fact="measured: with random labels, val_accuracy is 1.0 on the training data, 0.5 on other (FACTS E6o)",
                help="give data that the model is not trained on, or validation_split=0.2",
            )


def _written(call: CallSite, program: Program, name: str) -> ast.expr | None:
    """The source of an argument, None if it does not stand in the call by itself."""
    site = call.args.site(name)
    if site is None:
        return None
    try:
        return ast.parse(f"(\n{program.text(site)}\n)", mode="eval").body
    except SyntaxError:
        return None


_STEADY = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.List, ast.Dict, ast.Constant),
    *(ast.UnaryOp, ast.USub, ast.Load),
)
"""What gives the same value when it is evaluated twice."""


def _same(left: ast.expr, right: ast.expr) -> bool:
    steady = all(isinstance(part, _STEADY) for part in ast.walk(left))
    constant = isinstance(left, ast.Constant)
    return steady and not constant and ast.dump(left) == ast.dump(right)
