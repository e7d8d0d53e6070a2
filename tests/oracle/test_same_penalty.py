"""The static finding and the account say the same of one model: the penalty at the start, and against what.

Programs are generated; each is linted as text, and built by real Keras, saved and inspected.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from tdlint.config import Settings
from tdlint.inspector import Account, inspect_model
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive
from tdlint.linting.engine import check_bytes, check_graph
from tdlint.testing import load_rules

keras = pytest.importorskip("keras", minversion="3.15")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

PROGRAMS = int(os.environ.get("ORACLE_PENALTIES", "40"))
ONLY = Settings(select=("strong-regularization",))
RULES = load_rules()
SAID = re.compile(r"starts? at (?:at least )?about ([\d,.e+-]*\d),? .* the data loss of about ([\d.e+-]+) \((.*)\)")

REGULARIZERS = ('"l2"', '"l1"', "regularizers.L1(0.3)", "regularizers.L1L2(0.2, 0.4)", "regularizers.l1_l2(l1=0.5)")
INITIALIZERS = (
    '"he_normal"',
    '"glorot_uniform"',
    "initializers.RandomNormal(stddev=0.2)",
    'initializers.VarianceScaling(2.0, "fan_out", "uniform")',
    "initializers.TruncatedNormal(0.0, 0.1)",
)
LOSSES = (
    ("1", '"mse"'),
    ("1", "losses.MeanAbsoluteError()"),
    ('5, activation="softmax"', '"sparse_categorical_crossentropy"'),
    ('1, activation="sigmoid"', "losses.BinaryCrossentropy()"),
)


def program(seed: int) -> str:
    """A small model on sequences with strong penalties here and there, compiled."""
    pick = random.Random(seed)

    def arguments(*names: str) -> str:
        given = [f"{name}_regularizer={pick.choice(REGULARIZERS)}" for name in names if pick.random() < 0.6]
        given += [f"kernel_initializer={pick.choice(INITIALIZERS)}"] if pick.random() < 0.5 else []
        return "".join(f", {one}" for one in given)

    def layer() -> str:
        size = pick.choice((8, 24, 64))
        recurrent = arguments("kernel", "recurrent", "bias")
        return pick.choice(
            (
                f"layers.LSTM({size}, return_sequences=True{recurrent})",
                f"layers.Bidirectional(layers.GRU({size}, return_sequences=True{recurrent}))",
                f"layers.TimeDistributed(layers.Dense({size}{arguments('kernel', 'bias')}))",
                f'layers.Conv1D({size}, 3, padding="same"{arguments("kernel")})',
                f'layers.SeparableConv1D({size}, 3, padding="same", pointwise_regularizer={pick.choice(REGULARIZERS)})',
                f"layers.Dense({size}{arguments('kernel', 'bias')}, trainable={pick.random() < 0.8})",
                "layers.BatchNormalization(gamma_regularizer='l2')",
            )
        )

    head, loss = pick.choice(LOSSES)
    body = ",\n    ".join(layer() for _ in range(pick.randint(1, 4)))
    return f"""\
import keras
from keras import initializers, layers, losses, regularizers

model = keras.Sequential([
    keras.Input((10, 6)),
    {body},
    layers.LSTM({pick.choice((4, 32))}{arguments("kernel", "recurrent")}),
    layers.Dense({head}{arguments("kernel")}),
])
model.compile("adam", {loss})
"""


def built(source: str) -> keras.Model:
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(source, "example", "exec"), names)
    model = names["model"]
    assert isinstance(model, keras.Model)
    return model


def numbers(messages: list[str]) -> list[tuple[str, ...]]:
    found = [SAID.search(message) for message in messages]
    assert all(found), messages
    return [one.groups() for one in found if one is not None]


def of_account(account: Account) -> list[tuple[str, ...]]:
    """What the account has of each layer that the rule speaks of, written as the rule writes it."""
    loss, why = account.totals.expected_data_loss, account.totals.data_loss_reason
    return [
        (f"{layer.expected_penalty:,.3g}", f"{loss:.3g}", why or "")
        for layer in account.layers
        if layer.expected_penalty and loss
    ]


@pytest.mark.parametrize("seed", range(PROGRAMS))
def test_rule_and_account_agree(seed: int, tmp_path: Path) -> None:
    source = program(seed)
    static = numbers([one.message for one in check_bytes(source.encode(), "page.py", ONLY, RULES).diagnostics])
    keras.backend.clear_session()
    model = built(source)
    accounts = [inspect_model(model)]
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        accounts.append(account_of(read_archive(tmp_path / f"m.{ending}")))
    for account in accounts:
        assert sorted(static) == sorted(numbers([one.message for one in check_graph(account.model, "m", ONLY, RULES)]))
        assert set(static) <= set(of_account(account)) | {together(account)}
        assert account.totals.expected_penalty == pytest.approx(accounts[0].totals.expected_penalty, rel=1e-12)


def together(account: Account) -> tuple[str, ...]:
    """What the rule says where no layer alone is strongly regularized."""
    totals = account.totals
    if totals.expected_penalty is None or totals.expected_data_loss is None:
        return ()
    return (f"{totals.expected_penalty:,.3g}", f"{totals.expected_data_loss:.3g}", totals.data_loss_reason or "")


def test_most_programs_are_reported() -> None:
    said = [check_bytes(program(seed).encode(), "page.py", ONLY, RULES).diagnostics for seed in range(40)]
    assert sum(map(bool, said)) >= 25
