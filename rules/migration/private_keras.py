"""Keras is taken from `tensorflow.python.keras` or `tensorflow.contrib.keras`.

The one is an old copy of Keras 2 within TensorFlow, for its own use, and neither `keras` nor `tf.keras`. The other is
where TensorFlow 1 had Keras first; it is gone.

## Bad

```python
from tensorflow.python.keras.layers import Dense  # expect: TDL805

layer = Dense(4)
```

```python
import tensorflow as tf
from tensorflow.contrib.keras.python.keras.layers import Dense  # expect: TDL805

layer, other = Dense(4), tf.contrib.keras.layers.Dense(4)  # expect: TDL805
```

```python
from tensorflow.python.keras.engine import data_adapter  # expect: TDL805

x = data_adapter.expand_1d([1.0])
```

## Good

```python
from tensorflow.keras.layers import Dense

layer = Dense(4)
```

## Fixed

```python
from tensorflow.keras.layers import Dense

layer = Dense(4)
```

```python
import tensorflow as tf
from tensorflow.keras.layers import Dense

layer, other = Dense(4), tf.keras.layers.Dense(4)
```

## Why

Measured (FACTS G15): models of Keras 3 refuse its layers with `ValueError: Only instances of keras.Layer can be added
to a Sequential model`, and TensorFlow promises nothing of what is under `tensorflow.python`. TensorFlow 2 has no
`contrib`: ModuleNotFoundError and AttributeError (FACTS L15).

## Fix safety

The same names are imported from `tensorflow.keras`. It is unsafe: that is another version of Keras.
A module that has another name there may lack what the program takes from it: there is no fix.

## References

- https://www.tensorflow.org/guide/versions
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tdlint.api import (
    Applicability,
    Context,
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
    Site,
    migration,
)

from ._names import importable, listed

PRIVATE, CONTRIB = "tensorflow.python.keras", "tensorflow.contrib.keras"


class PrivateKeras(Rule):
    """Looks at the import statements; one statement is one report."""

    code = "TDL805"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report a statement that takes something from the copy."""
        if context.keras < migration.FIRST_KERAS_3:
            return
        statements: dict[tuple[str, Site], list[Reference]] = {}
        for reference in program.references:
            if reference.namespace not in (PRIVATE, CONTRIB):
                continue
            if reference.how == "import" and reference.statement is not None:
                statements.setdefault((reference.namespace, reference.statement), []).append(reference)
            elif reference.how == "attribute":
                yield _gone(reference.site, "tf.contrib.keras", _as_attribute(reference.site))
        for (namespace, statement), found in statements.items():
            names = listed([each.name.rpartition(".")[2] for each in found])
            if namespace == CONTRIB:
                yield _gone(statement, f"{names} of {CONTRIB}", _fix(statement, found))
            else:
                yield Report(
                    Place(statement),
                    f"{names} of {PRIVATE} {'is' if len(found) == 1 else 'are'} of a private copy of Keras 2",
                    fact="layers of it are refused by models of Keras 3 (FACTS G15)",
                    help="import from tensorflow.keras",
                    fix=_fix(statement, found),
                )


def _gone(at: Site, what: str, fix: FixPlan | None) -> Report:
    return Report(
        Place(at),
        f"{what} is gone: TensorFlow 2 has no contrib",
        fact="ModuleNotFoundError, No module named 'tensorflow.contrib', or AttributeError (FACTS L15)",
        help="use tensorflow.keras",
        fix=fix,
        severity=Severity.ERROR,
    )


def _as_attribute(at: Site) -> FixPlan:
    return FixPlan("Use tensorflow.keras", (ReplaceCode(at, (Imported("tensorflow.keras"),)),), Applicability.UNSAFE)


@cache
def _modules() -> frozenset[str]:
    return frozenset(str(row["old"]) for row in migration.rows("modules"))


def _fix(statement: Site, found: list[Reference]) -> FixPlan | None:
    names = []
    for reference in found:
        name = reference.name.replace("keras.python.keras", "keras", 1)
        known = migration.removed(name, "tf.keras")
        new = name if migration.exists(name, "tf.keras") else known and known.fix and known.new
        if not new or (known and name in _modules()):
            return None  # a module under another name may not have what the program takes from it
        names.append((reference.text, importable(new, "tf.keras")))
    return FixPlan("Import from tensorflow.keras", (RewriteImport(statement, tuple(names)),), Applicability.UNSAFE)
