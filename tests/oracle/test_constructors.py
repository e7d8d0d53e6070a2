"""Every public class of Keras that is no layer has a signature like that of the installed Keras."""

from __future__ import annotations

import inspect

import pytest

from tdlint.spec.constructors import CONSTRUCTORS
from tdlint.spec.objects import signature_of
from tdlint.spec.signature import REQUIRED

keras = pytest.importorskip("keras", minversion="3.15")

MODULES = {
    "keras.callbacks.": (keras.callbacks,),
    "keras.constraints.": (keras.constraints,),
    "keras.initializers.": (keras.initializers,),
    "keras.losses.": (keras.losses,),
    "keras.metrics.": (keras.metrics,),
    "keras.optimizers.": (keras.optimizers, keras.optimizers.schedules),
    "keras.regularizers.": (keras.regularizers,),
}
REAL = {
    f"{prefix}{name}": value
    for prefix, modules in MODULES.items()
    for module in modules
    for name in dir(module)
    if inspect.isclass(value := getattr(module, name))
}


def test_all_modules_are_compared() -> None:
    assert MODULES.keys() == CONSTRUCTORS.keys()
    listed = {f"{prefix}{name}" for prefix, classes in CONSTRUCTORS.items() for name in classes}
    assert listed <= REAL.keys()


@pytest.mark.parametrize("name", REAL)
def test_signature_is_that_of_keras(name: str) -> None:
    parameters = [
        (parameter.name, REQUIRED if parameter.default is parameter.empty else parameter.default)
        for parameter in inspect.signature(REAL[name]).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    assert [(param.name, param.default) for param in signature_of(name).params] == parameters
