"""A layer or model of Keras 3 keeps a `tf.Variable`, which is neither trained nor saved.

Keras 3 tracks its own variables only. A `tf.Variable` in an attribute takes part in the computation and stays as it is.

## Bad

```python
import keras
import tensorflow as tf

class Scale(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.gain = tf.Variable(1.0)  # expect: TDL903

    def call(self, inputs):
        return inputs * self.gain
```

## Good

```python
import keras

class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.gain = self.add_weight(shape=(), initializer="ones", name="gain")

    def call(self, inputs):
        return inputs * self.gain
```

```python
import tf_keras
import tensorflow as tf

class Scale(tf_keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.gain = tf.Variable(1.0)
```

## Why

Measured with a gain that starts at 1 and should become larger, SGD, three epochs (FACTS H6i):

| | Keras 3.15.1 | tf_keras 2 |
|---|---|---|
| in a layer's `__init__` or `build` | 0 weights, the gain stays 1.0 | 1 weight, the gain becomes 1.23 |
| in a subclass of Model | not among the trainable variables, stays 1.0 | trained, 1.18 |

There is no warning, and the file of a saved model does not have the variable. One that is not to be trained
(`trainable=False`, whole numbers) works as long as the program runs, and is missing in saved files: advice.

## References

- keras/src/layers/layer.py: the tracker accepts `backend.Variable` only
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallFact, ClassFacts, Context, MethodFacts, Place, Program, Report, Rule, Severity

VARIABLES = ("tensorflow.Variable", "tensorflow.compat.v1.Variable")
BY_HAND = frozenset({"gradient", "minimize", "apply_gradients"})


class UntrackedTfVariable(Rule):
    """Keras 3 only, where ``call`` uses the variable; silent where the class computes gradients itself."""

    code = "TDL903"
    severity = Severity.WARNING

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call that makes the variable."""
        if cls.kind not in ("layer", "model") or context.version(cls.namespace) < (3, 0):
            return
        forward = cls.method("call")
        used = frozenset() if forward is None else forward.names
        methods = [method for name in cls.own if (method := cls.method(name)) is not None]
        for method in cls.methods("__init__", "build"):
            for call in method.calls_of(*VARIABLES):
                if (
                    call.attribute is not None
                    and call.attribute in used
                    and not _trained_by_hand(methods, call.attribute)
                ):
                    yield _report(cls, call, call.attribute)


def _trained_by_hand(methods: list[MethodFacts], attribute: str) -> bool:
    return any(attribute in method.names and method.names & BY_HAND for method in methods)


def _trainable(call: CallFact) -> bool:
    """Whether the variable would be trained: so by default, and only if it has fractions."""
    dtype = str(call.constant("dtype") or "float32")
    whole = type(call.constant("")) in (int, bool) or "int" in dtype or "bool" in dtype
    return call.constant("trainable") is None and "trainable" not in call.keywords and not whole


def _report(cls: ClassFacts, call: CallFact, attribute: str) -> Report:
    trainable = _trainable(call)
    return Report(
        Place(call.site),
        f"self.{attribute} of {cls.name} is a tf.Variable, which Keras 3 does not track",
        fact="it is not among the weights, is not trained and not saved, without a warning (FACTS H6i)"
        if trainable
        else "it is not among the weights and not saved, without a warning (FACTS H6i)",
        help="use self.add_weight(...), or keras.Variable",
        severity=Severity.WARNING if trainable else Severity.ADVICE,
    )
