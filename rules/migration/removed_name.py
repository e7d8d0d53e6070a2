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

```python
import tensorflow as tf
from tensorflow.keras.optimizers.legacy import Adam

slow = tf.keras.optimizers.legacy.SGD(learning_rate=0.001, momentum=0.9)  # expect: TDL803
fast = Adam(0.1)  # expect: TDL803
print(isinstance(slow, tf.keras.optimizers.legacy.Optimizer))
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

```python
import tensorflow as tf
from tensorflow.keras.optimizers import Adam

slow = tf.keras.optimizers.SGD(learning_rate=0.001, momentum=0.9)
fast = Adam(0.1)
print(isinstance(slow, tf.keras.optimizers.legacy.Optimizer))
```

## Why

Measured with Keras 3.15.1 for every name that tdlint knows to be gone (FACTS K1): reading the attribute raises
`AttributeError: module 'keras.losses' has no attribute 'mse'`. `keras` and `tf.keras` do not have the same names: the
short names of losses are in `tf.keras` only, the long ones in `keras` only (FACTS G14, K2). `tf.keras.saving` is no
attribute of `tf.keras`, although it can be imported (FACTS K3).

What is left in `optimizers.legacy` can be imported and raises when it is called: `ImportError: keras.optimizers.legacy
is not supported in Keras 3` (FACTS K5).

## Fix safety

The new name is written in the place of the old one. It is unsafe where it is not quite the same thing, or is taken
from the other package. The optimizers of Keras 2 that were called legacy are not quite those that have their names
now: the fix is unsafe.

## References

- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    DatedCall,
    FixPlan,
    Imported,
    Place,
    Program,
    Reference,
    ReplaceCode,
    Report,
    RewriteImport,
    Rule,
    Severity,
    migration,
)

from ._arguments import is_passed_over
from ._calls import plan
from ._names import PACKAGES, advice, importable, missing, replacement, shown


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
        yield from _legacy_optimizers(program, context)


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


def _legacy_optimizers(program: Program, context: Context) -> Iterator[Report]:
    """Classes that can be imported, and not called."""
    seen = set()
    for call in program.dated_calls:
        new = migration.instead_of_legacy(call.name)
        namespace = call.namespace
        if new is None or namespace not in PACKAGES or call.site in seen or is_passed_over(call, program):
            continue
        if context.version(namespace) < migration.FIRST_KERAS_3:
            continue
        seen.add(call.site)
        yield Report(
            Place(call.callee),
            f"{shown(call.name, namespace)} can't be called in Keras 3",
            fact="ImportError: keras.optimizers.legacy is not supported in Keras 3 (FACTS K5)",
            help=f"use {shown(new, namespace)} (lr, decay, get_weights and minimize are gone)",
            fix=_instead_of_legacy(call, importable(new, namespace), program),
        )


def _instead_of_legacy(call: DatedCall, path: str, program: Program) -> FixPlan | None:
    """Another name where the class is taken from its module: in the call, or in the import of what is called."""
    written, name = program.text(call.callee), call.name.rpartition(".")[2]
    imports = [found for found in program.imports if found.name == call.name and found.namespace == call.namespace]
    if written.endswith(f".{name}"):
        change: ReplaceCode | RewriteImport = ReplaceCode(call.callee, (Imported(path),))
    elif written == name and len(imports) == 1:
        change = RewriteImport(imports[0].site, ((name, path),))
    else:
        return None
    return FixPlan(f"Use {path}", (change,), Applicability.UNSAFE)
