"""A training step of one's own calls the model as for predictions: nothing is dropped, no statistics are kept.

## Bad

```python
import keras
import tensorflow as tf
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(64, activation="relu"),
    layers.BatchNormalization(),
    layers.Dropout(0.5),
    layers.Dense(3),
])
optimizer = keras.optimizers.Adam()
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
for x, y in batches:
    with tf.GradientTape() as tape:
        value = loss(y, model(x))  # expect: TDL545
    gradients = tape.gradient(value, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

## Good

```python
import keras
import tensorflow as tf
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(64, activation="relu"),
    layers.BatchNormalization(),
    layers.Dropout(0.5),
    layers.Dense(3),
])
optimizer = keras.optimizers.Adam()
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
for x, y in batches:
    with tf.GradientTape() as tape:
        value = loss(y, model(x, training=True))
    gradients = tape.gradient(value, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

## Fixed

```python
import keras
import tensorflow as tf
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(64, activation="relu"),
    layers.BatchNormalization(),
    layers.Dropout(0.5),
    layers.Dense(3),
])
optimizer = keras.optimizers.Adam()
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
for x, y in batches:
    with tf.GradientTape() as tape:
        value = loss(y, model(x, training=True))
    gradients = tape.gradient(value, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

## Why

Outside of `fit` a model is called with `training=False` unless it is told otherwise, under a GradientTape as well.
Measured in Keras 3.15.1, and the same in Keras 2 (FACTS E35): BatchNormalization keeps its moving mean of 0 where the
mean of the data is 5, and Dropout drops nothing; in the `train_step` of a GAN that holds its models the same. For the
digits of scikit-learn, 300 of them, three seeds: accuracy 0.92, 0.90, 0.92 and a loss of 1.0 to 1.3, with
`training=True` 0.95, 0.94, 0.96 and 0.16 to 0.24.

## Fix safety

Unsafe: the model is trained in another way, as training is meant. There is none where the step calls the model more
than once.

## References

- https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    AddArgument,
    Applicability,
    CallFact,
    ClassFacts,
    Context,
    FixPlan,
    LayerNode,
    MethodFacts,
    ModelGraph,
    ModelValue,
    Place,
    Program,
    Report,
    Rule,
    Site,
    number,
)

TRAINABLE = frozenset({"trainable_variables", "trainable_weights"})
_DROPPING = frozenset({"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout"})


class InferenceInTrainingStep(Rule):
    """Sequential and functional models whose variables are read, in programs that do not set the learning phase."""

    code = "TDL545"

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the first call of the model under a tape."""
        if any(call.name == "keras.backend.set_learning_phase" for call in program.calls):
            return
        for taped in program.taped:
            once = sum(other.model == taped.model for other in program.taped) == 1
            model = program.model(taped.model)
            if model is None or model.kind == "subclass" or taped.training or not taped.reads & TRAINABLE:
                continue
            node = next(_differing(model), None)
            if node is not None:
                yield _report(taped.site, node, "model(x, training=True) under the tape", program, once)

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Report at ``self(x)`` in a ``train_step``; what ``call`` does with ``training`` must not matter."""
        if cls.kind != "model" or cls.open:
            return
        call = cls.method("call")
        told = call is not None and "training" in {*call.names, *_parameters(call)}
        for method in cls.methods("train_step"):
            yield from _parts(cls, method, program)
            if told:
                continue
            calls = list(method.calls_of("self"))
            called = calls[0] if calls else None
            if called is None or "gradient" not in method.names or _passes_training(method):
                continue
            if "True" in program.text(called.site):
                continue  # passed by position
            models = [model for model in program.models if model.named_after == cls.name]
            node = next((node for model in models for node in _differing(model)), None)
            if node is not None:
                yield _report(called.site, node, "self(x, training=True)", program, len(calls) == 1)


def _parts(cls: ClassFacts, method: MethodFacts, program: Program) -> Iterator[Report]:
    """Models that the class holds, trains, and never calls for training: the discriminator of a GAN."""
    gradients = [text for call in method.calls if ".gradient(" in (text := program.text(call.site))]
    called: dict[str, list[CallFact]] = {}
    for call in method.calls:
        if call.name.startswith("self.") and any(f"{call.name}.trainable_" in text for text in gradients):
            called.setdefault(call.name, []).append(call)
    for name, calls in called.items():
        if any("training" in call.keywords or "True" in program.text(call.site) for call in calls):
            continue
        held = [program.attribute(one.key, name[5:]) for one in program.models if one.named_after == cls.name]
        models = [program.model(value.key) if isinstance(value, ModelValue) else None for value in held]
        nodes = [None if one is None or one.kind == "subclass" else next(_differing(one), None) for one in models]
        if nodes and nodes[0] is not None and None not in nodes:
            yield _report(calls[0].site, nodes[0], f"{name}(x, training=True)", program, len(calls) == 1)


def _parameters(method: MethodFacts) -> tuple[str, ...]:
    return tuple(parameter.name for parameter in method.parameters)


def _passes_training(method: MethodFacts) -> bool:
    return "training" in method.names or any(method.calls_of("super.train_step"))


def _report(site: Site, node: LayerNode, right: str, program: Program, once: bool) -> Report:
    does = "never learns the mean of its data" if node.layer.short_type == "BatchNormalization" else "drops nothing"
    return Report(
        Place(site),
        f"the model is trained, and called without training=True: its {node.layer.short_type} {does}",
        fact="measured: accuracy 0.90 to 0.92 in place of 0.94 to 0.96 (FACTS E35)",
        help=right,
        related=((node.place, "the layer"),),
        fix=_fix(program.text(site), site) if once else None,
    )


def _differing(model: ModelGraph) -> Iterator[LayerNode]:
    """The layers that work otherwise in training, as far as they certainly do."""
    for node in model.nodes:
        if node.inner is not None:
            yield from _differing(node.inner)
        if node.layer.custom or not node.certain or not node.type.startswith("keras.layers."):
            continue
        rate = number(node.args.get("rate")) if node.layer.short_type in _DROPPING else None
        if (rate is not None and rate > 0) or (node.layer.short_type == "BatchNormalization" and node.layer.trainable):
            yield node


def _fix(code: str, site: Site) -> FixPlan | None:
    """Where one tensor is passed, and nothing else."""
    if any(mark in code for mark in ("training", ",", "*", "False")):
        return None
    return FixPlan("Call it for training", (AddArgument(site, "training=True"),), Applicability.UNSAFE)
