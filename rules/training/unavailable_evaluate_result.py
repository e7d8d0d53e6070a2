"""More results are read from `evaluate` than it returns, or from `train_on_batch` or `test_on_batch`.

Without metrics they return one number, the loss. With metrics they return a list of the loss and each metric.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
score = model.evaluate(x_test, y_test)
print("accuracy", score[1])  # expect: TDL537
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
score = model.evaluate(x_test, y_test)
print("mean absolute error", score[1])
loss, error = model.evaluate(x_test, y_test)
```

## Why

Measured (FACTS E20), the same in Keras 2 and 3: without metrics, `evaluate(…)[1]` and `evaluate(…)[0]` are a TypeError,
'float' object is not subscriptable, and `loss, accuracy = evaluate(…)` is a TypeError, cannot unpack. With one metric,
index 2 is an IndexError; a list of another length than there are names is a ValueError. So are those of
`train_on_batch` and `test_on_batch`.

## References

- https://keras.io/api/models/model_training_apis/#evaluate-method
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Program, Report, Rule, Severity, integer

from ._logs import measured


class UnavailableEvaluateResult(Rule):
    """Needs one output and metrics whose names are all known."""

    code = "TDL537"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report where the result is read; the ``evaluate`` is related."""
        made = call.result_of if call.name == "keras.Model.evaluate.result" else None
        if made is None or not made.args.complete or made.compiled is None or not (call.certain or call.repeated):
            return
        names = measured(made, program)
        as_dict = made.args.passes("return_dict") and made.args.get("return_dict").may_be(True)
        if names is None or as_dict or len(set(names)) != len(names) or not made.compiled.certain:
            return
        have = 1 + len(names)
        method = made.name.rpartition(".")[2]
        reads = integer(call.args.get("index"))
        takes = integer(call.args.get("count"))
        if reads is not None and (have == 1 or not -have <= reads < have):
            asked, place = f"item {reads} of the result of {method} is read", call.place("index")
        elif takes is not None and (have == 1 or takes != have):
            asked, place = (
                f"the result of {method} is unpacked into {takes} name{'s' * (takes > 1)}",
                call.place("count"),
            )
        else:
            return
        yield Report(
            place,
            f"{asked}, which is {_described(names)}",
            fact="TypeError, IndexError or ValueError (FACTS E20)",
            help="name what shall be measured in compile(metrics=[…])",
            related=((made.place(), f"this {method}"), (made.compiled.place(), "this compile")),
        )


def _described(names: tuple[str, ...]) -> str:
    if not names:
        return "one number, the loss, as compile has no metrics"
    return f"a list of {1 + len(names)}: loss, {', '.join(names)}"
