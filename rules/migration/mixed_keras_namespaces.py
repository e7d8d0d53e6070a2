"""One program uses Keras under more than one package name.

`keras`, `tf.keras` and `tf_keras` look alike and are not always the same library. In Keras 2, objects of `keras` and
`tf.keras` do not mix. Since TensorFlow 2.16, `tf.keras` *is* Keras 3 and mixing works, as long as nobody sets
`TF_USE_LEGACY_KERAS`, which turns `tf.keras` into Keras 2 again. `tf_keras` always is Keras 2.

For a target of Keras 2 this is a warning. For Keras 3 it is advice, and a warning where one model has layers of both
Keras 2 and Keras 3.

## Bad

```python
# keras-version: 2.15
import tensorflow as tf
from keras import layers

model = tf.keras.Sequential([layers.Dense(1)])  # expect: TDL801
```

```python
import tf_keras
from keras import layers  # expect: TDL801

model = tf_keras.Sequential([layers.Dense(4), tf_keras.layers.Dense(1)])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([layers.Dense(1)])
```

```python
try:
    import keras
except ImportError:
    from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(1)])
```

## Why

Measured (FACTS G14, G15): with TensorFlow 2.16 and later `tf.keras.layers.Dense is keras.layers.Dense` is true, so
for a target of Keras 3 the mixture of these two is advice only. Attributes differ all the same: `tf.keras.losses.mse`
exists and `keras.losses.mse` does not, and it is the other way round for `losses.mean_squared_error`. Layers of
`tensorflow.python.keras` are refused by every Keras 3 model: `Only instances of keras.Layer can be added to a
Sequential model`.

## Fix safety

There is no automatic fix: a name may exist in one of the packages only.

## Also checked by

- TorchFix TOR101
- TorchFix TOR104

## References

- https://keras.io/guides/migrating_to_keras_3/
- https://keras.io/getting_started/#tensorflow--keras-2-backwards-compatibility
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Place, Program, Report, Rule, Severity, Site

KERAS_2_ONLY = frozenset({"tf_keras", "tensorflow.python.keras", "tensorflow.contrib.keras"})
# One package under two names.
SAME = {"tf.compat.v1.keras": "tf.keras"}


class MixedKerasNamespaces(Rule):
    """Reads where Keras comes in; a choice made in ``try``, ``except`` or a branch is no mixture."""

    code = "TDL801"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report where the second package comes in; the first is related."""
        chosen = {found.namespace for found in program.imports if found.fallback}
        first_places: dict[str, Site] = {}
        for name, site in program.namespaces:
            if name not in chosen:
                first_places.setdefault(_library(name, program), site)
        if len(first_places) < 2:
            return
        used = sorted(first_places.items(), key=lambda entry: entry[1].number)
        broken = context.keras < (3, 0) or any(_mixes(model) for model in program.models)
        yield _report(*used[0], *used[1], broken)


def _library(namespace: str, program: Program) -> str:
    if program.legacy_keras and namespace in ("tf.keras", "tf.compat.v1.keras"):
        return "tf_keras"
    return SAME.get(namespace, namespace)


def _mixes(model: ModelGraph) -> bool:
    """Whether one model has layers of Keras 2 and of Keras 3: that fails whatever the target is."""
    used = {node.layer.namespace for node in model.nodes if node.layer.namespace}
    return bool(used & KERAS_2_ONLY) and bool(used - KERAS_2_ONLY)


def _report(first: str, first_site: Site, second: str, second_site: Site, broken: bool) -> Report:
    if broken:
        fact = "objects of the two packages do not mix: each refuses the layers and models of the other (FACTS G15)"
    else:
        fact = "tf.keras is Keras 3 since TensorFlow 2.16, unless TF_USE_LEGACY_KERAS is set (FACTS G15)"
    return Report(
        Place(second_site),
        f"this program takes Keras from {first} and from {second}",
        fact=fact,
        help="import everything from one of them",
        related=((Place(first_site), f"{first} comes in here"),),
        severity=Severity.WARNING if broken else Severity.ADVICE,
    )
