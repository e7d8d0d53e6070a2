"""Which array goes to which input, for every way to give data."""

from __future__ import annotations

from tdlint.feeding import data_given
from tdlint.graph import CallSite
from tdlint.shapes import FREE
from tdlint.values import NONE, Arguments, ArrayValue, DatasetValue, Sequence, Unknown, Value

X, Y = ArrayValue((10, 4)), ArrayValue((10,))


def call(method: str, **given: Value) -> CallSite:
    return CallSite(f"keras.Model.{method}", Arguments(tuple(given.items())))


def test_data_and_validation_data() -> None:
    training, validation = data_given(call("fit", x=X, y=Y, validation_data=Sequence((X, Y), "tuple")))
    assert (training.x, training.y, training.weights, training.validation) == (X, Y, NONE, False)
    assert (validation.x, validation.y, validation.validation) == (X, Y, True)


def test_a_data_set_has_its_labels_with_it() -> None:
    batch = Sequence((ArrayValue((FREE, 4)), ArrayValue((FREE,))), "tuple")
    (given,) = data_given(call("fit", x=DatasetValue(batch, batch_size=32)))
    assert (given.x, given.y) == batch.items
    assert given.kind == "tf.data"
    assert given.batched


def test_items_of_a_data_set_that_are_not_known_are_unknown() -> None:
    (given,) = data_given(call("predict", x=DatasetValue(Unknown("mapped"))))
    assert isinstance(given.x, Unknown)
    assert isinstance(given.y, Unknown)
    assert not given.batched


def test_other_calls_give_no_data() -> None:
    assert data_given(call("compile", x=X)) == ()
    assert data_given(call("fit")) == ()
