"""The texts that name losses, metrics and the like, against real Keras 3 and Keras 2."""

from __future__ import annotations

import itertools
from types import ModuleType
from typing import get_args

import pytest

from tdlint.spec.identifiers import Kind, identifiers, is_known, meant

keras = pytest.importorskip("keras", minversion="3.15")
tf_keras = pytest.importorskip("tf_keras")

MODULES = {
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "activation": "activations",
    "initializer": "initializers",
    "constraint": "constraints",
    "regularizer": "regularizers",
}
WRONG = ["Relu", "lamb", "xavier", "rmse", "nonsense", "cosine_proximity", "logcosh", "l1_l2", "hardswish", "AdamW"]


def makes(library: ModuleType, kind: Kind, text: str) -> bool:
    """Whether the library makes something of the text; Keras 2 gives some texts back as they are."""
    try:
        found = getattr(library, MODULES[kind]).get(text)
    except (ValueError, TypeError, KeyError):
        return False
    return found is not None and not isinstance(found, str)


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize(("major", "library"), [(3, keras), (2, tf_keras)])
def test_identifiers_are_those_of_keras(kind: Kind, major: int, library: ModuleType) -> None:
    abstract = {"Constraint", "Loss"}
    wrong = {text for text in identifiers(kind, major) - abstract if not makes(library, kind, text)}
    assert wrong <= ({"Constant", "constant"} if major == 2 else set())


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize(("major", "library"), [(3, keras), (2, tf_keras)])
def test_what_is_not_known_is_refused(kind: Kind, major: int, library: ModuleType) -> None:
    """What any kind takes, and what nobody does, in the place of every other kind."""
    others = itertools.chain(WRONG, *(identifiers(other, of) for other in get_args(Kind) for of in (2, 3)))
    unknown = {text for text in others if not is_known(kind, text, major)}
    assert {text for text in unknown if makes(library, kind, text)} == set()


def test_keras_3_has_no_others() -> None:
    for kind, name in MODULES.items():
        module = getattr(keras.src, name)
        listed = {text for text in module.ALL_OBJECTS_DICT if not is_known(kind, text, 3)}
        bases = {"Initializer", "initializer", "Metric", "metric", "constraint", "Regularizer", "regularizer"}
        assert listed <= bases


@pytest.mark.parametrize(
    ("kind", "text", "major", "expected"),
    [
        ("activation", "Relu", 3, "relu"),
        ("activation", "ReLU", 3, "relu"),
        ("activation", "sigmoid ", 3, "sigmoid"),
        ("loss", "logcosh", 3, "log_cosh"),
        ("loss", "categorical_cross_entropy", 3, "categorical_crossentropy"),
        ("loss", "Sparse Categorical Crossentropy", 3, "sparse_categorical_crossentropy"),
        ("metric", "f1", 3, "f1_score"),
        ("metric", "precision", 2, "Precision"),
        ("initializer", "xavier_normal", 3, "glorot_normal"),
        ("optimizer", "adm", 3, "adam"),
        ("loss", "my_own", 3, None),
    ],
)
def test_what_is_meant(kind: Kind, text: str, major: int, expected: str | None) -> None:
    assert not is_known(kind, text, major)
    assert meant(kind, text, major) == expected
