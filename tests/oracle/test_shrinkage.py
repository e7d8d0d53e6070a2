"""What penalties come to in a step, against real optimizers of Keras that are given gradients."""

from __future__ import annotations

import inspect

import numpy
import pytest

from tdlint.inspector.accounting.shrinkage import Shrinkage, shrinkage_of
from tdlint.spec.optimizers import DEFAULTS, optimizer_of
from tdlint.spec.regularizers import Coefficients
from tdlint.values import Arguments, Const, Instance, Sequence, Value

keras = pytest.importorskip("keras", minversion="3.15")

STRENGTHS = [(0.01, 0.0), (0.0, 0.02)]


def as_value(item: object) -> Value:
    if isinstance(item, dict) and "class_name" in item:
        bound = tuple((key, as_value(inner)) for key, inner in item["config"].items())
        return Instance(f"keras.optimizers.{item['class_name']}", Arguments(bound))
    if isinstance(item, list | tuple):
        return Sequence(tuple(map(as_value, item)), "list")
    return Const(item)


def predicted(optimizer: object, l1: float, l2: float) -> Shrinkage | None:
    found = optimizer_of(as_value({"class_name": type(optimizer).__name__, "config": optimizer.get_config()}))
    assert found is not None
    return shrinkage_of(found, Coefficients(l1, l2))


def steps(optimizer: object, l1: float, l2: float, start: float, count: int, data: float = 0.0, size: int = 1):
    """The mean weight after each step under the penalty's gradient and that of the data, which is normal noise."""
    variable = keras.Variable(numpy.full((size,), start, "float32"))
    optimizer.build([variable])
    noise = numpy.random.default_rng(0)
    means = [start]
    for _ in range(count):
        weight = variable.numpy()
        gradient = l1 * numpy.sign(weight) + 2 * l2 * weight + data * noise.normal(size=size)
        optimizer.apply([keras.ops.convert_to_tensor(gradient.astype("float32"))], [variable])
        means.append(float(variable.numpy().mean()))
    return numpy.array(means)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.5])
@pytest.mark.parametrize(("l1", "l2"), STRENGTHS)
def test_sgd_is_exact(momentum: float, nesterov: bool, l1: float, l2: float) -> None:
    optimizer = keras.optimizers.SGD(0.1, momentum=momentum, nesterov=nesterov)
    found = predicted(optimizer, l1, l2)
    assert found is not None
    weights = steps(optimizer, l1, l2, 4.0, 60)
    if l1:
        assert found.l1_threshold == pytest.approx(weights[-2] - weights[-1], rel=2e-3)
    else:
        assert found.l2_decay == pytest.approx(1 - weights[-1] / weights[-2], rel=2e-3)
    assert bool(found.note) == bool(momentum)
    assert found.without_data is None


def test_sgd_adds_the_penalty_to_the_data() -> None:
    """With the same data, weights with a penalty differ from those without by just what is predicted."""
    found = predicted(keras.optimizers.SGD(0.1), 0.0, 0.02)
    assert found is not None
    with_penalty = steps(keras.optimizers.SGD(0.1), 0.0, 0.02, 4.0, 1, data=1.0, size=50)[-1]
    without = steps(keras.optimizers.SGD(0.1), 0.0, 0.0, 4.0, 1, data=1.0, size=50)[-1]
    assert without - with_penalty == pytest.approx(found.l2_decay * 4.0, rel=1e-3)


@pytest.mark.parametrize("strong", [50.0, 500.0])
def test_sgd_says_when_a_penalty_is_too_strong(strong: float) -> None:
    found = predicted(keras.optimizers.SGD(0.1), 0.0, strong)
    assert found is not None
    assert "grow" in found.note
    weights = steps(keras.optimizers.SGD(0.1), 0.0, strong, 1.0, 5)
    assert abs(weights[-1]) > 100


RESCALING = {
    "Adam": {},
    "AdamW": {"weight_decay": 0.0},
    "Adamax": {},
    "Nadam": {},
    "RMSprop": {},
    "Lion": {},
}


@pytest.mark.parametrize(("l1", "l2"), [*STRENGTHS, (0.0, 1.0)])
@pytest.mark.parametrize("name", RESCALING)
def test_without_data_a_step_is_the_learning_rate(name: str, l1: float, l2: float) -> None:
    optimizer = getattr(keras.optimizers, name)(0.002, **RESCALING[name])
    found = predicted(optimizer, l1, l2)
    assert found is not None
    assert found.l1_threshold is None
    assert found.l2_decay is None
    weights = steps(optimizer, l1, l2, 4.0, 200)
    # the gradient of L2 shrinks with the weight, so that the averages lag behind it
    assert found.without_data == pytest.approx((weights[150] - weights[200]) / 50, rel=1e-3 if l1 else 0.05)


@pytest.mark.parametrize("options", [{"momentum": 0.5}, {"centered": True}], ids=str)
def test_rmsprop(options: dict[str, object]) -> None:
    optimizer = keras.optimizers.RMSprop(0.001, **options)
    found = predicted(optimizer, 0.01, 0.0)
    assert found is not None
    weights = steps(optimizer, 0.01, 0.0, 20.0, 400)
    assert found.without_data == pytest.approx(weights[-2] - weights[-1], rel=0.01)


@pytest.mark.parametrize("name", ["Lamb", "Adafactor"])
def test_steps_in_proportion_to_the_weights(name: str) -> None:
    optimizer = getattr(keras.optimizers, name)(0.001)
    found = predicted(optimizer, 0.01, 0.0)
    assert found is not None
    assert found.without_data is None
    assert "root mean square" in found.note
    weights = steps(optimizer, 0.01, 0.0, 3.0, 10)
    assert weights[0] - weights[1] == pytest.approx(0.001 * 3.0, rel=0.01)


@pytest.mark.parametrize("name", ["Adam", "Nadam", "RMSprop"])
def test_against_the_data(name: str) -> None:
    """Where the data's gradient has the root mean square s, about ``rate * l1 / s``, up to a tenth less."""
    optimizer = getattr(keras.optimizers, name)(0.001)
    found = predicted(optimizer, 0.05, 0.0)
    assert found is not None
    assert "takes about 5e-05 / s off a weight" in found.note
    weights = steps(optimizer, 0.05, 0.0, 3.0, 200, data=2.0, size=20000)
    assert (weights[100] - weights[200]) / 100 == pytest.approx(5e-05 / 2.0, rel=0.15)


@pytest.mark.parametrize("name", ["Adagrad", "Adadelta", "Ftrl", "Muon", "ScheduleFreeAdamW"])
def test_the_others_say_why_there_is_no_number(name: str) -> None:
    found = predicted(getattr(keras.optimizers, name)(), 0.01, 0.01)
    assert found is not None
    assert (found.l1_threshold, found.l2_decay, found.without_data) == (None, None, None)
    assert name in found.note


SCHEDULES = keras.optimizers.schedules


@pytest.mark.parametrize(
    "schedule",
    [
        SCHEDULES.ExponentialDecay(0.3, 100, 0.9),
        SCHEDULES.InverseTimeDecay(0.3, 100, 0.9),
        SCHEDULES.PolynomialDecay(0.3, 100),
        SCHEDULES.CosineDecay(0.3, 100),
        SCHEDULES.CosineDecay(0.3, 100, warmup_target=0.5, warmup_steps=10),
        SCHEDULES.CosineDecayRestarts(0.3, 100),
        SCHEDULES.PiecewiseConstantDecay([10], [0.3, 0.1]),
    ],
    ids=lambda schedule: type(schedule).__name__,
)
def test_schedules_at_the_first_step(schedule: object) -> None:
    found = predicted(keras.optimizers.SGD(schedule), 0.01, 0.0)
    assert found is not None
    assert found.learning_rate == pytest.approx(float(schedule(0)))
    assert "first step" in found.note


def test_what_changes_a_step_is_said() -> None:
    clipped = predicted(keras.optimizers.SGD(0.1, clipnorm=1.0), 0.01, 0.0)
    gathered = predicted(keras.optimizers.SGD(0.1, gradient_accumulation_steps=4), 0.01, 0.0)
    scaled = predicted(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)), 0.01, 0.0)
    assert clipped is not None
    assert "clipped" in clipped.note
    assert gathered is not None
    assert "4 batches" in gathered.note
    assert scaled == predicted(keras.optimizers.SGD(0.1), 0.01, 0.0)


def test_unknown_stays_unknown() -> None:
    for value in (Const(None), Const("mine"), Instance("custom>Mine", Arguments())):
        assert optimizer_of(value) is None
    unknown = optimizer_of(Instance("keras.optimizers.SGD", Arguments(complete=False)))
    assert unknown is not None
    assert shrinkage_of(unknown, Coefficients(0.1, 0.1)) is None
    known = optimizer_of(Const("adam"))
    assert known is not None
    assert shrinkage_of(known, Coefficients(0.0, 0.0)) is None


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_are_those_of_keras(name: str) -> None:
    parameters = inspect.signature(getattr(keras.optimizers, name)).parameters
    assert {key: float(parameters[key].default) for key in DEFAULTS[name]} == DEFAULTS[name]


def test_every_optimizer_of_keras_is_known() -> None:
    public = {
        thing.__name__
        for thing in vars(keras.optimizers).values()
        if isinstance(thing, type) and issubclass(thing, keras.optimizers.Optimizer)
    }
    assert public - set(DEFAULTS) == {"Optimizer", "LossScaleOptimizer", "MultiOptimizer"}
