"""Every public layer class of the installed Keras has an entry with the same signature."""

from __future__ import annotations

import inspect

import pytest

from tdlint.spec.layers import entries, find
from tdlint.spec.signature import REQUIRED

keras = pytest.importorskip("keras", minversion="3.15")

# Each with the reason why there is nothing to say about it.
NOT_COVERED = {
    "Layer": "the base class",
    "InputSpec": "not a layer",
    "FlaxLayer": "wraps a foreign module",
    "JaxLayer": "wraps a foreign function",
    "TorchModuleWrapper": "wraps a foreign module",
    "TFSMLayer": "wraps a saved model",
}
REAL = {
    name: value
    for name in sorted(dir(keras.layers))
    if inspect.isclass(value := getattr(keras.layers, name)) and name not in NOT_COVERED
}


@pytest.mark.parametrize("name", REAL)
def test_signature_is_that_of_keras(name: str) -> None:
    spec = find(f"keras.layers.{name}")
    assert spec is not None, f"keras.layers.{name} has no entry"
    parameters = list(inspect.signature(REAL[name]).parameters.values())
    named = [parameter for parameter in parameters if parameter.kind is not inspect.Parameter.VAR_KEYWORD]
    expected = [
        (parameter.name, REQUIRED if parameter.default is parameter.empty else parameter.default) for parameter in named
    ]
    assert [(param.name, param.default) for param in spec.signature.params] == expected
    # 1 == 1.0 == True, and they are different defaults
    assert [type(param.default) for param in spec.signature.params] == [type(value) for _, value in expected]
    open_ended = len(named) < len(parameters)
    assert "trainable" in spec.signature.extra_keywords if open_ended else not spec.signature.extra_keywords


def test_aliases_share_their_spec() -> None:
    by_class: dict[type, list[str]] = {}
    for name, value in REAL.items():
        by_class.setdefault(value, []).append(name)
    shared = [names for names in by_class.values() if len(names) > 1]
    assert len(shared) > 15
    for first, *others in shared:
        one = entries()[f"keras.layers.{first}"]
        for other in others:
            two = entries()[f"keras.layers.{other}"]
            assert (two.output, two.weights, two.signature, two.ndim) == (
                one.output,
                one.weights,
                one.signature,
                one.ndim,
            )


def test_reasons_name_real_classes() -> None:
    assert set(NOT_COVERED) <= set(dir(keras.layers))


def test_entries_that_keras_3_has_not_are_those_of_keras_2() -> None:
    gone = {name.rpartition(".")[2] for name in entries()} - set(REAL)
    assert gone == {
        "CuDNNGRU",
        "CuDNNLSTM",
        "Deconvolution2D",
        "Deconvolution3D",
        "LocallyConnected1D",
        "LocallyConnected2D",
        "RandomHeight",
        "RandomWidth",
        "SyncBatchNormalization",
        "ThresholdedReLU",
    }
