"""Whether the methods of a class run as a graph, where a tensor has no value yet."""

from __future__ import annotations

from tdlint.api import ClassFacts, ModelGraph, Program, Severity


def runs_eagerly(program: Program) -> bool:
    """Whether a program asks for eager execution somewhere, or for PyTorch, which has nothing else."""
    if program.backend not in (None, "tensorflow"):
        return True
    if "tensorflow.config.run_functions_eagerly" in program.called:
        return True
    key = ("compiled to run eagerly", 0)
    if key not in program.memo:
        compiles = program.calls_of("keras.Model.compile")
        program.memo[key] = any(not call.args.get("run_eagerly").must_be(False, None) for call in compiles)
    found: bool = program.memo[key]
    return found


def severity_in(cls: ClassFacts, program: Program) -> Severity:
    """An error where the class is certainly part of a graph; called eagerly, on its own, it may work."""
    return Severity.ERROR if any(_is_in(cls, model) for model in program.models) else Severity.WARNING


def _is_in(cls: ClassFacts, model: ModelGraph) -> bool:
    if model.kind == "subclass":
        return model.named_after == cls.name and bool(model.fits)
    return any(node.layer.custom and node.layer.type == cls.name and node.certain for node in model.nodes)
