"""`compile` names outputs that the model does not have, or gives too many or too few of something.

With several outputs, losses and metrics are given as a list in the order of the outputs, or as a dict by their names:
those are the names of the last layers, or the keys where the outputs are a dict.

## Bad

```python
import keras
from keras import layers

inputs = keras.Input((8,))
age, kind = layers.Dense(1, name="age")(inputs), layers.Dense(3, activation="softmax", name="kind")(inputs)
model = keras.Model(inputs, [age, kind])
model.compile(
    loss={"age": "mse", "class": "categorical_crossentropy"},  # expect: TDL411
    metrics=["mae"],  # expect: TDL411
)
```

## Good

```python
import keras
from keras import layers

inputs = keras.Input((8,))
age, kind = layers.Dense(1, name="age")(inputs), layers.Dense(3, activation="softmax", name="kind")(inputs)
model = keras.Model(inputs, [age, kind])
model.compile(
    loss={"age": "mse", "kind": "categorical_crossentropy"},
    metrics={"age": ["mae"], "kind": ["accuracy"]},
)
```

## Why

Measured on a model with the outputs `a` and `b` (FACTS D13, D13b, D13c):

| | Keras 3.15.1 | Keras 2.15 |
|---|---|---|
| `loss={"a": …, "c": …}` | ValueError: Expected keys ['a', 'b'] in loss dict | ValueError |
| `loss={"a": …}` | ValueError: Expected keys ['a', 'b'] in loss dict | `b` is not trained |
| three losses | KeyError | the third is ignored |
| one loss in a list | **`b` is not trained**, with a warning | `b` is not trained |
| `metrics=["mae"]`, three metrics | ValueError: tuple arity mismatch | every output gets them |
| `metrics={"c": "mae"}` | ValueError | ValueError |
| `loss="mse", loss_weights=[1, 1]` | ValueError: `loss_weights` must match the number of losses | works |
| `loss={"a": …, "b": …}, loss_weights={"a": 2}` | KeyError | works |

## Fix safety

There is no automatic fix.

## References

- keras/src/trainers/compile_utils.py
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Instance, Mapping, Report, Sequence, Severity, Symbol, Value, text

from ._compiled import Compiled, HeadRule


class PerOutputMismatch(HeadRule):
    """Needs the names of all outputs for what is given by name."""

    code = "TDL411"
    severity = Severity.ERROR

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at the argument."""
        count = len(compiled.heads)
        if count == 0 or not compiled.call.args.complete:
            return
        major = compiled.version(context).major
        names = _names(compiled)
        yield from _losses(compiled, names, major)
        if major >= 3:
            yield from _weights(compiled)
        metrics = compiled.call.args.get("metrics")
        if count > 1 and isinstance(metrics, Sequence) and metrics.complete:
            yield from _listed(compiled, "metrics", metrics, major)
        if count > 1 and isinstance(metrics, Mapping):
            yield from _unnamed(compiled, "metrics", metrics, names)


def _names(compiled: Compiled) -> tuple[str, ...] | None:
    """The names of all outputs; None if one is not known or two are the same."""
    names = tuple(head.name for head in compiled.heads if head.name is not None)
    return names if len(set(names)) == len(compiled.heads) else None


def _keys(value: Mapping) -> tuple[str, ...] | None:
    keys = tuple(key for key in (text(key) for key, _ in value.items) if key is not None)
    return keys if value.rest is None and len(keys) == len(value.items) else None


def _losses(compiled: Compiled, names: tuple[str, ...] | None, major: int) -> Iterator[Report]:
    loss: Value = compiled.call.args.get("loss")
    if isinstance(loss, Sequence) and loss.complete and len(compiled.heads) > 1:
        yield from _listed(compiled, "loss", loss, major)
    if not isinstance(loss, Mapping):
        return
    wrong = list(_unnamed(compiled, "loss", loss, names))
    yield from wrong
    keys = _keys(loss)
    missing = sorted(set(names or ()) - set(keys or ()))
    if keys and missing and not wrong and major >= 3 and compiled.model.output_keys is None:
        yield Report(
            compiled.call.place("loss"),
            f"loss says nothing of {_listing(missing)}, one of {len(compiled.heads)} outputs",
            fact="Keras 3 raises ValueError: Expected keys … in loss dict; Keras 2 does not train that output "
            "(FACTS D13)",
            help="name every output, with None for one that has no loss",
        )


def _weights(compiled: Compiled) -> Iterator[Report]:
    """Keras 3 wants a weight for each loss that is given, not for each output."""
    loss, weights = compiled.call.args.get("loss"), compiled.call.args.get("loss_weights")
    losses, given = _count(loss), _count(weights) if isinstance(weights, Sequence | Mapping) else None
    if losses is None or not given:
        return
    if isinstance(loss, Mapping) and isinstance(weights, Mapping):
        missing = sorted(set(_keys(loss) or ()) - set(_keys(weights) or ()))
        if missing and _keys(weights):
            yield Report(
                compiled.call.place("loss_weights"),
                f"loss_weights has no weight for {_listing(missing)}, and loss has one",
                fact="Keras 3 raises KeyError (FACTS D13c)",
                help="give every loss a weight, 1.0 where none is needed",
            )
    elif given != losses:
        single = not isinstance(loss, Sequence | Mapping)
        yield Report(
            compiled.call.place("loss_weights"),
            f"loss_weights has {given} weights, and loss is {'one for all' if single else losses}",
            fact="Keras 3 raises ValueError: `loss_weights` must match the number of losses (FACTS D13c)",
            help="give as many losses, one for each output",
        )


def _count(value: Value) -> int | None:
    """How many losses or weights a value is; None if it is not known."""
    if isinstance(value, Sequence):
        return len(value.items) if value.complete else None
    if isinstance(value, Mapping):
        return len(value.items) if value.rest is None else None
    return 1 if text(value) is not None or isinstance(value, Symbol | Instance) else None


def _listed(compiled: Compiled, argument: str, value: Sequence, major: int) -> Iterator[Report]:
    count, given = len(compiled.heads), len(value.items)
    short = argument == "loss" and given < count
    if given == count or (given == 0 and argument == "metrics") or (major < 3 and not short):
        return
    yield Report(
        compiled.call.place(argument),
        f"{argument} is a list of {given}, and the model has {count} outputs",
        fact="the outputs that are left over are not trained (FACTS D13b)"
        if short
        else "Keras 3 raises KeyError (FACTS D13b)"
        if argument == "loss"
        else "Keras 3 raises ValueError: tuple arity mismatch; Keras 2 gives them to every output (FACTS D13)",
        help=f"one entry for each output, or a dict by the names of the outputs: {argument}={{…}}",
        severity=Severity.WARNING if short else Severity.ERROR,
    )


def _unnamed(compiled: Compiled, argument: str, value: Mapping, names: tuple[str, ...] | None) -> Iterator[Report]:
    keys = _keys(value)
    unknown = sorted(set(keys or ()) - set(names or ()))
    if names is not None and unknown:
        yield Report(
            compiled.call.place(argument),
            f"{argument} names {_listing(unknown)}, and the outputs are {_listing(names)}",
            fact=f"Keras raises ValueError: Expected keys {list(names)} in loss dict (FACTS D13)"
            if argument == "loss"
            else "Keras raises ValueError (FACTS D13b)",
            help="the names of the outputs are those of the last layers, or the keys of a dict of outputs",
        )


def _listing(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(map(repr, names))
