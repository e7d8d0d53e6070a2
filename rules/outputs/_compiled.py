"""What the rules about outputs have in common: a compiled model and its heads, from source and from model files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tdlint.api import (
    CallSite,
    Context,
    Head,
    KerasVersion,
    LabelsGiven,
    ModelGraph,
    Passed,
    Program,
    Report,
    Rule,
    heads,
    labels_given,
)

BINARY = frozenset({"BinaryCrossentropy", "BinaryFocalCrossentropy"})
CATEGORICAL = frozenset({"CategoricalCrossentropy", "CategoricalFocalCrossentropy"})
SPARSE = "SparseCategoricalCrossentropy"
CROSSENTROPIES = frozenset({*BINARY, *CATEGORICAL, SPARSE})
ELEMENTWISE = frozenset(
    {
        *("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError"),
        *("Huber", "LogCosh"),
    }
)

TRAINING = frozenset({"evaluate", "evaluate_generator", "fit", "fit_generator", "test_on_batch", "train_on_batch"})
FITTING = ("keras.Model.fit", "keras.Model.fit_generator", "keras.Model.evaluate")
NORMALIZATIONS = frozenset({"BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization"})

UNBOUNDED = {
    "linear": "any number",
    "relu": "0 or more",
    "leakyrelu": "any number",
    "leaky_relu": "any number",
    "prelu": "any number",
    "elu": "more than -1",
    "selu": "more than -1.76",
    "gelu": "more than -0.17",
    "swish": "more than -0.28",
    "silu": "more than -0.28",
    "log_softmax": "0 or less",
    "tanh": "-1 to 1",
    "softsign": "-1 to 1",
}
"""Activations whose outputs are no probabilities, and what they give.

Softplus and exponential are not among them: categorical crossentropies divide by the sum (FACTS D3i).
"""

PROBABILITIES = frozenset({"softmax", "sigmoid", "hard_sigmoid"})
DROPOUTS = frozenset({"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout"})


@dataclass(frozen=True)
class Compiled:
    """A model with a ``compile`` that is in force for what the graph shows, and the heads that belong to it.

    ``program`` is None for a model file or a live model.
    """

    model: ModelGraph
    call: CallSite
    heads: tuple[Head, ...]
    program: Program | None = None

    def version(self, context: Context) -> KerasVersion:
        """The version of Keras that the model is made with."""
        return version_of(self.model, self.program, context)


def version_of(model: ModelGraph, program: Program | None, context: Context) -> KerasVersion:
    """The version of Keras behind the layers of a model, or behind the program's imports where no layer tells."""
    of_layers = {layer.namespace for layer in model.layers() if layer.namespace is not None}
    of_program = {namespace for namespace, _ in program.namespaces} if program is not None else set()
    return min(map(context.version, of_layers or of_program), default=context.keras)


class HeadRule(Rule):
    """A rule about the heads of compiled models."""

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Once for every ``compile``."""
        yield from ()

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """See ``check_compiled``: a model file or a live model."""
        if model.origin != "source" and model.compile is not None:
            yield from self.check_compiled(Compiled(model, model.compile, heads(model, model.compile)), context)

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """See ``check_compiled``: a source."""
        compiled = compiled_by(call, program) if call.name == "keras.Model.compile" else None
        if compiled is not None:
            yield from self.check_compiled(compiled, context)


def compiled_by(call: CallSite, program: Program) -> Compiled | None:
    """What a ``compile`` pairs; None if layers may have come or gone since, or an activation been replaced.

    None, too, for a model that is compiled and only used: to predict, or as a part of another one.
    """
    key = (f"compiled {call.models}", call.order)
    if key not in program.memo:
        program.memo[key] = _compiled_by(call, program)
    found: Compiled | None = program.memo[key]
    return found


def _compiled_by(call: CallSite, program: Program) -> Compiled | None:
    model = program.model(call.models[0]) if len(call.models) == 1 else None
    if model is None or any(one.attribute == "activation" for one in program.assignments):
        return None
    if _only_used(model, program):
        return None
    if model.kind == "sequential":
        last = model.compile is not None and model.compile.site == call.site
        popped = any(one.name == "keras.Model.pop" and one.order > call.order for one in program.calls_on(model.key))
        if not last or popped:
            return None
    return Compiled(model, call, heads(model, call), program)


def _only_used(model: ModelGraph, program: Program) -> bool:
    """Whether a model predicts or is a part of another one, and is neither trained nor evaluated in sight."""
    done = {one.name.rpartition(".")[2] for one in program.calls_on(model.key)}
    if done & TRAINING:
        return False
    return model.key in program.parts or bool(
        done & {"predict", "predict_on_batch", "predict_generator", "predict_classes"}
    )


def given_labels(call: CallSite, program: Program) -> Iterator[tuple[Compiled, LabelsGiven]]:
    """The labels that ``fit`` or ``evaluate`` gives, with what the model is compiled with then."""
    if call.name not in FITTING or call.compiled is None:
        return
    compiled = compiled_by(call.compiled, program)
    for given in labels_given(call, compiled.heads) if compiled is not None else ():
        if compiled is not None:
            yield compiled, given


def computing(head: Head) -> Passed | None:
    """The layer that the last activation is set on, unless that is a normalization of another activation."""
    last = head.activated
    if last is None or last.type not in NORMALIZATIONS:
        return last
    before = head.trail[head.trail.index(last) + 1 :]
    plain = all(passed.keeps or passed.activation == "linear" for passed in before)
    return last if plain and head.layer is not None else None
