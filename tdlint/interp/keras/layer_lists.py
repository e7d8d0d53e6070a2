"""Changes of ``model.layers``, which Keras gives as a copy of its list: rules are told of them."""

from __future__ import annotations

import libcst as cst

from tdlint.graph import CallSite
from tdlint.interp.python import expressions
from tdlint.interp.run import Run
from tdlint.values import Arguments, ModelValue

CHANGED = "keras.Model.layers"
_CHANGING = frozenset({"pop", "append", "insert", "remove", "extend", "clear", "reverse"})


def notice_method(run: Run, node: cst.Call) -> None:
    """``model.layers.pop()`` as a statement of its own; where its result is used it only asks for a layer."""
    if type(node.func) is cst.Attribute and node.func.attr.value in _CHANGING:
        _notice(run, node.func.value, node)


def notice_item(run: Run, target: cst.Subscript) -> None:
    """``model.layers[-1] = …``."""
    _notice(run, target.value, target)


def _notice(run: Run, listed: cst.BaseExpression, node: cst.CSTNode) -> None:
    if type(listed) is not cst.Attribute or listed.attr.value != "layers" or type(listed.value) is not cst.Name:
        return
    owner = expressions.evaluate(run, listed.value)
    model = run.model(owner.key) if isinstance(owner, ModelValue) else None
    if isinstance(owner, ModelValue) and model is not None and model.instance_of is None:
        run.record_call(CallSite(CHANGED, Arguments(), run.site(node), (owner.key,), not run.uncertain))
