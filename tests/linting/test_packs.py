"""Rules of other packs where the process can't be copied, and the state that outlives a file."""

from __future__ import annotations

import os
import sys
import types

import pytest

from tdlint.config import Settings
from tdlint.graph import Place
from tdlint.linting import packs
from tdlint.linting.engine import check_bytes
from tdlint.linting.rule import Report, Rule

MODEL = b"import keras\nmodel = keras.Sequential([keras.layers.Dense(4)])\n"
RAN_IN = []


def of_pack(cls: type[Rule]) -> type[Rule]:
    cls.__module__ = f"pack.testing.{cls.__name__.lower()}"
    return cls


@of_pack
class Named(Rule):
    """Says in which process it runs."""

    code = "PAC001"

    def check_model(self, model, context):
        RAN_IN.append(os.getpid())
        yield Report(Place(model.site), f"process {os.getpid()}")


@of_pack
class Exits(Rule):
    """Ends the program."""

    code = "PAC002"

    def check_model(self, model, context):
        yield Report(Place(model.site), "before")
        raise SystemExit(4)


@of_pack
class Interrupts(Rule):
    """Interrupts."""

    code = "PAC003"

    def check_model(self, model, context):
        raise KeyboardInterrupt
        yield


@of_pack
class Slow(Rule):
    """Never ends."""

    code = "PAC004"

    def check_model(self, model, context):
        while True:
            pass
        yield


def messages(*rules: type[Rule], path: str = "m.py") -> list[str]:
    return [each.message for each in check_bytes(MODEL, path, Settings(), rules).diagnostics]


@pytest.fixture
def without_copies(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", types.ModuleType("torch"))


@pytest.fixture
def with_copies(monkeypatch):
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork")
    for name in packs._NOT_COPIED:  # another test may have loaded it
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(packs, "_given_up", {})


def test_rules_run_in_a_copy(with_copies):
    (message,) = messages(Named)
    assert message.startswith("process ")
    assert message != f"process {os.getpid()}"
    assert os.getpid() not in RAN_IN


def test_what_rules_raise_in_this_process_is_caught(without_copies):
    found = messages(Exits, Named)
    assert sorted(found) == [
        "before",
        f"process {os.getpid()}",
        "the rule PAC002 [exits] crashed: SystemExit: 4",
    ]


def test_an_interrupt_in_this_process_is_that_of_the_user(without_copies):
    with pytest.raises(KeyboardInterrupt):
        messages(Interrupts)


def test_an_interrupt_in_a_copy_is_that_of_the_rule(with_copies):
    assert messages(Interrupts) == ["the rule PAC003 [interrupts] crashed: KeyboardInterrupt"]


def test_a_rule_that_took_too_long_is_not_run_again(with_copies, monkeypatch):
    monkeypatch.setattr(packs, "TIME_LIMIT", 0.2)
    monkeypatch.setattr(packs, "SHORTEST_LIMIT", 0.2)
    slow = "the rule PAC004 [slow] took longer than 0.2 seconds for a.py and was not run again"
    assert messages(Slow, path="a.py") == [slow]
    monkeypatch.setattr(packs, "_fork", None)
    assert messages(Slow, path="b.py") == [slow]


def test_where_no_more_processes_can_be_made_rules_run_in_this_one(with_copies, monkeypatch):
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(packs, "_fork", refuse)
    assert messages(Named) == [f"process {os.getpid()}"]
