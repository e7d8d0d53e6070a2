"""Whether the methods of a class run as a graph, where a tensor has no value yet."""

from __future__ import annotations

from tdlint.api import ClassFacts, ModelGraph, Program, Severity


def runs_eagerly(program: Program) -> bool:
    """Whether a program asks for eager execution somewhere, or for PyTorch, which has nothing else."""
    if program.backend not in (None, "tensorflow"):
        return True
    for call in program.calls:
        if call.name == "tensorflow.config.run_functions_eagerly":
            return True
        if call.name == "keras.Model.compile" and not call.args.get("run_eagerly").must_be(False, None):
            return True
    return False


def severity_in(cls: ClassFacts, program: Program) -> Severity:
    """An error where the class is certainly part of a graph; called eagerly, on its own, it may work."""
    return Severity.ERROR if any(_is_in(cls, model) for model in program.models) else Severity.WARNING


def _is_in(cls: ClassFacts, model: ModelGraph) -> bool:
    if model.kind == "subclass":
        return model.named_after == cls.name and bool(model.fits)
    return any(node.layer.custom and node.layer.type == cls.name and node.certain for node in model.nodes)
