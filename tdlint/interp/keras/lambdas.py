"""``Lambda`` layers: their function is followed on the tensors that they are called on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import libcst as cst

from tdlint.interp.keras.tensors import shape_of_tensor
from tdlint.interp.python import containers
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import OutOfSteps, Run
from tdlint.values import FunctionValue, LayerObject, Symbol, TensorValue, Unknown, Value, text

LAMBDA = "keras.layers.Lambda"


def is_followed(layer: LayerObject) -> bool:
    """Whether what comes out is what the function gives: Keras does not run it if a shape is declared."""
    refused = layer.args.unexpected or layer.args.surplus or not layer.args.complete
    return layer.type == LAMBDA and not refused and layer.args.get("output_shape").must_be(None)


def remember(run: Run, layer: LayerObject) -> None:
    """A Lambda is made: what its function reads may change until a Sequential with it is built."""
    run.lambdas[layer.key] = run.state.fork()


def result(run: Run, layer: LayerObject, given: Value) -> Value:
    """What the function gives for a tensor, or for a list of them."""
    from tdlint.interp.python import calls  # calls layers: each needs the other

    function = layer.args.get("function")
    named = containers.as_dict(run, layer.args.get("arguments"))
    keywords = {} if named is None else {text(key): (value, None) for key, value in named.items}
    unclear = named is None and not layer.args.get("arguments").must_be(None)
    if not isinstance(function, FunctionValue | Symbol) or layer.site is None:
        return Unknown("the function of a Lambda layer is not known")
    if unclear or None in keywords or (named is not None and named.rest is not None):
        return Unknown("the arguments of a Lambda layer are not known")
    args = CallArguments(((given, None),), cast("dict[str, tuple[Value, cst.CSTNode | None]]", keywords))
    outer, run.recorded = run.recorded, []
    try:
        found = calls.apply(run, function, args, cast("cst.Call", run.syntax[layer.site.number]))
    finally:
        called, run.recorded = run.recorded, outer
    if any(not run.nodes[number].type.startswith("operation.") for number in called):
        return Unknown("the function of a Lambda layer calls layers")
    return found


def result_when_built(run: Run, layer: LayerObject, given: TensorValue) -> Value:
    """What the function gives in a Sequential; unknown if it depends on when the model is built."""
    made = run.lambdas.get(layer.key)
    if made is None:
        return Unknown("the function of a Lambda layer is not known")
    now = run.state
    try:
        found = [_tried(run, layer, given)]
        run.keep_going(made.fork())
        found.append(_tried(run, layer, given))
    finally:
        run.keep_going(now)
    early, late = (tuple(map(shape_of_tensor, tensors_of(run, value))) for value in found)
    return found[0] if early == late else Unknown("the function of a Lambda layer reads what changes")


def _tried(run: Run, layer: LayerObject, given: TensorValue) -> Value:
    try:
        found = result(run, layer, given)
    except (OutOfSteps, RecursionError):
        found = Unknown("the program is too large to follow")
    run.state.dead = False
    return found


def tensors_of(run: Run, value: Value) -> Sequence[Value]:
    """The tensors that a function returns."""
    listed = containers.as_list(run, value)
    return [value] if listed is None or listed.rest is not None else listed.items
