"""A layer is told the shape of its input; Keras 3 has `keras.Input` for that.

`input_shape` and `input_dim` still work for the first layer of a Sequential, with a warning: this is advice.
`batch_input_shape`, `batch_size` and `input_length` of a layer do not; that is an error.

## Bad

```python
from keras import Sequential
from keras.layers import Dense, LSTM

model = Sequential()
model.add(LSTM(8, batch_input_shape=(16, 10, 4), stateful=True))  # expect: TDL816
model.add(Dense(1))

other = Sequential([
    Dense(8, activation="relu", input_dim=4),  # expect: TDL816
    Dense(1),
])
```

```python
import tensorflow as tf

model = tf.keras.Sequential([
    tf.keras.layers.LSTM(8, input_length=10, input_dim=4),  # expect: TDL816
    tf.keras.layers.Dense(1),
])
```

## Good

```python
import keras
from keras.layers import Dense

model = keras.Sequential([keras.Input((4,)), Dense(8, activation="relu"), Dense(1)])
```

## Fixed

```python
from keras import Sequential, Input
from keras.layers import Dense, LSTM

model = Sequential()
model.add(Input(batch_shape=(16, 10, 4)))
model.add(LSTM(8, stateful=True))
model.add(Dense(1))

other = Sequential([
    Input(shape=(4,)),
    Dense(8, activation="relu"),
    Dense(1),
])
```

```python
import tensorflow as tf

model = tf.keras.Sequential([
    tf.keras.Input(shape=(10, 4)),
    tf.keras.layers.LSTM(8),
    tf.keras.layers.Dense(1),
])
```

## Why

Measured on Keras 3.15.1 (FACTS L1, L3, L9): `Unrecognized keyword arguments passed to LSTM: {'batch_input_shape': …}`.
`LSTM(8, input_dim=4)` was an input of any number of steps, and is one without steps, which raises. `input_length` of
Embedding is taken with a warning and does nothing: the model is not built before it sees data.

## Fix safety

Safe where the program could not run. Elsewhere the shape is the same, and the fix is unsafe all the same: a Sequential
of `other.layers[:-1]` has its input shape from the first layer, and none from a `keras.Input`, which is not among
these. There is a fix where the layer is made in the list of the Sequential, in `add`, or is called on a tensor.

## References

- https://keras.io/guides/sequential_model/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tdlint.api import (
    Applicability,
    ArgumentChange,
    Context,
    DatedCall,
    FixPlan,
    Imported,
    InsertBefore,
    InsertItem,
    KerasVersion,
    Part,
    Place,
    Program,
    RemoveArgument,
    Report,
    Rule,
    Severity,
    Site,
    integer,
)

from ._arguments import changed, short
from ._names import importable

RECURRENT = ("GRU", "LSTM", "RNN", "SimpleRNN")


class LayerInputShape(Rule):
    """One report for a layer; later layers of a Sequential have another rule."""

    code = "TDL816"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the first of the arguments."""
        found: dict[Site, tuple[DatedCall, list[ArgumentChange], KerasVersion]] = {}
        for call, change, target in changed(program, context, ("input",)):
            found.setdefault(call.site, (call, [], target))[1].append(change)
        for call, changes, target in found.values():
            made = _report(call, changes, program, target.major)
            if made is not None:
                yield made


def _report(call: DatedCall, changes: Sequence[ArgumentChange], program: Program, major: int) -> Report | None:
    names = [change.old for change in changes]
    refused = [change.old for change in changes if change.effect == "raises"]
    first = call.site in program.placed
    stepless = first and short(call) in RECURRENT and "input_dim" in names and not call.args.passes("input_shape")
    called = not first and _is_called(call, program)
    if not refused and not stepless and not first and not called:
        return None
    raises = bool(refused) or stepless
    at = Place(call.args.site((refused or names)[0]) or call.site)
    if refused:
        message = f"{short(call)} of Keras {major} has no argument {refused[0]}"
        fact = f"Keras {major} raises ValueError: Unrecognized keyword arguments (FACTS L1)"
    elif stepless:
        message = f"input_dim={integer(call.args.get('input_dim')) or '…'} of {short(call)} is an input without steps"
        fact = "Keras 3 raises ValueError: expected ndim=3, found ndim=2 (FACTS L9)"
    else:
        message = f"{short(call)} is told the shape of its input by {names[0]}"
        fact = f"Keras {major} takes it, with a warning (FACTS L3)"
    return Report(
        at,
        message,
        fact=fact,
        help="put a keras.Input in front of the first layer" if not called else f"leave out {names[0]}",
        fix=_fix(call, names, program, first, called, raises),
        severity=Severity.ERROR if raises else Severity.ADVICE,
    )


def _is_called(call: DatedCall, program: Program) -> bool:
    """Whether the layer is called on a tensor, which has a shape."""
    models = (model for model in program.models if model.kind == "functional")
    return any(node.layer.site == call.site and node.site != call.site for model in models for node in model.nodes)


def _fix(
    call: DatedCall, names: Sequence[str], program: Program, first: bool, called: bool, raises: bool
) -> FixPlan | None:
    sites = {name: site for name in names if (site := call.args.site(name)) is not None}
    if len(sites) != len(names) or any(program.text(site).startswith("**") for site in sites.values()):
        return None
    gone = tuple(RemoveArgument(call.site, site) for site in sites.values())
    if called:
        return FixPlan(f"Leave out {' and '.join(names)}", gone, Applicability.SAFE)
    shape = _shape(call, sites)
    if not first or shape is None or call.namespace not in ("keras", "tf.keras"):
        return None
    model = program.placed[call.site]
    made: tuple[Part, ...] = (Imported(importable("keras.Input", call.namespace)), "(", *shape, ")")
    # elsewhere, model.layers of another Sequential may be what tells the shape
    safe = Applicability.SAFE if raises else Applicability.UNSAFE
    change = InsertItem(call.site, made) if model is None else InsertBefore(call.site, (model, ".add(", *made, ")"))
    return FixPlan("Put a keras.Input in front", (change, *gone), safe)


def _shape(call: DatedCall, sites: dict[str, Site]) -> tuple[Part, ...] | None:
    """The arguments of ``keras.Input``."""
    parts: tuple[Part, ...]
    length, size = sites.get("input_length"), sites.get("input_dim")
    steps = short(call) in RECURRENT or short(call) in ("Conv1D", "Convolution1D")
    if "batch_input_shape" in sites:
        parts = ("batch_shape=", sites["batch_input_shape"])
    elif "input_shape" in sites:
        one = integer(call.args.get("input_shape")) is not None
        parts = ("shape=(", sites["input_shape"], ",)") if one else ("shape=", sites["input_shape"])
    elif steps and size is not None:
        parts = ("shape=(", length or "None", ", ", size, ")")
    elif size is not None or (length is not None and short(call) == "Embedding"):
        parts = ("shape=(", size or length or "", ",)")
    else:
        return None
    for name, keyword in (("batch_size", "batch_size"), ("input_dtype", "dtype")):
        if name in sites:
            parts = (*parts, f", {keyword}=", sites[name])
    return parts
