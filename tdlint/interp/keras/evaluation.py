"""What ``evaluate`` and the like return: one number, or a list of the loss and each metric."""

from __future__ import annotations

import libcst as cst

from tdlint.graph import CallSite
from tdlint.interp.run import Run
from tdlint.values import Arguments, Const, Instance, Unknown, Value, integer

RESULT = "keras.Model.evaluate.result"
"""The type of the result; a call of this name is recorded wherever it is unpacked or one item of it is read."""


METHODS = frozenset({"evaluate", "evaluate_generator", "test_on_batch", "train_on_batch"})
"""Methods of a model that return such a result."""


def made(run: Run, evaluate: CallSite, node: cst.CSTNode) -> Instance:
    """The result of such a call."""
    key = run.fresh()
    run.histories[key] = evaluate
    return Instance(RESULT, Arguments(), key, site=run.site(node))


def read(run: Run, owner: Instance, index: Value, node: cst.CSTNode) -> Value:
    """``result[1]``."""
    if integer(index) is not None:
        _record(run, owner, "index", index, node)
    return Unknown("a result of evaluate")


def unpacked(run: Run, owner: Instance, count: int, node: cst.CSTNode) -> None:
    """``loss, accuracy = result``."""
    _record(run, owner, "count", Const(count), node)


def _record(run: Run, owner: Instance, name: str, value: Value, node: cst.CSTNode) -> None:
    evaluate = run.histories.get(owner.key)
    if evaluate is None:
        return
    site = run.site(node)
    arguments = Arguments(((name, value),), sites=((name, site),))
    certain = not run.uncertain
    run.record_call(CallSite(RESULT, arguments, site, evaluate.models, certain, evaluate.compiled, result_of=evaluate))
