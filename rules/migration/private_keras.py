"""Keras is imported from `tensorflow.python.keras`.

That is an old copy of Keras 2 within TensorFlow, for its own use. It is neither `keras` nor `tf.keras`.

## Bad

```python
from tensorflow.python.keras.layers import Dense  # expect: TDL805

layer = Dense(4)
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

## Why

Measured (FACTS G15): models of Keras 3 refuse its layers with `ValueError: Only instances of keras.Layer can be added
to a Sequential model`, and TensorFlow promises nothing of what is under `tensorflow.python`.

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

from ._names import importable, listed

PRIVATE = "tensorflow.python.keras"


class PrivateKeras(Rule):
    """Looks at the import statements; one statement is one report."""

    code = "TDL805"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report a statement that takes something from the copy."""
        if context.keras < migration.FIRST_KERAS_3:
            return
        statements: dict[Site, list[Reference]] = {}
        for reference in program.references:
            if reference.namespace == PRIVATE and reference.how == "import" and reference.statement is not None:
                statements.setdefault(reference.statement, []).append(reference)
        for statement, found in statements.items():
            names = [each.name.rpartition(".")[2] for each in found]
            yield Report(
                Place(statement),
                f"{listed(names)} of {PRIVATE} is a private copy of Keras 2"
                if len(names) == 1
                else f"{listed(names)} of {PRIVATE} are of a private copy of Keras 2",
                fact="layers of it are refused by models of Keras 3 (FACTS G15)",
                help="import from tensorflow.keras",
                fix=_fix(statement, found),
            )


@cache
def _modules() -> frozenset[str]:
    return frozenset(str(row["old"]) for row in migration.rows("modules"))


def _fix(statement: Site, found: list[Reference]) -> FixPlan | None:
    names = []
    for reference in found:
        known = migration.removed(reference.name, "tf.keras")
        new = reference.name if migration.exists(reference.name, "tf.keras") else known and known.fix and known.new
        if not new or (known and reference.name in _modules()):
            return None  # a module under another name may not have what the program takes from it
        names.append((reference.text, importable(new, "tf.keras")))
    return FixPlan("Import from tensorflow.keras", (RewriteImport(statement, tuple(names)),), Applicability.UNSAFE)
