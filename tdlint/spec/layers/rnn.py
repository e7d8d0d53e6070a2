"""keras.layers: LSTM, GRU, SimpleRNN and their cells, RNN over cells and StackedRNNCells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from tdlint import values
from tdlint.shapes import Dim, Free, Shape
from tdlint.spec.layers.arithmetic import times
from tdlint.spec.layers.base import (
    FreeBatch,
    Invalid,
    LayerArgs,
    LayerSpec,
    Ndim,
    OutputFunction,
    Shapes,
    Undecided,
    WeightsFunction,
    WeightSpec,
    accepting,
    channels,
    known_shape,
    signature,
)
from tdlint.spec.layers.registry import find
from tdlint.spec.signature import Signature
from tdlint.values import Arguments, Const, Instance, LayerObject, Value

CellWeights: TypeAlias = Callable[[LayerArgs, Dim], tuple[WeightSpec, ...]]


@dataclass(frozen=True)
class Cell:
    """What a recurrent layer needs to know of its cell: the sizes of its states and of its output."""

    states: tuple[Dim, ...]
    output: Dim
    nested: bool = False


def forget_gate(args: LayerArgs) -> Value:
    """The initializer of the bias of a layer with ``unit_forget_bias``: ones for the forget gate."""
    made_by = args.value("bias_initializer")
    if not args.boolean("unit_forget_bias"):
        return made_by
    if made_by.must_be("zeros"):
        return Const("forget_gate_ones")
    return Instance("forget_gate_ones", Arguments((("bias_initializer", made_by),)))


def _gated(args: LayerArgs, features: Dim, gates: int, bias: Shape, bias_made_by: Value) -> tuple[WeightSpec, ...]:
    units = args.size("units")
    width = times(units, gates)
    weights = (
        args.weight("kernel", (channels(features), width)),
        args.weight("recurrent_kernel", (units, width), "recurrent"),
    )
    if not args.boolean("use_bias"):
        return weights
    return (*weights, args.weight("bias", bias, initializer=bias_made_by))


def _simple_weights(args: LayerArgs, features: Dim) -> tuple[WeightSpec, ...]:
    return _gated(args, features, 1, (args.size("units"),), args.value("bias_initializer"))


def _lstm_weights(args: LayerArgs, features: Dim) -> tuple[WeightSpec, ...]:
    return _gated(args, features, 4, (times(args.size("units"), 4),), forget_gate(args))


def _gru_weights(args: LayerArgs, features: Dim) -> tuple[WeightSpec, ...]:
    width = times(args.size("units"), 3)
    bias = (2, width) if args.boolean("reset_after") else (width,)
    return _gated(args, features, 3, bias, args.value("bias_initializer"))


def with_steps(args: LayerArgs, batch: Dim, steps: Dim, output: Shape, states: tuple[Shape, ...]) -> Shapes:
    """The outputs of a recurrent layer; the shapes are without the batch.

    Raises:
        Undecided: ``return_sequences`` or ``return_state`` is not known.
    """
    first = (batch, steps, *output) if args.boolean("return_sequences") else (batch, *output)
    return (first, *((batch, *state) for state in states)) if args.boolean("return_state") else (first,)


def check_batch(args: LayerArgs, batch: Dim) -> None:
    """A stateful layer keeps its states, which are not among its weights, for a batch of one size.

    Raises:
        Invalid: the batch is free.
    """
    if args.value("stateful").must_be(True) and isinstance(batch, Free):
        raise FreeBatch("with stateful=True the batch size of the input must be known, received None")


def _layer_functions(states: int, weights: CellWeights) -> tuple[OutputFunction, WeightsFunction]:
    def output(args: LayerArgs, inputs: Shapes) -> Shapes:
        batch, steps, _ = known_shape(inputs[0])
        check_batch(args, batch)
        state = (args.size("units"),)
        return with_steps(args, batch, steps, state, (state,) * states)

    def layer_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
        return weights(args, known_shape(inputs[0])[-1])

    return output, layer_weights


def _cell_functions(states: int, weights: CellWeights) -> tuple[OutputFunction, WeightsFunction]:
    def output(args: LayerArgs, inputs: Shapes) -> Shapes:
        return ((known_shape(inputs[0])[0], args.size("units")),) * (states + 1)

    def cell_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
        return weights(args, known_shape(inputs[0])[-1])

    return output, cell_weights


_STATES = {"keras.layers.SimpleRNNCell": 1, "keras.layers.GRUCell": 1, "keras.layers.LSTMCell": 2}


def _cells_of(value: Value, name: str) -> tuple[LayerObject, ...]:
    # the cells of a stack, given as a list or as StackedRNNCells
    if isinstance(value, values.Sequence) and value.complete:
        cells = tuple(item for item in value.items if isinstance(item, LayerObject))
        if len(cells) == len(value.items) and cells:
            return cells
    raise Undecided(f"{name} are not known cells")


def _stack(layer: LayerObject) -> tuple[LayerObject, ...]:
    return _cells_of(layer.args.get("cells"), "the cells")


def _cell(layer: LayerObject) -> Cell:
    args = LayerArgs(layer)
    if layer.type in _STATES:
        units = args.size("units")
        return Cell((units,) * _STATES[layer.type], units)
    if layer.type == "keras.layers.StackedRNNCells":
        return _stacked_cell(_stack(layer))
    if find(layer.type) is not None:
        raise Invalid(f"{layer.short_type} is not a recurrent cell")
    raise Undecided(f"{layer.short_type} is not a known cell")


def _stacked_cell(cells: tuple[LayerObject, ...]) -> Cell:
    known = tuple(map(_cell, cells))
    states = tuple(size for cell in known for size in cell.states)
    return Cell(states, known[-1].output, nested=any(len(cell.states) > 1 for cell in known))


def _cell_weights(layer: LayerObject, shape: Shape) -> tuple[WeightSpec, ...]:
    if layer.type == "keras.layers.StackedRNNCells":
        return _stacked_weights(_stack(layer), shape)
    spec = find(layer.type)
    if spec is None:
        raise Undecided(f"{layer.short_type} is not a known cell")
    return spec.weights(LayerArgs(layer), (shape,))


def _stacked_weights(cells: tuple[LayerObject, ...], shape: Shape) -> tuple[WeightSpec, ...]:
    result: list[WeightSpec] = []
    for index, cell in enumerate(cells):
        output = _cell(cell).output
        result += [replace(weight, name=f"cell_{index}/{weight.name}") for weight in _cell_weights(cell, shape)]
        shape = (shape[0], output)
    return tuple(result)


def _parts(args: LayerArgs) -> tuple[Cell, Callable[[Shape], tuple[WeightSpec, ...]]]:
    # what the `cell` of RNN is: one cell, or a list of them
    value = args.value("cell")
    if isinstance(value, values.Sequence):
        cells = _cells_of(value, "the items of cell")
        return _stacked_cell(cells), lambda shape: _stacked_weights(cells, shape)
    layer = args.inner_layer("cell")
    return _cell(layer), lambda shape: _cell_weights(layer, shape)


def _rnn_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    check_batch(args, shape[0])
    cell, _ = _parts(args)
    if cell.nested and args.boolean("return_state"):
        raise Undecided("the states of stacked cells are nested")
    return with_steps(args, shape[0], shape[1], (cell.output,), tuple((state,) for state in cell.states))


def _rnn_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    shape = known_shape(inputs[0])
    _, weights = _parts(args)
    return weights((shape[0], *shape[2:]))


def _stacked_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    batch = known_shape(inputs[0])[0]
    cell = _cell(args.layer)
    return ((batch, cell.output), *((batch, state) for state in cell.states))


def _stacked_layer_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    return _cell_weights(args.layer, known_shape(inputs[0]))


def _weight_arguments(*, gates: bool, forget: bool, activity: bool) -> dict[str, object]:
    result: dict[str, object] = {"activation": "tanh"}
    if gates:
        result["recurrent_activation"] = "sigmoid"
    result |= {
        "use_bias": True,
        "kernel_initializer": "glorot_uniform",
        "recurrent_initializer": "orthogonal",
        "bias_initializer": "zeros",
    }
    if forget:
        result["unit_forget_bias"] = True
    kinds = ("kernel", "recurrent", "bias")
    result |= {f"{kind}_regularizer": None for kind in (*kinds, "activity") if kind != "activity" or activity}
    return result | {f"{kind}_constraint": None for kind in kinds} | {"dropout": 0.0, "recurrent_dropout": 0.0}


_RETURNS = {
    "return_sequences": False,
    "return_state": False,
    "go_backwards": False,
    "stateful": False,
    "unroll": False,
}
_SIMPLE = _weight_arguments(gates=False, forget=False, activity=True)
_LSTM = _weight_arguments(gates=True, forget=True, activity=True)
_GRU = _weight_arguments(gates=True, forget=False, activity=True)


def _layer(name: str, arguments: Signature, states: int, weights: CellWeights) -> LayerSpec:
    output, layer_weights = _layer_functions(states, weights)
    return LayerSpec(
        f"keras.layers.{name}",
        accepting(arguments, "implementation", "zero_output_for_mask", "time_major"),
        output,
        layer_weights,
        Ndim.exactly(3),
        mask="consumes",
        states=True,
    )


def _cell_layer(name: str, arguments: Signature, states: int, weights: CellWeights) -> LayerSpec:
    output, cell_weights = _cell_functions(states, weights)
    arguments = accepting(arguments, "implementation")
    return LayerSpec(f"keras.layers.{name}", arguments, output, cell_weights, states=True)


def _cell_signature(*, gates: bool, forget: bool, **last: object) -> Signature:
    return signature("units", **_weight_arguments(gates=gates, forget=forget, activity=False), **last)


LAYERS = (
    _layer("SimpleRNN", signature("units", **_SIMPLE, **_RETURNS, seed=None), 1, _simple_weights),
    _layer("LSTM", signature("units", **_LSTM, seed=None, **_RETURNS, use_cudnn="auto"), 2, _lstm_weights),
    _layer(
        "GRU",
        signature("units", **_GRU, seed=None, **_RETURNS, reset_after=True, use_cudnn="auto"),
        1,
        _gru_weights,
    ),
    _cell_layer("SimpleRNNCell", _cell_signature(gates=False, forget=False, seed=None), 1, _simple_weights),
    _cell_layer("LSTMCell", _cell_signature(gates=True, forget=True, seed=None), 2, _lstm_weights),
    _cell_layer(
        "GRUCell",
        _cell_signature(gates=True, forget=False, reset_after=True, seed=None),
        1,
        _gru_weights,
    ),
    LayerSpec(
        "keras.layers.RNN",
        signature("cell", **_RETURNS, zero_output_for_mask=False),
        _rnn_output,
        _rnn_weights,
        Ndim(minimum=3),
        mask="consumes",
        states=True,
    ),
    LayerSpec(
        "keras.layers.StackedRNNCells",
        signature("cells"),
        _stacked_output,
        _stacked_layer_weights,
        states=True,
    ),
)
