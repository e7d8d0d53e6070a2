"""One program uses Keras under more than one package name.

`keras`, `tf.keras` and `tf_keras` look alike and are not always the same library. In Keras 2, objects of `keras` and `tf.keras`
do not mix. Since TensorFlow 2.16, `tf.keras` *is* Keras 3 and mixing works, as long as nobody sets `TF_USE_LEGACY_KERAS`, which
turns `tf.keras` into Keras 2 again. `tf_keras` always is Keras 2.

## Bad

```python
# keras-version: 2.15
import tensorflow as tf
from keras import layers  # expect: TDL801

model = tf.keras.Sequential([layers.Dense(1)])
```

```python
import tf_keras
from keras import layers  # expect: TDL801

model = tf_keras.Sequential([layers.Dense(1)])
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

Measured (FACTS G14, G15): with TensorFlow 2.16 and later `tf.keras.layers.Dense is keras.layers.Dense` is true, so for a target of
Keras 3 the mixture of these two is advice only (shown with `--min-severity advice`). Attributes differ all the same:
`tf.keras.losses.mse` exists and `keras.losses.mse` does not, and it is the other way round for
`losses.mean_squared_error`. Layers of `tensorflow.python.keras` are refused by every Keras 3 model: `Only instances of
keras.Layer can be added to a Sequential model`.

## Fix safety

There is no automatic fix: a name may exist in one of the packages only.

## References

- https://keras.io/guides/migrating_to_keras_3/
- https://keras.io/getting_started/#tensorflow--keras-2-backwards-compatibility
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Place, Program, Report, Rule, Severity, Site

# In Keras 3 these two are the same library, unless TF_USE_LEGACY_KERAS is set.
SAME_IN_KERAS_3 = frozenset({"keras", "tf.keras"})


class MixedKerasNamespaces(Rule):
    """Reads the imports; a choice made in ``try`` and ``except`` is no mixture."""

    code = "TDL801"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report where the second package comes in; the first is related."""
        chosen = {found.namespace for found in program.imports if found.fallback}
        used = [(name, site) for name, site in program.namespaces if name not in chosen]
        if len(used) < 2:
            return
        used.sort(key=lambda entry: entry[1].number)
        names = frozenset(name for name, _ in used)
        harmless = context.keras >= (3, 0) and names <= SAME_IN_KERAS_3
        (first, first_site), (second, second_site) = used[0], used[1]
        yield _report(first, first_site, second, second_site, harmless)


def _report(first: str, first_site: Site, second: str, second_site: Site, harmless: bool) -> Report:
    if harmless:
        fact = "tf.keras is Keras 3 since TensorFlow 2.16, unless TF_USE_LEGACY_KERAS is set (FACTS G15)"
    else:
        fact = "objects of the two packages do not mix: Keras refuses layers and models of the other (FACTS G15)"
    return Report(
        Place(second_site),
        f"this program takes Keras from {first} and from {second}",
        fact=fact,
        help=f"import everything from one of them; {'keras' if harmless else first} is enough here",
        related=((Place(first_site), f"{first} comes in here"),),
        severity=Severity.ADVICE if harmless else Severity.WARNING,
    )
