"""A positional argument means something else than it did when the program was written.

`Conv2D(32, 3, 3)` made windows of 3 x 3 in Keras 1; since then, the third argument is the stride.

## Bad

```python
import keras
from keras.layers import Convolution2D, MaxPooling2D

model = keras.Sequential([
    keras.Input((32, 32, 3)),
    Convolution2D(32, 3, 3),  # expect: TDL813
    MaxPooling2D(),
])
```

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(16, 5, 5, activation="relu"),  # expect: TDL813
    layers.MaxPooling2D(),
])
```

```python
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1, 0.9, 0.0, True), "mse", ["mae"])  # expect: TDL813
model.fit(np.zeros((8, 4)), np.zeros((8, 1)))
```

```python
import keras

layer = keras.layers.MultiHeadAttention(2, 4)
tokens, mask = keras.Input((5, 8)), keras.Input((5, 5), dtype="bool")
model = keras.Model([tokens, mask], layer(tokens, tokens, tokens, mask))  # expect: TDL813
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(16, 4, 4),
    layers.Conv2D(16, 3, 2, activation="relu"),
    layers.Conv2D(32, (3, 3)),
])
model.compile(keras.optimizers.SGD(0.1, 0.9, True), "mse", metrics=["mae"])

layer = keras.layers.MultiHeadAttention(2, 4)
tokens, mask = keras.Input((5, 8)), keras.Input((5, 5), dtype="bool")
model = keras.Model([tokens, mask], layer(tokens, tokens, tokens, attention_mask=mask))
print(layer(tokens, tokens, tokens))
```

## Fixed

```python
import keras
from keras.layers import Convolution2D, MaxPooling2D

model = keras.Sequential([
    keras.Input((32, 32, 3)),
    Convolution2D(32, (3, 3)),
    MaxPooling2D(),
])
```

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(16, (5, 5), activation="relu"),
    layers.MaxPooling2D(),
])
```

```python
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1, 0.9, decay=0.0, nesterov=True), "mse", metrics=["mae"])
model.fit(np.zeros((8, 4)), np.zeros((8, 1)))
```

```python
import keras

layer = keras.layers.MultiHeadAttention(2, 4)
tokens, mask = keras.Input((5, 8)), keras.Input((5, 5), dtype="bool")
model = keras.Model([tokens, mask], layer(tokens, tokens, tokens, attention_mask=mask))
```

## Why

Measured on Keras 3.15.1 (FACTS L5):

| written | was | is |
|---|---|---|
| `Conv2D(32, 3, 3)` | a window of 3 x 3 | windows of 3 x 3, 3 apart |
| `SGD(0.1, 0.9, 0.0, True)` | `decay=0.0, nesterov=True` | `nesterov=0.0, weight_decay=True` |
| `RMSprop(0.001, 0.9, 1e-8)` | `epsilon=1e-8` | `momentum=1e-8` |
| `Adam(0.1, 0.9, 0.999, 1e-8, 0.01)` | `decay=0.01` | `amsgrad=0.01` |
| `Adagrad(0.1, 1e-8)` | `epsilon=1e-8` | `initial_accumulator_value=1e-8` |
| `compile("sgd", "mse", ["mae"])` | `metrics` | `loss_weights`: ValueError in `fit` |
| `Input((4,), None, "x")` | `name` | `dtype`: ValueError |
| `Model(x, y, "name")` | `name` | TypeError |
| `attention(x, x, x, mask)` | `attention_mask=mask` | `query_mask=mask`: all is attended to, as without a mask |
| `attention(x, x, x, None)` | no mask | TypeError |
| `attention(x, x, x, None, True)` | `return_attention_scores=True` | ValueError |

A value is reported only if it looks like what the place was. `Conv2D(n, k, k)` is reported in a program that has other
marks of Keras 1, and for an odd `k` in a model that also pools: windows side by side as patches are even.

## Fix safety

Safe where the program could not run; unsafe where it runs, as the fix lets it compute what it did in older versions.

## References

- https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes
- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    DatedCall,
    FixPlan,
    FunctionValue,
    Instance,
    Place,
    PositionChange,
    Program,
    RemoveArgument,
    ReplaceCode,
    Report,
    Rule,
    Sequence,
    Severity,
    Symbol,
    Value,
    argument_changes,
    integer,
    is_keras_1_name,
    number,
    shifts_of,
    text,
    window_axes,
)

from ._arguments import SEVERITIES, is_passed_over, short, version

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
TINY = 1e-4
DTYPES = ("float", "int", "uint", "bool", "string", "bfloat", "complex")


class PositionalArgumentChanged(Rule):
    """Values that look like what the place was."""

    code = "TDL813"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the first such argument of a call."""
        seen = set()
        marked = any(_is_keras_1(call) for call in program.dated_calls)
        for call in program.dated_calls:
            if call.site in seen or is_passed_over(call, program):
                continue
            seen.add(call.site)
            target = version(call, program, context)
            if target < (2, 4):
                continue
            axes = window_axes(call.name)
            found = next(
                (change for change in shifts_of(call.name) if target >= change.since and _fits(call, change, program)),
                None,
            )
            if axes is not None and _is_window(call, axes, program, marked):
                yield _of_window(call, axes)
            elif found is not None:
                yield _report(call, found, program, target.major)


def _is_keras_1(call: DatedCall) -> bool:
    changes = argument_changes(call.name)
    return any(changes[name].family == "keras1" for name, _ in call.args.bound if name in changes)


def _fits(call: DatedCall, change: PositionChange, program: Program) -> bool:
    """Whether the value at a place looks like what the place was."""
    if len(call.positional) <= change.at or not call.args.complete:
        return False
    value = call.positional[change.at][0]
    found = number(value)
    if change.looks in ("any", "none"):
        site = call.positional[change.at][1]
        return change.looks == "any" or (site is not None and program.text(site) == "None")
    if change.looks == "names":
        return isinstance(value, Sequence) and bool(value.items) and all(map(_is_name, value.items))
    if change.looks == "text":
        said = text(value)
        return said is not None and not (change.now == "dtype" and said.startswith(DTYPES))
    if change.looks == "bool":
        return value.must_be(True, False)
    if change.looks == "tiny":
        return found is not None and 0 < found <= TINY
    return found == 0 if change.looks == "zero" else found is not None


def _is_name(value: Value) -> bool:
    return text(value) is not None or isinstance(value, Instance | FunctionValue | Symbol)


def _report(call: DatedCall, change: PositionChange, program: Program, major: int) -> Report:
    now = f"is {change.now}" if change.now else "is taken no more"
    effect = "raises an error" if change.effect == "raises" else f"takes it as {change.now}, and says nothing"
    return Report(
        Place(call.positional[change.at][1] or call.site),
        f"the {ORDINALS[change.at]} argument of {_callee(call)} was {change.was} and {now} in Keras {major}",
        fact=f"Keras {major} {effect} (FACTS L5)",
        help=f"say {change.was}=…",
        fix=_fix(call, change, program),
        severity=SEVERITIES[change.effect],
    )


def _callee(call: DatedCall) -> str:
    """What is called: a layer is named by its class."""
    name = call.name.removesuffix(".call").rpartition(".")[2]
    return name if name == short(call) else f"the call of a {name}"


def _fix(call: DatedCall, first: PositionChange, program: Program) -> FixPlan | None:
    """Name it, and all that follow: they can't be positional after a keyword."""
    was = {change.at: change.was for change in shifts_of(call.name)}
    changes: list[ReplaceCode] = []
    for at in range(first.at, len(call.positional)):
        site = call.positional[at][1]
        if site is None or at not in was:
            return None
        written = program.text(site)
        if written.startswith("*"):
            return None
        changes.append(ReplaceCode(site, (f"{was[at]}={written}",)))
    safe = Applicability.SAFE if first.effect == "raises" else Applicability.UNSAFE
    return FixPlan("Pass it by keyword", tuple(changes), safe)


def _is_window(call: DatedCall, axes: int, program: Program, marked: bool) -> bool:
    """Whether the sizes of a window are passed one by one, as in Keras 1."""
    sizes = [integer(value) for value, _ in call.positional[1 : axes + 1]]
    if len(call.positional) != axes + 1 or None in sizes or not call.args.complete:
        return False
    if any(call.args.passes(name) for name in ("nb_row", "nb_col")):
        return False
    if is_keras_1_name(call.name) or _is_keras_1(call):
        return True
    square = len(set(sizes)) == 1 and (sizes[0] or 0) >= 3
    return square and (marked or ((sizes[0] or 0) % 2 == 1 and _pools(call, program)))


def _pools(call: DatedCall, program: Program) -> bool:
    """Whether a model with this layer also pools."""
    for model in program.models:
        layers = list(model.layers())
        if any(layer.site == call.site for layer in layers):
            return any("Pooling" in layer.short_type and "Global" not in layer.short_type for layer in layers)
    return False


def _of_window(call: DatedCall, axes: int) -> Report:
    values = [value for value, _ in call.positional[1:]]
    sites = [site for _, site in call.positional[1:]]
    shown = ", ".join(str(integer(value)) for value in values)
    fix = None
    first, *others = (site for site in sites if site is not None)
    if len(others) == axes - 1:
        parts = ["(", first, *(part for site in others for part in (", ", site)), ")"]
        gone = (RemoveArgument(call.site, site) for site in others)
        safe = Applicability.SAFE if axes == 3 else Applicability.UNSAFE
        fix = FixPlan("Make a tuple of the window", (ReplaceCode(first, tuple(parts)), *gone), safe)
    return Report(
        Place(sites[1] or call.site),
        f"the third argument of {short(call)} is its stride, {integer(values[1])}, and not a side of the window",
        fact=f"the window is {integer(values[0])} along each axis; Keras 1 read ({shown}) (FACTS L5)",
        help=f"say ({shown.replace(' by', ',')}) for the window, or strides=… if that is meant",
        fix=fix,
    )
