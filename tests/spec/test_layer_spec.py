"""What the layer spec says when not everything is known, and of layers that Keras 3 no longer has."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from tdlint.shapes import FREE, AnyShape, Symbolic, UnknownDim, UnknownShape
from tdlint.spec import layers
from tdlint.spec.layers.base import Fault
from tdlint.spec.signature import bind
from tdlint.values import Const, LayerObject, OneOf, Sequence, Symbol, Unknown, Value

TIMESTEPS = Symbolic("timesteps")
FEATURES = Symbolic("features")


def value(argument: object) -> Value:
    if isinstance(argument, Value):
        return argument
    if isinstance(argument, list | tuple):
        return Sequence(tuple(map(value, argument)), "list" if isinstance(argument, list) else "tuple")
    return Const(argument)


def layer(name: str, /, complete: bool = True, **arguments: object) -> LayerObject:
    spec = layers.find(f"keras.layers.{name}")
    assert spec is not None
    bound = bind(spec.signature, [], {key: (value(given), None) for key, given in arguments.items()}, complete)
    return LayerObject(1, spec.name, bound)


def output(made: LayerObject, *inputs: AnyShape) -> AnyShape:
    found = layers.outputs(made, inputs)
    assert len(found) == 1
    return found[0]


def weights(made: LayerObject, *inputs: AnyShape) -> dict[str, tuple[object, ...]] | None:
    found = layers.weights(made, inputs)
    return None if found is None else {weight.name: weight.shape for weight in found}


def test_symbolic_sizes_flow_through() -> None:
    sequence = (FREE, TIMESTEPS, FEATURES)
    assert output(layer("Dense", units=1), sequence) == (FREE, TIMESTEPS, 1)
    assert output(layer("LSTM", units=64, return_sequences=True), sequence) == (FREE, TIMESTEPS, 64)
    assert output(layer("Dropout", rate=0.5), sequence) == sequence
    assert output(layer("Permute", dims=(2, 1)), sequence) == (FREE, FEATURES, TIMESTEPS)
    assert output(layer("Conv1D", filters=4, kernel_size=3, padding="same"), sequence) == (FREE, TIMESTEPS, 4)
    assert output(layer("Dense", units=Unknown("an argument", "units")), sequence) == (
        FREE,
        TIMESTEPS,
        Symbolic("units"),
    )
    assert output(layer("Add"), sequence, sequence) == sequence


def test_arithmetic_on_sizes_that_are_not_known() -> None:
    conv = layer("Conv1D", filters=4, kernel_size=3)
    assert output(conv, (FREE, FREE, 8)) == (FREE, FREE, 4)
    shape = output(conv, (FREE, TIMESTEPS, 8))
    assert isinstance(shape, tuple)
    assert isinstance(shape[1], UnknownDim)
    flat = output(layer("Flatten"), (FREE, TIMESTEPS, 8))
    assert isinstance(flat, tuple)
    assert flat[1] == UnknownDim("timesteps times 8")
    assert output(layer("Flatten"), (FREE, FREE, 8)) == (FREE, FREE)
    unknown = Unknown("from a file")
    half = output(layer("Conv2D", filters=4, kernel_size=3, strides=unknown), (FREE, 9, FREE, 3))
    assert isinstance(half, tuple)
    assert (half[0], half[2:]) == (FREE, (FREE, 4))
    assert isinstance(half[1], UnknownDim)


def test_weights_over_axes_that_are_not_known() -> None:
    dense = layer("Dense", units=3)
    assert weights(dense, (FREE, FEATURES)) == {"kernel": (FEATURES, 3), "bias": (3,)}
    assert weights(dense, (FREE, FREE)) is None
    reason = "the last axis of the input must be known to make the weights, received None"
    assert layers.fault(dense, ((FREE, FREE),)) == Fault("unknown-axis", reason)
    assert layers.fault(dense, ((FREE, FEATURES),)) is None
    recurrent = weights(layer("LSTM", units=2), (FREE, FREE, FEATURES))
    assert recurrent == {"kernel": (FEATURES, 8), "recurrent_kernel": (2, 8), "bias": (8,)}


def test_what_is_not_known_has_a_reason() -> None:
    unknown = Unknown("from a file")
    shape = output(layer("LSTM", units=2, return_sequences=unknown), (FREE, 5, 3))
    assert shape == UnknownShape("return_sequences is not known")
    assert output(layer("Dense", units=2), UnknownShape("not followed")) == UnknownShape(
        "the input shape is not followed"
    )
    assert output(layer("Lambda", function=unknown), (FREE, 3)) == UnknownShape(
        "the function of a Lambda layer is not followed"
    )
    own = LayerObject(1, "program.MyLayer", custom=True)
    assert output(own, (FREE, 3)) == UnknownShape("MyLayer is not a known layer")
    assert weights(own, (FREE, 3)) is None
    assert layers.fault(own, ((FREE, 3),)) is None
    assert layers.fault(layer("TimeDistributed", layer=own), ((FREE, 5, 3),)) is None


def test_arguments_hidden_in_double_star_are_unknown() -> None:
    hidden = layer("LSTM", complete=False, units=2)
    assert isinstance(output(hidden, (FREE, 5, 3)), UnknownShape)
    assert weights(hidden, (FREE, 5, 3)) is None
    assert layers.fault(hidden, ((FREE, 5, 3),)) is None


def test_either_of_two_values() -> None:
    either = OneOf((Const(3), Const(4)))
    shape = output(layer("Dense", units=either), (FREE, 5))
    assert isinstance(shape, tuple)
    assert shape[0] == FREE
    assert isinstance(shape[1], UnknownDim)
    assert layers.fault(layer("Dense", units=either), ((FREE, 5),)) is None


@pytest.mark.parametrize(
    ("made", "inputs", "reason"),
    [
        (layer("LSTM", units=3), [(FREE, 5)], "its input must have 3 axes, received 2: (None, 5)"),
        (layer("Dense", units=3), [(FREE,)], "its input must have at least 2 axes, received 1: (None,)"),
        (layer("Dense", units=0), [(FREE, 5)], "units must be a positive integer, received 0"),
        (layer("Dense", units=3), [(FREE, 5), (FREE, 5)], "it takes one input, received 2"),
        (
            layer("Conv2D", filters=4, kernel_size=9),
            [(FREE, 8, 8, 3)],
            "the window reaches over 9 of the 8 positions that the input has along this axis",
        ),
        (
            layer("Conv2D", filters=4, kernel_size=3, groups=2),
            [(FREE, 8, 8, 3)],
            "the channels of the input must be divisible by groups, received 3 and 2",
        ),
        (layer("Reshape", target_shape=(6, 5)), [(FREE, 5)], "an input of 5 elements can't be reshaped to 30 elements"),
        (layer("Add"), [(FREE, 4), (FREE, 5)], "the inputs differ along an axis: 4 and 5"),
        (
            layer("Concatenate"),
            [(FREE, 4, 3), (FREE, 5, 3)],
            "the inputs must have equal shapes except for axis -1: (None, 4, 3) and (None, 5, 3)",
        ),
        (layer("Dropout", rate=50), [(FREE, 5)], "rate must be between 0 and 1, received 50"),
        (
            layer("TimeDistributed", layer=Symbol("keras.layers.Dense", "keras")),
            [(FREE, 4, 3)],
            "layer must be a layer, received the class Dense",
        ),
        (layer("Bidirectional", layer=layer("Dense", units=3)), [(FREE, 4, 3)], "Dense is not a recurrent layer"),
        (layer("BatchNormalization", axis=5), [(FREE, 4)], "axis 5 is out of bounds for an input of 2 axes"),
    ],
    ids=lambda part: part.short_type if isinstance(part, LayerObject) else None,
)
def test_fault_says_why(made: LayerObject, inputs: list[AnyShape], reason: str) -> None:
    found = layers.fault(made, tuple(inputs))
    assert (found and found.reason) == reason


def test_a_fault_shows_in_the_output() -> None:
    assert output(layer("LSTM", units=3), (FREE, 5)) == UnknownShape(
        "Keras refuses it: its input must have 3 axes, received 2: (None, 5)"
    )


def test_an_initial_state_is_no_second_input() -> None:
    state = (FREE, 3)
    lstm = layer("LSTM", units=3)
    assert layers.fault(lstm, ((FREE, 5, 2), state, state)) is None
    assert output(lstm, (FREE, 5, 2), state, state) == (FREE, 3)


def test_weights_of_wrappers_belong_to_the_inner_layer() -> None:
    inner = layer("LSTM", units=3, kernel_regularizer="l2")
    found = layers.weights(layer("Bidirectional", layer=inner), ((FREE, 5, 2),))
    assert found is not None
    assert [weight.name for weight in found] == [
        f"{side}_layer/{name}" for side in ("forward", "backward") for name in ("kernel", "recurrent_kernel", "bias")
    ]
    assert {weight.layer for weight in found} == {inner}
    assert [weight.regularizer_arg for weight in found[:3]] == [
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
    ]
    assert [weight.regularizer for weight in found[:2]] == [Const("l2"), Const(None)]
    assert found[2].initializer == Const("forget_gate_ones")


def test_backward_layer_is_its_own() -> None:
    forward, backward = layer("LSTM", units=3), layer("LSTM", units=3, go_backwards=True)
    both = layer("Bidirectional", layer=forward, backward_layer=backward)
    found = layers.weights(both, ((FREE, 5, 2),))
    assert found is not None
    assert [weight.layer for weight in found] == [forward] * 3 + [backward] * 3


def test_a_declared_lambda_output_is_believed() -> None:
    made = layer("Lambda", function=Unknown("a lambda"), output_shape=(4, 2))
    assert output(made, (FREE, 8)) == (FREE, 4, 2)


def test_input_layer() -> None:
    assert output(layer("InputLayer", shape=(Unknown("an argument", "timesteps"), 3))) == (FREE, TIMESTEPS, 3)
    assert output(layer("InputLayer", shape=(4,), batch_size=2)) == (2, 4)
    assert output(layer("InputLayer", batch_shape=(None, 4))) == (FREE, 4)
    assert output(layer("InputLayer", input_shape=(4, None))) == (FREE, 4, FREE)
    assert layers.fault(layer("InputLayer", shape=4), ()) == Fault("argument", "shape must be a tuple")


def test_stacked_cells() -> None:
    cells = layer("StackedRNNCells", cells=[layer("LSTMCell", units=4), layer("GRUCell", units=5)])
    assert layers.outputs(cells, ((FREE, 3),)) == ((FREE, 5), (FREE, 4), (FREE, 4), (FREE, 5))
    assert weights(cells, (FREE, 3)) == {
        "cell_0/kernel": (3, 16),
        "cell_0/recurrent_kernel": (4, 16),
        "cell_0/bias": (16,),
        "cell_1/kernel": (4, 15),
        "cell_1/recurrent_kernel": (5, 15),
        "cell_1/bias": (2, 15),
    }
    with_states = layer("RNN", cell=cells, return_state=True)
    assert output(with_states, (FREE, 7, 3)) == UnknownShape("the states of stacked cells are nested")


@pytest.mark.parametrize(
    ("made", "shape", "expected", "parameters"),
    [
        # as Keras 2.3 and 2.15 say
        (layer("CuDNNLSTM", units=64), (FREE, 10, 8), (FREE, 64), 18944),
        (layer("CuDNNGRU", units=64, return_sequences=True), (FREE, 10, 8), (FREE, 10, 64), 14208),
        (layer("LocallyConnected1D", filters=64, kernel_size=3), (FREE, 10, 32), (FREE, 8, 64), 49664),
        (layer("LocallyConnected2D", filters=64, kernel_size=(3, 3)), (FREE, 32, 32, 3), (FREE, 30, 30, 64), 1612800),
        (layer("ThresholdedReLU", theta=0.5), (FREE, 3), (FREE, 3), 0),
        (layer("RandomHeight", factor=0.2), (FREE, 8, 9, 3), (FREE, FREE, 9, 3), 0),
        (layer("SyncBatchNormalization"), (FREE, 8), (FREE, 8), 32),
        (layer("Convolution2D", filters=4, kernel_size=3), (FREE, 8, 8, 3), (FREE, 6, 6, 4), 112),
        (layer("Deconvolution2D", filters=4, kernel_size=3), (FREE, 8, 8, 3), (FREE, 10, 10, 4), 112),
    ],
    ids=lambda part: part.short_type if isinstance(part, LayerObject) else None,
)
def test_layers_of_keras_2(made: LayerObject, shape: AnyShape, expected: AnyShape, parameters: int) -> None:
    assert output(made, shape) == expected
    found = weights(made, shape)
    assert found is not None
    assert sum(math.prod(map(int, dims)) for dims in found.values()) == parameters  # type: ignore[call-overload]


def test_signatures_accept_what_the_base_layer_takes() -> None:
    made = layer("LSTM", units=2, input_shape=(5, 3), implementation=1, name="first")
    assert made.args.unexpected == ()
    assert layer("LSTM", units=2, return_sequence=True).args.unexpected == ("return_sequence",)
    assert layer("SpatialDropout1D", rate=0.2, trainable=False).args.unexpected == ("trainable",)


def test_loading_the_entries_imports_nothing_heavy() -> None:
    code = (
        "import sys; from tdlint.spec import layers; layers.entries(); "
        "print([name for name in ('keras', 'numpy', 'tensorflow', 'libcst', 'networkx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [({}, (FREE,)), ({"output_sequence_length": 5}, (5,))],
)
def test_one_text_without_a_batch(arguments: dict[str, object], shape: tuple[object, ...]) -> None:
    assert output(layer("TextVectorization", **arguments), ()) == shape
