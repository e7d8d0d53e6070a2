"""A layer's `call` gives a tensor to NumPy.

NumPy needs numbers. While Keras makes the graph of a model, a tensor has none.

## Bad

```python
import keras
import numpy as np

class Center(keras.layers.Layer):
    def call(self, inputs):
        return inputs - np.mean(inputs)  # expect: TDL702

model = keras.Sequential([keras.Input((4,)), Center(), keras.layers.Dense(1)])
```

## Good

```python
import keras
import numpy as np

class Center(keras.layers.Layer):
    def call(self, inputs):
        scale = np.sqrt(np.prod(inputs.shape[1:]))
        return (inputs - keras.ops.mean(inputs)) / scale

model = keras.Sequential([keras.Input((4,)), Center(), keras.layers.Dense(1)])
```

## Why

Measured on Keras 3.15.1 and tf_keras 2 (FACTS F10): `np.mean`, `np.sqrt`, `np.exp`, `np.sum`, `np.array`, `np.dot`,
`np.reshape`, `np.concatenate`, `np.maximum` and others of an input raise NotImplementedError, cannot convert a
symbolic tf.Tensor to a numpy array, when a functional model is made or `fit` begins. `np.shape` and `np.ndim` work.
Called eagerly it works, and gives an array through which no gradient flows.

It is an error where the program puts the layer into a model, else a warning. A program that asks for eager execution
is not reported.

## References

- https://keras.io/api/ops/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallFact, ClassFacts, Context, Place, Program, Report, Rule, Severity

from ._graphs import runs_eagerly, severity_in

HARMLESS = frozenset({"shape", "ndim", "size", "iterable", "isscalar", "result_type", "dtype"})


class NumpyInCall(Rule):
    """Only calls that are made whenever ``call`` runs, of what is made of its input."""

    code = "TDL702"
    severity = Severity.ERROR

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call of NumPy."""
        if cls.kind not in ("layer", "model") or runs_eagerly(program):
            return
        for method in cls.methods("call"):
            for call in method.calls if not set(method.decorators) - {"tensorflow.function"} else ():
                if call.certain and call.tensor is not None and _computes(call):
                    short = call.name.rpartition(".")[2]
                    yield Report(
                        Place(call.site),
                        f"call of {cls.name} gives a tensor to numpy.{short}",
                        fact="while a graph is made: NotImplementedError, cannot convert a symbolic tensor to a numpy "
                        "array (FACTS F10)",
                        help=f"use the function of keras.ops or tf for it, such as keras.ops.{short}",
                        related=((Place(call.tensor), "a tensor"),),
                        severity=severity_in(cls, program),
                    )


def _computes(call: CallFact) -> bool:
    module, _, short = call.name.rpartition(".")
    return module in ("numpy", "numpy.linalg") and short not in HARMLESS
