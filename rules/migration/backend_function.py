"""A function of `keras.backend` is used that Keras 3 has not got there.

Of `keras.backend`, Keras 3 has left what sets and tells the number types, `clear_session` and few others. What computes
is in `keras.ops` and `keras.random`, where some functions have other names, other defaults or another order of
arguments. `tf.keras.backend` still has them, and they refuse the symbolic tensors of a functional model.

## Bad

```python
from keras import backend as K

def mean_error(y_true, y_pred):
    return K.mean(y_true - y_pred, axis=-1) + K.epsilon()  # expect: TDL804
```

```python
from keras import backend as K

best = K.argmax([[0.1, 0.9]])  # expect: TDL804
flat = K.flatten(best)  # expect: TDL804
K.clear_session()
```

```python
from keras import backend as K

K.clear_session()
K.set_learning_phase(0)  # expect: TDL804
```

## Good

```python
from keras import backend, ops

def mean_error(y_true, y_pred):
    return ops.mean(y_true - y_pred, axis=-1) + backend.epsilon()
```

```python
from tensorflow.keras import backend as K

def mean_error(y_true, y_pred):
    return K.mean(y_true - y_pred, axis=-1)
```

## Fixed

```python
from keras import backend as K, ops

def mean_error(y_true, y_pred):
    return ops.mean(y_true - y_pred, axis=-1) + K.epsilon()
```

```python
from keras import backend as K, ops

best = ops.argmax([[0.1, 0.9]], axis=-1)
flat = ops.reshape(best, (-1,))
K.clear_session()
```

```python
from keras import backend as K

K.clear_session()
```

## Why

Measured with Keras 3.15.1 (FACTS K1): `K.mean` raises `AttributeError: module 'keras.backend' has no attribute 'mean'`.
What takes the place of each function was compared with tf_keras on the same numbers (FACTS K4). A change of the name
alone is not enough for many: `ops.argmax`, `ops.cumsum` and `ops.take` without an axis work on all numbers at
once, and `ops.concatenate` along the first axis.

## Fix safety

The fix is safe where it computes the same numbers. It is unsafe where it may not: `K.shape` was a tensor and
`ops.shape` is a tuple, `K.zeros` was a variable and `ops.zeros` is a tensor, and random numbers with a seed are
the same at every call. `K.set_learning_phase` is left out, which is unsafe: `fit`, `evaluate` and `predict` decided for
themselves in TensorFlow 2, but a model that is called without `training=` did what it said (FACTS K6).

## References

- https://keras.io/guides/migrating_to_keras_3/
- https://keras.io/api/ops/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Place, Program, Reference, Report, Rule, Severity, migration

from ._calls import plan
from ._names import advice, drop_in, missing, shown


class BackendFunction(Rule):
    """Looks at every use of the module's names."""

    code = "TDL804"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report a function that is not there; where its import alone must change, that is reported already."""
        found = list(missing(program, context))
        imported = {known.moved for reference, known in found if reference.how == "import"}
        for reference, known in found:
            if reference.how == "import" or not reference.name.startswith(migration.BACKEND):
                continue
            if reference.how == "name" and reference.name in imported and drop_in(reference.name):
                continue
            yield _report(reference, known, program, context)


def _report(reference: Reference, known: migration.Removed, program: Program, context: Context) -> Report:
    name = reference.name.rpartition(".")[2]
    error = f"AttributeError: module 'keras.backend' has no attribute '{name}'"
    if reference.how == "name":
        error = f"ImportError: cannot import name '{name}' from 'keras.backend'"
    return Report(
        Place(reference.site),
        f"{shown('keras.backend', reference.namespace)} has no {name} in Keras 3",
        fact=f"{error} (FACTS K1)",
        help=known.note or advice(known, reference.namespace),
        fix=plan(reference, program, context),
    )
