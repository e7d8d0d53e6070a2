"""`compile` is given something that it does not take.

`metrics` is a list, even of one; the optimizer is an object and not its class.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(
    optimizer=keras.optimizers.Adam,  # expect: TDL410
    loss="mse",
    metrics="mae",  # expect: TDL410
)
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(), loss="mse", metrics=["mae"])
```

## Fixed

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile(
    optimizer=keras.optimizers.Adam(),
    loss="mse",
    metrics=["mae"],
)
```

## Why

Measured (FACTS D7c, D12):

| | Keras 3.15.1 | Keras 2.15 |
|---|---|---|
| `optimizer=keras.optimizers.Adam` | ValueError: Could not interpret optimizer identifier | the same |
| `metrics="mae"`, an object, a set | ValueError: Expected `metrics` argument to be a list, tuple, or dict | works |
| `loss=keras.losses.MeanSquaredError` | works | TypeError |
| `metrics=[keras.metrics.AUC]` | works | TypeError |
| `loss=keras.losses.mean_squared_error()` | TypeError: missing 2 required arguments | TypeError |

## Fix safety

The fixes of `optimizer` and `metrics` are safe: the model could not be compiled before. There is none for the others.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    CallSite,
    Context,
    FixPlan,
    Instance,
    Program,
    ReplaceCode,
    Report,
    Rule,
    Sequence,
    Severity,
    Site,
    Symbol,
    Value,
    identifiers,
    text,
)

from ._compiled import version_of

METRICS = ("metrics", "weighted_metrics")


class InvalidCompileArgument(Rule):
    """Values that are certain; functions of the program may be metrics, and what is not known may be a list."""

    code = "TDL410"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the argument."""
        model = program.model(call.models[0]) if call.name == "keras.Model.compile" and call.models else None
        if model is None or model.kind == "subclass":
            return
        major = version_of(model, program, context).major
        optimizer = _class_name(call.args.get("optimizer"), "keras.optimizers.")
        if optimizer is not None:
            yield Report(
                call.place("optimizer"),
                f"the optimizer is the class {optimizer} and not an object of it",
                fact=f"Keras raises ValueError: Could not interpret optimizer identifier: <class '{optimizer}'> "
                "(FACTS D12)",
                help=f"call it: {optimizer}()",
                fix=_around(call.args.site("optimizer"), "", "()", f"Call {optimizer}"),
            )
        yield from _called(call)
        yield from _metrics(call) if major >= 3 else _classes(call)


def _called(call: CallSite) -> Iterator[Report]:
    loss = call.args.get("loss")
    if not isinstance(loss, Instance) or not loss.type.startswith("keras.losses.") or loss.args.bound:
        return
    short = loss.type.rpartition(".")[2]
    if loss.args.complete and not _is_class(short) and identifiers.is_known("loss", short, 2):
        yield Report(
            call.place("loss"),
            f"the loss function {short} is called without labels and predictions",
            fact="Python raises TypeError: missing 2 required positional arguments: 'y_true' and 'y_pred'",
            help=f"pass the function itself, or its name: loss={short!r}",
        )


def _class_name(value: Value, module: str) -> str | None:
    """The name of a class of Keras that is passed as it is."""
    if not isinstance(value, Symbol) or not value.name.startswith(module):
        return None
    short = value.name.rpartition(".")[2]
    return short if _is_class(short) else None


def _is_class(name: str) -> bool:
    """Whether a name of Keras is that of a class; ``MSE`` and the like are functions."""
    return name == "AUC" or (name[:1].isupper() and not name.isupper())


def _metrics(call: CallSite) -> Iterator[Report]:
    for argument in METRICS:
        value = call.args.get(argument)
        what = _single(value)
        if what is not None:
            yield Report(
                call.place(argument),
                f"{argument} is {what} and not a list",
                fact=f"Keras 3 raises ValueError: Expected `{argument}` argument to be a list (FACTS D7c)",
                help=f"{argument}=[…]",
                fix=None if what == "a set" else _around(call.args.site(argument), "[", "]", "Make it a list"),
            )


def _single(value: Value) -> str | None:
    """What a value is that is certainly neither list, tuple, dict nor None."""
    if text(value):
        return repr(text(value))
    if isinstance(value, Instance) and value.type.startswith("keras.metrics."):
        short = value.type.rpartition(".")[2]
        return f"one {short}" if _is_class(short) else None
    return "a set" if isinstance(value, Sequence) and value.kind == "set" and value.items else None


def _around(site: Site | None, before: str, after: str, title: str) -> FixPlan | None:
    """The value between other code; the program could not run before."""
    if site is None:
        return None
    return FixPlan(title, (ReplaceCode(site, (before, site, after)),), Applicability.SAFE)


def _classes(call: CallSite) -> Iterator[Report]:
    """Keras 2 calls a class as if it were a function."""
    metrics = call.args.get("metrics")
    listed = metrics.items if isinstance(metrics, Sequence) else ()
    found = [("loss", _class_name(call.args.get("loss"), "keras.losses."))]
    found += [("metrics", _class_name(metric, "keras.metrics.")) for metric in listed]
    for argument, name in found:
        if name is not None:
            yield Report(
                call.place(argument),
                f"{argument} has the class {name} and not an object of it",
                fact="Keras 2 raises TypeError when fit is called (FACTS D12)",
                help=f"call it: {name}()",
            )
