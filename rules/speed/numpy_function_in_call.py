"""A layer computes with `tf.numpy_function`, through which no gradient flows.

TensorFlow does not know how to differentiate what NumPy does. All weights before the layer stop learning from it.

## Bad

```python
import keras
import tensorflow as tf

class Sort(keras.layers.Layer):
    def call(self, inputs):
        return tf.numpy_function(sort, [inputs], tf.float32)  # expect: TDL704
```

## Good

```python
import keras
import tensorflow as tf

class Sort(keras.layers.Layer):
    def call(self, inputs):
        return tf.sort(inputs, axis=-1)
```

## Why

Measured on Keras 3.15.1 and tf_keras 2 with a Dense before and after the layer (FACTS F9): with `tf.numpy_function`
and `tf.compat.v1.py_func` the kernel of the first does not change in training, and Keras warns that gradients do not
exist; with `tf.py_function` it does. Either runs outside of the graph, one batch at a time, and can't be saved with
the model. That is as it should be where the layer comes before everything that learns, hence advice.

## References

- https://www.tensorflow.org/api_docs/python/tf/numpy_function
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import ClassFacts, Context, Place, Program, Report, Rule, Severity

FUNCTIONS = ("tensorflow.numpy_function", "tensorflow.compat.v1.numpy_function", "tensorflow.compat.v1.py_func")


class NumpyFunctionInCall(Rule):
    """Advice: whether anything that learns comes before the layer, its class does not say."""

    code = "TDL704"
    severity = Severity.ADVICE

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call."""
        if cls.kind not in ("layer", "model") or any("custom_gradient" in name for name in cls.decorators):
            return
        for method in cls.methods("call"):
            if any("custom_gradient" in name for name in method.decorators):
                continue
            for call in method.calls_of(*FUNCTIONS):
                yield Report(
                    Place(call.site),
                    f"call of {cls.name} computes with {call.name.rpartition('.')[2]}",
                    fact="no gradient flows through it: weights of layers before it do not change (FACTS F9)",
                    help="use operations of tf or keras.ops; tf.py_function keeps gradients of what is TensorFlow",
                )
