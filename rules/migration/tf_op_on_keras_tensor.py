"""A function of TensorFlow is called on a symbolic tensor of Keras 3, outside of a layer.

What `keras.Input` gives, and what layers make of it, are not tensors of TensorFlow in Keras 3. Keras 2 made a layer of
each such call; `keras.ops` has the same functions, and in the `call` of a layer TensorFlow's work as before.

## Bad

```python
import keras
import tensorflow as tf

x = keras.Input((8,))
y = keras.layers.Dense(4)(x)
z = tf.concat([y, tf.reduce_mean(x, axis=1, keepdims=True)], axis=-1)  # expect: TDL818, TDL818
model = keras.Model(x, keras.layers.Dense(1)(z))
```

```python
from tensorflow.keras import Input, Model, layers
from tensorflow.keras import backend as K

x = Input((8,))
y = layers.Dense(4)(x)
centered = y - K.mean(y, axis=-1, keepdims=True)  # expect: TDL818
model = Model(x, layers.Dense(1)(K.concatenate([K.square(centered), y])))  # expect: TDL818, TDL818
```

## Good

```python
import keras
import tensorflow as tf


class Mean(keras.layers.Layer):
    def call(self, x):
        return tf.reduce_mean(x, axis=1, keepdims=True)


x = keras.Input((8,))
y = keras.layers.Lambda(lambda t: tf.abs(t))(Mean()(x))
z = keras.ops.concatenate([y, x], axis=-1)
model = keras.Model(x, keras.layers.Dense(1)(z))
```

```python
from tensorflow.keras import Input, Model, layers
from tensorflow.keras import backend as K


class Mean(layers.Layer):
    def call(self, x):
        return K.mean(x, axis=1, keepdims=True)


x = Input((8,))
y = layers.Lambda(lambda t: K.square(t) * K.int_shape(t)[1])(Mean()(x))
model = Model(x, layers.Dense(K.int_shape(y)[-1])(y))
```

## Fixed

```python
import keras

x = keras.Input((8,))
y = keras.layers.Dense(4)(x)
z = keras.ops.concatenate([y, keras.ops.mean(x, axis=1, keepdims=True)], axis=-1)
model = keras.Model(x, keras.layers.Dense(1)(z))
```

```python
from tensorflow.keras import Input, Model, layers, ops

x = Input((8,))
y = layers.Dense(4)(x)
centered = y - ops.mean(y, axis=-1, keepdims=True)
model = Model(x, layers.Dense(1)(ops.concatenate([ops.square(centered), y], axis=-1)))
```

## Why

Measured on Keras 3.15.1 (FACTS L8): `ValueError: A KerasTensor cannot be used as input to a TensorFlow function`, for
all but a few functions of `tf`, `tf.math`, `tf.nn`, `tf.image` and `tf.linalg`. Those of `tf.keras.backend` raise it
too, or another error before (FACTS L12): `K.mean` AttributeError, `'str' object has no attribute 'base_dtype'`.

## Fix safety

Safe: the program could not run, and a test compares what both compute, for each function that has a fix.
Some functions of `tf.keras.backend` are not quite those of `keras.ops`: these fixes are unsafe, as for TDL804.

## References

- https://keras.io/guides/migrating_to_keras_3/
- https://keras.io/api/ops/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tdlint.api import (
    Applicability,
    Arguments,
    Context,
    DatedCall,
    FixPlan,
    Place,
    Program,
    Reference,
    ReplaceCode,
    Report,
    Rule,
    Severity,
    integer,
    migration,
    refuses_symbolic,
    tensor_row,
)

from ._arguments import is_passed_over, short, version
from ._calls import composed, plan
from ._names import shown


class TfOpOnKerasTensor(Rule):
    """Tensors that certainly come from a `keras.Input`, outside of `call` and of Lambda layers."""

    code = "TDL818"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the function."""
        seen = set()
        for call in program.dated_calls:
            if not refuses_symbolic(call.name, call.namespace) or call.site in seen or is_passed_over(call, program):
                continue
            if version(call, program, context) < (3, 0):
                continue
            seen.add(call.site)
            if call.namespace is not None:
                yield _of_backend(call, call.namespace, program, context)
                continue
            name = call.name.replace("tensorflow.", "tf.")
            row = tensor_row(call.name)
            yield Report(
                Place(call.callee),
                f"{name} is called on a symbolic tensor of Keras",
                fact="Keras 3 raises ValueError: a KerasTensor cannot be used as input to a TensorFlow function "
                "(FACTS L8)",
                help=_instead(row),
                fix=None if row is None else _fix(call, row, program),
            )


def _of_backend(call: DatedCall, namespace: str, program: Program, context: Context) -> Report:
    fix = plan(_as_reference(call, program), program, context)
    return Report(
        Place(call.callee),
        f"{shown(call.name, namespace)} is called on a symbolic tensor of Keras",
        fact="Keras 3 raises an error: the functions of tf.keras.backend take tensors of TensorFlow (FACTS L12)",
        help="use what keras.ops has, or call it in the call of a layer, or in a Lambda",
        fix=fix,
    )


def _as_reference(call: DatedCall, program: Program) -> Reference:
    """The call as one of a function that is gone, which has the same table."""
    by_place = {site for _, site in call.positional}
    keywords = frozenset(name for name, site in call.args.sites if site not in by_place)
    namespace = _namespace(program)
    return Reference(call.name, namespace, call.callee, "attribute", short(call), None, call.site, call.args, keywords)


def _namespace(program: Program) -> str:
    return "keras" if "keras" in {name for name, _ in program.namespaces} else "tf.keras"


def _instead(row: migration.Row | None) -> str:
    if row is None:
        return "call it in the call of a layer, or in a Lambda"
    return row.get("note") or f"use {row['code'].partition('(')[0].removeprefix('@')}"


def _fix(call: DatedCall, row: migration.Row, program: Program) -> FixPlan | None:
    args = call.args
    if not args.complete or args.unexpected or args.surplus or len(args.sites) != len(args.bound):
        return None
    if any(integer(args.get(name)) is None for name in row.get("integers", ())):
        return None
    if any(program.text(site).startswith("*") for _, site in args.sites):
        return None
    parts = composed(row, _without_name(args), _namespace(program))
    if parts is None:
        return None
    safe = Applicability.SAFE if row["fix"] == "safe" else Applicability.UNSAFE
    return FixPlan(_instead(row), (ReplaceCode(call.site, parts),), safe)


def _without_name(args: Arguments) -> Arguments:
    """The name of an operation says nothing in Keras 3."""
    return replace(args, bound=tuple(pair for pair in args.bound if pair[0] != "name"))
