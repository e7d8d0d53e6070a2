"""An import takes something from Keras that is not there any more.

Keras 3 has no modules like `keras.layers.core`, `keras.utils.np_utils` and `keras.engine`: each name is in one public
place. Other names are gone, or were given a new name. The program ends at such an import.

An import in a `try` that goes on without it, or in a branch for some version, is not reported.

## Bad

```python
from keras.layers.core import Dense, Dropout  # expect: TDL802
from keras.models import Sequential

model = Sequential([Dense(8), Dropout(0.5), Dense(1)])
```

```python
from keras.utils import np_utils  # expect: TDL802

labels = np_utils.to_categorical([0, 1, 2])
```

```python
from keras.layers import CuDNNLSTM  # expect: TDL802

layer = CuDNNLSTM(8)
```

## Good

```python
from keras.layers import LSTM, Dense, Dropout
from keras.models import Sequential
from keras.utils import to_categorical
```

```python
try:
    from keras.layers.merge import concatenate
except ImportError:
    from keras.layers import concatenate
```

## Fixed

```python
from keras.layers import Dense, Dropout
from keras.models import Sequential

model = Sequential([Dense(8), Dropout(0.5), Dense(1)])
```

```python
from keras import utils

labels = utils.to_categorical([0, 1, 2])
```

```python
from keras.layers import LSTM

layer = LSTM(8)
```

## Why

Measured with Keras 3.15.1 for every name that tdlint knows to be gone (FACTS K1): `import` raises `ModuleNotFoundError:
No module named 'keras.layers.core'` or `ImportError: cannot import name 'CuDNNLSTM' from 'keras.layers'`. Some
names are gone in `keras` and still in `tf.keras`, such as `keras.preprocessing.image.ImageDataGenerator`, others the
other way round (FACTS K2).

## Fix safety

Names that are found elsewhere are imported from there, and what uses them is renamed where the name is another one.
It is unsafe where the new name is not quite the same thing, or is taken from `tf.keras`, which needs TensorFlow.

## References

- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Context,
    FixPlan,
    Place,
    Program,
    Reference,
    Report,
    RewriteImport,
    Rule,
    Severity,
    Site,
    migration,
)

from ._names import advice, drop_in, importable, listed, missing, replacement, shown

Missing = tuple[Reference, migration.Removed]


class RemovedImport(Rule):
    """Looks at the import statements; one statement is one report."""

    code = "TDL802"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report a statement that raises."""
        statements: dict[Site, list[Missing]] = {}
        for reference, known in missing(program, context):
            if reference.how == "import" and reference.statement is not None:
                statements.setdefault(reference.statement, []).append((reference, known))
        for statement, found in statements.items():
            yield _report(statement, found, context)


def _report(statement: Site, found: list[Missing], context: Context) -> Report:
    reference, known = found[0]
    namespace = reference.namespace
    if known.missing != known.old or known.module:
        message = f"there is no module {shown(known.missing, namespace)} in Keras 3"
        error = f"ModuleNotFoundError: No module named '{importable(known.missing, namespace)}'"
        if known.missing == known.old and reference.text == known.old.rpartition(".")[2]:
            error = f"ImportError: cannot import name '{reference.text}'"
        place = Place(statement)
    else:
        names = [each.text for each, _ in found]
        module = known.old.rpartition(".")[0]
        message = f"{shown(module, namespace)} has no {listed(names)} in Keras 3"
        error = f"ImportError: cannot import name '{names[0]}' from '{importable(module, namespace)}'"
        place = Place(reference.site)
    told = dict.fromkeys(filter(None, (advice(each, namespace) for _, each in found)))
    return Report(
        place,
        message,
        fact=f"{error}; gone since Keras {known.since} (FACTS K1)",
        help="; ".join(told) or None,
        fix=_fix(statement, found, context),
    )


def _fix(statement: Site, found: list[Missing], context: Context) -> FixPlan | None:
    targets = []
    for reference, known in found:
        target = replacement(known, reference.namespace, context)
        if target is not None and drop_in(known.moved):
            path, sure = target
            targets.append((reference.text, (f"{path}.*" if reference.text == "*" else path, sure)))
    if not targets:
        return None
    names = tuple((name, path) for name, (path, _) in targets)
    title = f"Import {listed([path for _, path in names])}"
    return FixPlan(title, (RewriteImport(statement, names),), min(sure for _, (_, sure) in targets))
