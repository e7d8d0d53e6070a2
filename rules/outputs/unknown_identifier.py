"""A text names a loss, metric, optimizer, activation or initializer that this version of Keras does not have.

Texts are looked up as they are: activations, losses, metrics and initializers with their capitals, optimizers without.
Some names of Keras 2 are gone from Keras 3, and some that other libraries have were never there.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="Relu"),  # expect: TDL409
    layers.Dense(1, kernel_initializer="xavier_uniform"),  # expect: TDL409
])
model.compile(
    optimizer="adam",
    loss="logcosh",  # expect: TDL409
    metrics=["mae", "rmse"],  # expect: TDL409
)
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, kernel_initializer="glorot_uniform"),
])
model.compile(optimizer="Adam", loss="log_cosh", metrics=["mae", "root_mean_squared_error"])
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D7b, D8, D9, D10): activations, losses and initializers raise ValueError when
the layer is made or `compile` is called, metrics when `fit` is called. All names of both versions are compared with
Keras by a test. Among them:

| | Keras 3 only | Keras 2 only | neither |
|---|---|---|---|
| loss | dice, tversky, ctc | logcosh, huber_loss, kullback_leibler_divergence | rmse, cross_entropy |
| metric | auc, precision, recall, root_mean_squared_error, f1_score | cosine_proximity | f1, r2, rmse |
| optimizer | lion, adafactor, muon | | lamb, momentum |
| activation | celu, glu, hard_swish | ReLU, LeakyReLU | Relu, None |
| initializer | | | xavier_uniform, kaiming_normal, he |

## Fix safety

The fix writes the name that was probably meant. It is safe where only capitals and spaces differ, since the program
could not run before; else it is unsafe.

## Also checked by

- TorchFix TOR001

## References

- https://keras.io/api/losses/
- https://keras.io/api/layers/activations/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Arguments,
    CallSite,
    Context,
    FixPlan,
    LayerObject,
    Mapping,
    Place,
    Program,
    Report,
    Rewrite,
    Rule,
    Sequence,
    Severity,
    Value,
    identifiers,
    layer_place,
    text,
)

from ._compiled import version_of

WRAPPED = ("layer", "forward_layer", "backward_layer")
OF_LAYERS: tuple[tuple[str, identifiers.Kind], ...] = (
    ("activation", "activation"),
    ("_initializer", "initializer"),
    ("_constraint", "constraint"),
    ("_regularizer", "regularizer"),
)
"""What the arguments of layers that end so take."""

OF_COMPILE: tuple[tuple[str, identifiers.Kind], ...] = (
    ("optimizer", "optimizer"),
    ("loss", "loss"),
    ("metrics", "metric"),
    ("weighted_metrics", "metric"),
)


class UnknownIdentifier(Rule):
    """Silent where the program gives Keras names of its own."""

    code = "TDL409"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the argument."""
        if context.keras.major < 2 or any("ustom" in call.name and not call.models for call in program.calls):
            return
        for model in program.models:
            for layer in model.layers():
                yield from _in_layer(layer, context)
        for call in program.calls:
            model_of = program.model(call.models[0]) if call.name == "keras.Model.compile" and call.models else None
            if model_of is not None:
                yield from _in_compile(call, version_of(model_of, program, context).major)


def _in_layer(layer: LayerObject, context: Context) -> Iterator[Report]:
    for name in WRAPPED:
        inner = layer.args.get(name)
        if isinstance(inner, LayerObject):
            yield from _in_layer(inner, context)
    if layer.custom or not layer.type.startswith("keras.layers."):
        return
    for argument, value in layer.args.bound:
        kind = next((kind for ending, kind in OF_LAYERS if argument.endswith(ending)), None)
        wrong = text(value) if kind is not None else None
        major = context.version(layer.namespace).major
        if kind is not None and wrong is not None and not identifiers.is_known(kind, wrong, major):
            yield _report(layer_place(layer, argument), layer.args, argument, kind, wrong, major)


def _in_compile(call: CallSite, major: int) -> Iterator[Report]:
    for argument, kind in OF_COMPILE:
        if not call.args.passes(argument):
            continue
        for wrong in _texts(call.args.get(argument)):
            if not identifiers.is_known(kind, wrong, major):
                yield _report(call.place(argument), call.args, argument, kind, wrong, major)


def _texts(value: Value) -> Iterator[str]:
    found = text(value)
    if found is not None:
        yield found
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from _texts(item)
    elif isinstance(value, Mapping):
        for _, item in value.items:
            yield from _texts(item)


def _report(at: Place, args: Arguments, argument: str, kind: identifiers.Kind, wrong: str, major: int) -> Report:
    meant = identifiers.meant(kind, wrong, major)
    site = args.site(argument)
    fix = None
    if meant is not None and site is not None and text(args.get(argument)) == wrong:
        same = meant == wrong.strip().lower()
        fix = FixPlan(f"Write {meant!r}", (Rewrite(site, meant),), Applicability.SAFE if same else Applicability.UNSAFE)
    other = 2 if major >= 3 else 3
    elsewhere = f"; it is a name of Keras {other}" if identifiers.is_known(kind, wrong, other) else ""
    article = "an" if kind[0] in "aeiou" else "a"
    return Report(
        at,
        f"Keras {major} knows no {kind} {wrong!r}{elsewhere}",
        fact=_fact(kind, major),
        help=f"{argument}={meant!r}"
        if meant is not None and fix
        else f"{meant!r} is {article} {kind}"
        if meant
        else None,
        fix=fix,
    )


def _fact(kind: identifiers.Kind, major: int) -> str:
    if kind == "metric" and major < 3:
        return "fit raises TypeError: 'str' object is not callable (FACTS D7b)"
    if kind == "metric":
        return "fit raises ValueError: Could not interpret metric identifier (FACTS D7b)"
    return f"Keras raises ValueError: Could not interpret {kind} identifier (FACTS D8)"
