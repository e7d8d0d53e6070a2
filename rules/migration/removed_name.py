"""A name is taken from a module of Keras that does not have it any more.

What an import statement asks for is TDL802, functions of `keras.backend` are TDL804.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss=keras.losses.mse)  # expect: TDL803
```

```python
import keras

labels = keras.utils.np_utils.to_categorical([0, 1, 2])  # expect: TDL803
```

```python
import tensorflow as tf

layer = tf.keras.layers.experimental.preprocessing.Rescaling(1 / 255)  # expect: TDL803
```

## Good

```python
import keras
import tensorflow as tf

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss=keras.losses.mean_squared_error)
layer = tf.keras.layers.Rescaling(1 / 255)
```

## Fixed

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss=keras.losses.mean_squared_error)
```

```python
import keras

labels = keras.utils.to_categorical([0, 1, 2])
```

```python
import tensorflow as tf

layer = tf.keras.layers.Rescaling(1 / 255)
```

## Why

Measured with Keras 3.15.1 for every name that tdlint knows to be gone (FACTS K1): reading the attribute raises
`AttributeError: module 'keras.losses' has no attribute 'mse'`. `keras` and `tf.keras` do not have the same names: the
short names of losses are in `tf.keras` only, the long ones in `keras` only (FACTS G14, K2). `tf.keras.saving` is no
attribute of `tf.keras`, although it can be imported (FACTS K3).

## Fix safety

The new name is written in the place of the old one. It is unsafe where it is not quite the same thing, or is taken
from the other package.

## References

- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Context,
    FixPlan,
    Imported,
    Place,
    Program,
    Reference,
    ReplaceCode,
    Report,
    Rule,
    Severity,
    migration,
)

from ._calls import plan
from ._names import advice, missing, replacement, shown


class RemovedName(Rule):
    """Looks at attributes of modules, wherever the program reads them."""

    code = "TDL803"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report a name that is not there."""
        imports = {found.name for found in program.imports}
        for reference, known in missing(program, context):
            if reference.how == "import" or reference.name.startswith(migration.BACKEND):
                continue
            if known.old == "keras.saving" and "keras.saving" in imports:
                continue  # an import of the module makes it an attribute
            yield _report(reference, known, program, context)


def _report(reference: Reference, known: migration.Removed, program: Program, context: Context) -> Report:
    namespace = reference.namespace
    module, _, name = known.missing.rpartition(".")
    target = replacement(known, namespace, context)
    fix = plan(reference, program, context)
    if fix is None and target is not None:
        path, sure = target
        fix = FixPlan(f"Use {path}", (ReplaceCode(reference.site, (Imported(path),)),), sure)
    return Report(
        Place(reference.site),
        f"{shown(module, namespace)} has no {name} in Keras 3",
        fact=f"AttributeError: no attribute '{name}'; gone since Keras {known.since} (FACTS K1)",
        help=advice(known, namespace),
        fix=fix,
    )
