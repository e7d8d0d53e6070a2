"""Reading a method of a class of the program: which calls it makes, and where Python needs the value of a tensor.

The interpreter enters methods with the arguments of some call; this looks at the text alone, and keeps to what holds
for every call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import libcst as cst

from tdlint.interp.python.classes import find_attribute, is_layer, is_model, mro
from tdlint.interp.reading.axis_loops import axis_loops
from tdlint.interp.reading.class_facts import CallFact, ClassFacts, ClassKind, MethodFacts, Parameter
from tdlint.interp.reading.log_reads import log_reads
from tdlint.interp.run import MAIN, Function, Run
from tdlint.sources.plain_nodes import fields_of
from tdlint.spec.names import member
from tdlint.values import ClassValue, Const, FunctionValue, LayerObject, ModelValue, Site, Symbol, Unknown, Value

Taint: TypeAlias = Literal["tensor", "input"] | None
"""``tensor``: certainly one tensor. ``input``: what the method gets as its input, or a part: a tensor, or several."""

# What these give is known while a graph is made, whatever they are given.
_STATIC = frozenset(
    {
        *("shape", "int_shape", "is_tensor", "is_keras_tensor", "ndim", "dtype", "as_dtype", "get_static_value"),
        *("is_sparse", "standardize_dtype", "is_symbolic_tensor", "isinstance", "executing_eagerly", "numpy_function"),
        *("is_numeric_tensor", "assert_equal", "Assert", "print", "is_placeholder", "TensorSpec", "TensorShape"),
    }
)
# What these give is a list or tuple of tensors.
_SEVERAL = frozenset(
    {
        *("split", "unstack", "meshgrid", "moments", "top_k", "unique", "unique_with_counts", "dynamic_partition"),
        *("nonzero", "svd", "eig", "eigh", "qr", "slogdet", "map_fn", "scan", "while_loop", "cond", "case", "map"),
        *("map_structure", "flatten", "pack_sequence_as", "split_v", "stop_gradient", "identity", "vectorized_map"),
        *("switch", "fori_loop", "associative_scan", "rnn", "ctc_decode", "weighted_moments", "normalize_moments"),
        *("py_function", "custom_gradient", "broadcast_static_shape", "unravel_index", "modf", "frexp", "lu"),
    }
)
_LITERALS = {"True": True, "False": False, "None": None}
_ALWAYS = ("tensorflow.reduce_", "tensorflow.math.", "tensorflow.random.")
_MATH = ("tensorflow.", "keras.ops.", "keras.backend.", "keras.activations.", "keras.losses.")


def read_function(run: Run, function: Function) -> MethodFacts:
    """The facts of a function of the program; of a method without its first parameter."""
    is_method = function.owner is not None and function.kind != "static"
    node = function.node
    reader = _Reader(run, function)
    if isinstance(node, cst.Lambda):
        reader.read(node.body)
    else:
        reader.block(node.body, True)
    params = [*node.params.posonly_params, *node.params.params]
    parameters = [Parameter(each.name.value, each.default is None) for each in params[1 if is_method else 0 :]]
    parameters += [Parameter(each.name.value, each.default is None, True) for each in node.params.kwonly_params]
    return MethodFacts(
        function.name,
        run.site(node if isinstance(node, cst.Lambda) else node.name),
        tuple(parameters),
        node.params.star_kwarg is not None,
        () if isinstance(node, cst.Lambda) else tuple(decorators(reader, node)),
        tuple(reader.calls),
        tuple(reader.conditions),
        tuple(reader.iterations),
        tuple(run.site(each) for each in axis_loops(node.body, parameters[0].name)) if parameters else (),
        frozenset(reader.names),
        log_reads(node, run.site) if isinstance(node, cst.Lambda) or node.name.value.startswith("on_") else None,
    )


def decorators(reader: _Reader, node: cst.FunctionDef | cst.ClassDef) -> Iterator[str]:
    """The canonical names of decorators, empty text for what is not of a library."""
    for decorator in node.decorators:
        target = decorator.decorator
        yield reader.name_of(target.func if isinstance(target, cst.Call) else target)


_CHILDREN: dict[Any, tuple[str, ...]] = {}


def _children_of(kind: Any) -> tuple[str, ...]:
    """The fields of a kind of node that may hold expressions."""
    known = _CHILDREN.get(kind)
    if known is None:
        known = _CHILDREN[kind] = tuple(each for each in fields_of(kind) if each not in ("annotation", "operator"))
    return known


class _Reader:
    """One method while it is read; ``taints`` says of local names whether they are tensors."""

    def __init__(self, run: Run, function: Function) -> None:
        self.run = run
        self.function = function
        self.calls: list[CallFact] = []
        self.conditions: list[Site] = []
        self.iterations: list[Site] = []
        self.names: set[str] = set()
        self.taints: dict[str, Taint] = {}
        self.locals: set[str] = set()
        self.certain = True
        self.leaving = False
        params = function.node.params
        every = [*params.posonly_params, *params.params, *params.kwonly_params]
        names = [each.name.value for each in every]
        self.locals.update(names)
        self.self_name = names[0] if names else ""
        if len(names) > 1 and function.name in ("call", "train_step", "test_step"):
            self.taints[names[1]] = "input"

    @property
    def _reached(self) -> bool:
        """Whether what is being read runs in every call that does not raise before."""
        return self.certain and not self.leaving

    # --- names

    def name_of(self, node: cst.BaseExpression) -> str:
        """The canonical name of what an expression denotes; see ``CallFact``."""
        parts: list[str] = []
        while isinstance(node, cst.Attribute):
            parts.append(node.attr.value)
            node = node.value
        parts.reverse()
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "super":
            return ".".join(("super", *parts))
        if not isinstance(node, cst.Name):
            return ""
        if node.value == self.self_name and self.function.owner is not None:
            return ".".join(("self", *parts))
        if node.value in self.locals:
            return ""
        return self._global(node.value, parts)

    def _global(self, name: str, parts: list[str]) -> str:
        value = self._lookup(name)
        if isinstance(value, ClassValue) and parts == ["__init__"]:
            return "super.__init__"
        if not isinstance(value, Symbol):
            return ""
        path, namespace = value.name, value.namespace
        for part in parts:
            path, namespace = member(path, namespace, part)
        return path

    def _lookup(self, name: str) -> Value:
        number: int | None = self.function.frame
        while number is not None:
            found = self.run.state.frames.get(number, {}).get(name)
            if found is not None:
                return found
            number = self.run.parents[number]
        return Unknown("not found")

    # --- statements

    def block(self, block: Any, certain: bool) -> None:
        """Read statements in order."""
        for statement in block.body:
            if isinstance(statement, cst.SimpleStatementLine):
                for small in statement.body:
                    self._small(small)
            else:
                self._compound(statement)

    def _small(self, node: Any) -> None:
        if isinstance(node, cst.Assign):
            attribute = next((name for each in node.targets if (name := self._own_attribute(each.target))), None)
            taint = self.read(node.value, attribute)
            for target in node.targets:
                self._bind(target.target, taint)
        elif isinstance(node, cst.AnnAssign):
            if node.value is not None:
                self._bind(node.target, self.read(node.value, self._own_attribute(node.target)))
        elif isinstance(node, cst.AugAssign):
            old, new = self.read(node.target), self.read(node.value)
            self._bind(node.target, "tensor" if "tensor" in (old, new) else old or new)
        elif isinstance(node, cst.Assert):
            self._test(node.test)
        elif isinstance(node, cst.Return):
            if node.value is not None:
                self.read(node.value)
            self.leaving = True
        elif isinstance(node, cst.Raise | cst.Break | cst.Continue):
            self.leaving = True
            for name in _children_of(type(node)):
                self._read_any(getattr(node, name))
        elif isinstance(node, cst.Expr | cst.Del):
            self._read_any(node.value if isinstance(node, cst.Expr) else node.target)

    def _own_attribute(self, target: cst.BaseExpression) -> str | None:
        if isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name):
            return target.attr.value if target.value.value == self.self_name else None
        return None

    def _bind(self, target: Any, taint: Taint) -> None:
        if isinstance(target, cst.Name):
            self.locals.add(target.value)
            self.taints[target.value] = taint
        elif isinstance(target, cst.Tuple | cst.List):
            for element in target.elements:
                self._bind(element.value, taint if taint == "input" else None)
        else:
            self._read_any(target)

    def _compound(self, node: Any) -> None:
        if isinstance(node, cst.If):
            self._if(node)
        elif isinstance(node, cst.With):
            for item in node.items:
                self.read(item.item)
                if item.asname is not None:
                    self._bind(item.asname.name, None)
            self.block(node.body, self.certain)
        elif isinstance(node, cst.For):
            taint = self.read(node.iter)
            if taint == "tensor" and self._reached:
                self.iterations.append(self.run.site(node.iter))
            self._perhaps([node.body, node.orelse], node.target)
        elif isinstance(node, cst.While):
            self._test(node.test)
            self._perhaps([node.body, node.orelse])
        elif isinstance(node, cst.Try):
            self._perhaps([node.body, *(each.body for each in node.handlers), node.orelse, node.finalbody])
        elif isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.locals.add(node.name.value)
            self.taints.pop(node.name.value, None)
            if isinstance(node, cst.FunctionDef):
                self._inside(node)
        elif isinstance(node, cst.Match):
            self.read(node.subject)
            self._perhaps([case.body for case in node.cases])

    def _if(self, node: cst.If) -> None:
        self._test(node.test)
        branches: list[Any] = [node.body]
        if node.orelse is not None:
            branches.append(node.orelse)
        self._perhaps(branches)

    def _perhaps(self, blocks: list[Any], target: Any = None) -> None:
        """Read what may run or not; a name that is bound there is a tensor only if it is one on every path."""
        certain, left, before = self.certain, self.leaving, dict(self.taints)
        self.certain = False
        after = [before]
        for block in blocks:
            if block is None:
                continue
            self.taints = dict(before)
            if target is not None:
                self._bind(target, None)
            if isinstance(block, cst.If):
                self._if(block)
            else:
                self.block(block.body if isinstance(block, cst.Else | cst.Finally) else block, False)
            left, self.leaving = left or self.leaving, False
            after.append(self.taints)
        self.certain, self.leaving = certain, left
        self.taints = {name: taint for name, taint in before.items() if all(each.get(name) == taint for each in after)}

    def _inside(self, node: cst.FunctionDef) -> None:
        """A function in the method: whether and when it runs is not known."""
        kept = self.certain, self.leaving, self.taints, set(self.locals)
        self.certain, self.taints = False, {}
        params = node.params
        for each in (*params.posonly_params, *params.params, *params.kwonly_params):
            self.locals.add(each.name.value)
        self.block(node.body, False)
        self.certain, self.leaving, self.taints, self.locals = kept

    def _test(self, node: cst.BaseExpression) -> None:
        if self.read(node) == "tensor" and self._reached:
            self.conditions.append(self.run.site(node))

    # --- expressions

    def _read_any(self, node: Any) -> None:
        if isinstance(node, cst.BaseExpression):
            self.read(node)
        elif isinstance(node, cst.CSTNode):
            for name in _children_of(type(node)):
                self._read_any(getattr(node, name))
        elif isinstance(node, tuple | list):
            for each in node:
                self._read_any(each)

    def read(self, node: Any, attribute: str | None = None) -> Taint:
        """Read an expression; whether it is a tensor."""
        kind = type(node)
        if kind is cst.Name:
            return self.taints.get(node.value)
        if kind is cst.Call:
            return self._call(node, attribute)
        if kind is cst.Attribute:
            self.names.add(node.attr.value)
            self.read(node.value)
            return None
        if kind is cst.SimpleString:
            self.names.add(node.value.strip("rRbBuU").strip("'\""))
            return None
        if kind is cst.BinaryOperation:
            return self._binary(node)
        if kind is cst.UnaryOperation:
            taint = self.read(node.expression)
            return None if isinstance(node.operator, cst.Not) else taint
        if kind is cst.Comparison:
            return self._comparison(node)
        if kind is cst.Subscript:
            self._read_any(node.slice)
            return self.read(node.value)
        if kind is cst.Tuple or kind is cst.List:
            taints = [self.read(element.value) for element in node.elements]
            return "input" if any(taints) else None
        if kind is cst.IfExp:
            self._test(node.test)
            certain, self.certain = self.certain, False
            one, other = self.read(node.body), self.read(node.orelse)
            self.certain = certain
            return one if one == other else None
        if kind is cst.BooleanOperation:
            self.read(node.left)
            certain, self.certain = self.certain, False
            self.read(node.right)
            self.certain = certain
            return None
        if kind is cst.Lambda or kind in (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp):
            self._scoped(node)
            return None
        for name in _children_of(kind):
            self._read_any(getattr(node, name))
        return None

    def _scoped(self, node: Any) -> None:
        kept = self.certain, self.taints, set(self.locals)
        self.certain, self.taints = False, {}
        for name in _children_of(type(node)):
            if name != "params":
                self._read_any(getattr(node, name))
        if isinstance(node, cst.Lambda):
            self.locals.update(each.name.value for each in node.params.params)
        self.certain, self.taints, self.locals = kept

    def _binary(self, node: cst.BinaryOperation) -> Taint:
        chain = [node]  # a chain of a thousand `+` nests to the left
        left = node.left
        while isinstance(left, cst.BinaryOperation):
            chain.append(left)
            left = left.left
        taint = self.read(left)
        for link in reversed(chain):
            other = self.read(link.right)
            lists = isinstance(link.operator, cst.Add | cst.Multiply)
            taint = "tensor" if "tensor" in (taint, other) or ((taint or other) and not lists) else taint or other
        return taint

    def _comparison(self, node: cst.Comparison) -> Taint:
        taints = [self.read(node.left), *(self.read(each.comparator) for each in node.comparisons)]
        return "tensor" if "tensor" in taints and all(map(_compares_values, node.comparisons)) else None

    def _constant(self, node: cst.BaseExpression) -> Const | Symbol | None:
        if isinstance(node, cst.SimpleString | cst.Integer | cst.Float):
            return Const(node.evaluated_value)
        if isinstance(node, cst.Name) and node.value in _LITERALS:
            return Const(_LITERALS[node.value])
        name = self.name_of(node) if isinstance(node, cst.Name | cst.Attribute) else ""
        return Symbol(name) if name and not name.startswith(("self", "super")) else None

    def _callee(self, node: cst.BaseExpression) -> Value | None:
        if not isinstance(node, cst.Name) or node.value in self.locals:
            return None
        value = self._lookup(node.value)
        if isinstance(value, LayerObject):
            return self.run.layer(value)
        return value if isinstance(value, ModelValue) else None

    def _call(self, node: cst.Call, attribute: str | None) -> Taint:
        name = self.name_of(node.func)
        if not name or name.startswith(("self.", "super.")):
            self.read(node.func)
        if isinstance(node.func, cst.Attribute):
            self.names.add(node.func.attr.value)
        keywords: list[str] = []
        constants: list[tuple[str, Const | Symbol]] = []
        taints: list[Taint] = []
        tensor: Site | None = None
        for number, arg in enumerate(node.args):
            taint = self.read(arg.value)
            taints.append(taint)
            if taint is not None and tensor is None:
                tensor = self.run.site(arg.value)
            keyword = "" if arg.keyword is None else arg.keyword.value
            if keyword:
                self.names.add(keyword)
                keywords.append(keyword)
            constant = self._constant(arg.value) if keyword or (number == 0 and not arg.star) else None
            if constant is not None:
                constants.append((keyword, constant))
        self.calls.append(
            CallFact(
                name,
                self.run.site(node),
                self._callee(node.func),
                tuple(keywords),
                tuple(constants),
                attribute,
                self._reached,
                tensor,
            )
        )
        return _made_by(name, any(taints))


def _compares_values(node: cst.ComparisonTarget) -> bool:
    """Whether a comparison with a tensor gives a tensor: ``==`` of TensorFlow does for numbers, and not for None."""
    if isinstance(node.operator, cst.LessThan | cst.LessThanEqual | cst.GreaterThan | cst.GreaterThanEqual):
        return True
    number = isinstance(node.comparator, cst.Integer | cst.Float)
    return number and isinstance(node.operator, cst.Equal | cst.NotEqual)


def _made_by(name: str, of_tensor: bool) -> Taint:
    """What a call of this name gives, in a graph."""
    short = name.rpartition(".")[2]
    if short in _SEVERAL:
        return "input" if of_tensor else None
    if name in ("tensorflow.shape", "tensorflow.range") or name.startswith(_ALWAYS):
        return "tensor"
    computes = name.startswith(_MATH) and short not in _STATIC and short[:1].islower()
    return "tensor" if of_tensor and computes else None


def read_value(run: Run, value: Value) -> MethodFacts | None:
    """The facts of a function of the source, None for anything else, also for one of another file."""
    function = run.functions.get(value.key) if isinstance(value, FunctionValue) else None
    return read_function(run, function) if function is not None and run.modules[function.frame] == MAIN else None


def facts_of_classes(run: Run) -> tuple[ClassFacts, ...]:
    """The classes of the module that have an ancestor in Keras, in the order of the text."""
    found = (_facts(run, key) for key, each in run.classes.items() if each.module == run.frames[0].number)
    return tuple(each for each in found if each is not None)


def _kind(bases: tuple[str, ...]) -> ClassKind | None:
    if is_model(bases):
        return "model"
    if is_layer(bases):
        return "layer"
    for name in bases:
        for prefix, kind in _KINDS.items():
            if name.startswith(prefix):
                return kind
    return None


_KINDS: dict[str, ClassKind] = {
    "keras.losses.": "loss",
    "keras.metrics.": "metric",
    "keras.callbacks.": "callback",
}


def _facts(run: Run, key: int) -> ClassFacts | None:
    found = run.classes[key]
    kind = _kind(found.library_bases)
    if kind is None:
        return None
    ancestors = mro(run, key)[1:]
    inherited = {name for each in ancestors for name in run.classes[each].attributes}

    def read(name: str) -> MethodFacts | None:
        value = find_attribute(run, key, name)
        return None if value is None else read_value(run, value)

    return ClassFacts(
        found.name,
        kind,
        run.site(found.node.name),
        found.library_bases,
        found.namespace,
        not found.own_bases,
        found.open or any(run.classes[each].module != MAIN for each in ancestors),
        found.decorators,
        tuple(found.attributes),
        tuple(inherited),
        read,
    )
