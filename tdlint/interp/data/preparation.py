"""Objects that learn from data before a model does: rules are told what they are fitted to, and where it goes."""

from __future__ import annotations

import libcst as cst

from tdlint.graph import CallSite
from tdlint.interp.python.arguments import CallArguments, bound
from tdlint.interp.run import Run
from tdlint.spec.signature import Param, Signature
from tdlint.values import Arguments, Const, Instance, LayerObject, Sequence

TOKENIZER = "keras.preprocessing.text.Tokenizer"
_CLASSES = (
    *("sklearn.feature_selection.", "sklearn.preprocessing.TargetEncoder", "imblearn.over_sampling."),
    *("sklearn.decomposition.", "sklearn.feature_extraction.text."),
)
_METHODS = frozenset({"fit", "fit_transform", "transform", "fit_resample", "fit_sample"})
_TOKENIZING = frozenset({"fit_on_texts", "texts_to_sequences", "texts_to_matrix"})
_GIVEN = Signature((Param("data"), Param("labels", None)), open=True)


def makes(name: str) -> bool:
    """Whether calling this makes an object that is followed here only."""
    return name.startswith(_CLASSES) and name.rpartition(".")[2][:1].isupper()


def is_followed(owner: Instance, name: str) -> bool:
    """Whether a call of this method is recorded."""
    return (name in _METHODS and owner.type.startswith(_CLASSES)) or (name in _TOKENIZING and owner.type == TOKENIZER)


def called(run: Run, owner: Instance | LayerObject, name: str, args: CallArguments, node: cst.CSTNode) -> None:
    """Record a call, with the names that its result is assigned to."""
    given = bound(run, args, _GIVEN)
    more = (("owner", owner), ("targets", Sequence(tuple(map(Const, _targets(run, node))))))
    arguments = Arguments((*more, *given.bound), sites=given.sites)
    kind = "keras.Layer" if isinstance(owner, LayerObject) else owner.type
    run.record_call(CallSite(f"{kind}.{name}", arguments, run.site(node), (), not run.uncertain))


def _targets(run: Run, node: cst.CSTNode) -> list[str]:
    """The names on the left of the assignment whose value is this call."""
    statement = run.assigning
    if statement is None or statement.value is not node or len(statement.targets) != 1:
        return []
    target = statement.targets[0].target
    parts = [element.value for element in target.elements] if isinstance(target, cst.Tuple | cst.List) else [target]
    return [part.value for part in parts if isinstance(part, cst.Name)]


def names_given(node: cst.CSTNode) -> Sequence:
    """The names among the positional arguments of a call."""
    given = [arg.value for arg in node.args if arg.keyword is None] if isinstance(node, cst.Call) else []
    return Sequence(tuple(Const(value.value) for value in given if isinstance(value, cst.Name)))
