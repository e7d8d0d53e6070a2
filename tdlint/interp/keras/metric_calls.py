"""What a program does with its metric objects: rules are told of every update, result and reset."""

from __future__ import annotations

import libcst as cst

from tdlint.graph import CallSite
from tdlint.interp.run import Run
from tdlint.values import Arguments, Const, Instance, Unknown

PREFIX = "keras.metrics."
METHODS = {
    "__call__": "update_state",
    "update_state": "update_state",
    "result": "result",
    "reset_state": "reset_state",
    "reset_states": "reset_state",
}
"""Methods of metrics, by what they do."""


def is_followed(owner: Instance, name: str) -> bool:
    """Whether a call of this method is recorded."""
    return name in METHODS and owner.type.startswith(PREFIX)


def made(run: Run, owner: Instance) -> None:
    """Remember in how many loops a metric is made."""
    run.metric_loops[owner.key] = run.loops, run.epochs


def is_epoch(target: cst.BaseExpression) -> bool:
    """Whether the variable of a loop says that each round is an epoch."""
    return type(target) is cst.Name and "epoch" in target.value.lower()


def called(run: Run, owner: Instance, name: str, node: cst.CSTNode) -> None:
    """Record a call; ``rounds`` are the loops between the metric and it, ``epochs`` those of them over epochs."""
    loops, epochs = run.metric_loops.get(owner.key, (0, 0))
    rounds = Const(run.loops - loops), Const(run.epochs - epochs)
    arguments = Arguments((("owner", owner), ("rounds", rounds[0]), ("epochs", rounds[1])))
    run.record_call(CallSite(PREFIX + METHODS[name], arguments, run.site(node), (), not run.uncertain))


def reset_of_unknown(run: Run, node: cst.CSTNode) -> None:
    """Something is reset that may be any metric."""
    arguments = Arguments((("owner", Unknown("it is not known what is reset")),))
    run.record_call(CallSite(f"{PREFIX}reset_state", arguments, run.site(node)))
