"""Expressions: a syntax node to an abstract value."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

import libcst as cst

from tdlint.interp.data import arrays
from tdlint.interp.heap import BoundMethod, DictObject, ListObject, Ref
from tdlint.interp.keras import dated, evaluation, history, references
from tdlint.interp.keras.tensors import operation, subscript_tensor
from tdlint.interp.python import attributes, calls, classes, containers, functions, generators, objects, texts
from tdlint.interp.python.names import bind_name, lookup
from tdlint.interp.run import OutOfSteps, Run
from tdlint.values import (
    NONE,
    ArrayValue,
    ClassValue,
    Const,
    FunctionValue,
    Instance,
    LayerObject,
    ModelValue,
    OneOf,
    Sequence,
    TensorValue,
    Unknown,
    Value,
)

Handler: TypeAlias = Callable[[Run, Any], Value]

MAX_NUMBER = 10**18


def evaluate(run: Run, node: cst.CSTNode) -> Value:
    """The value of an expression.

    Raises:
        OutOfSteps: the source's budget is used up.
    """
    run.steps += 1
    if run.steps > run.max_steps:
        raise OutOfSteps
    handler = _HANDLERS.get(type(node))
    if handler is None:
        return Unknown("not followed")
    value = handler(run, node)
    if run.watch is not None and not run.muted:
        run.watch(node, value)
    return value


def _name(run: Run, node: cst.Name) -> Value:
    text = node.value
    if text in _LITERALS:
        return _LITERALS[text]
    return lookup(run, text)


_LITERALS: dict[str, Value] = {"None": NONE, "True": Const(True), "False": Const(False)}


def _integer(run: Run, node: cst.Integer) -> Value:
    try:
        return Const(int(node.value.replace("_", ""), 0))
    except ValueError:  # 010 of Python 2
        return Unknown("a number that Python 3 does not read")


def _float(run: Run, node: cst.Float) -> Value:
    return Const(float(node.value.replace("_", "")))


def _string(run: Run, node: cst.SimpleString | cst.ConcatenatedString) -> Value:
    if type(node) is cst.SimpleString:
        text = node.value
        # the common case, at a tenth of the cost of a literal evaluation
        if text[0] in "'\"" and "\\" not in text and not text.startswith(('"""', "'''")):
            return Const(text[1:-1])
    value = node.evaluated_value
    return Unknown("text that is put together") if value is None else Const(value)


def _formatted(run: Run, node: cst.FormattedString) -> Value:
    parts: list[str] = []
    known = True
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            known = known and ("\\" not in part.value or "r" in node.start.lower())
            parts.append(part.value.replace("{{", "{").replace("}}", "}"))
            continue
        if not isinstance(part, cst.FormattedStringExpression):
            return Unknown("text that is put together")
        value = evaluate(run, part.expression)
        spec = _format_spec(run, part.format_spec)
        text = None
        if isinstance(value, Const) and spec is not None and part.equal is None:
            text = texts.part(value.value, part.conversion, spec)
        known = known and text is not None
        parts.append(text or "")
    return Const("".join(parts)) if known else Unknown("text that is put together")


def _format_spec(run: Run, parts: Any) -> str | None:
    """What comes after the colon in ``{value:.2f}``; None if it is computed."""
    for part in parts or ():
        if isinstance(part, cst.FormattedStringExpression):
            evaluate(run, part.expression)
            return None
    return "".join(part.value for part in parts or ())


def elements(run: Run, nodes: Any) -> tuple[tuple[Value, ...], Value | None]:
    """The items of a display or argument list with ``*`` spread; the second is what is unknown in number."""
    items: list[Value] = []
    rest: Value | None = None
    for element in nodes:
        value = evaluate(run, element.value)
        if type(element) is cst.StarredElement:
            spread, more = containers.iterate(run, value)
        else:
            spread, more = (value,), None
        if rest is None:
            items.extend(spread)
            rest = more
        else:
            rest = containers.any_of(run, (rest, *spread), more)
    return tuple(items), rest


def _tuple(run: Run, node: cst.Tuple) -> Value:
    items, rest = elements(run, node.elements)
    return Sequence(items, "tuple", rest)


def _list(run: Run, node: cst.List) -> Value:
    return containers.make_list(run, *elements(run, node.elements))


def _set(run: Run, node: cst.Set) -> Value:
    return containers.make_set(run, *elements(run, node.elements))


def _dict(run: Run, node: cst.Dict) -> Value:
    made = DictObject()
    for element in node.elements:
        if isinstance(element, cst.StarredDictElement):
            made = containers.spread(run, made, containers.as_dict(run, evaluate(run, element.value)))
        elif isinstance(element, cst.DictElement):
            key = evaluate(run, element.key)
            value = evaluate(run, element.value)
            if isinstance(key, Const):
                made = containers.with_entry(run, made, key, value)
            else:
                made = containers.blurred(run, made, value)
    return Ref(run.allocate(made))


_BINARY: dict[type[cst.CSTNode], tuple[str, Callable[[Any, Any], Any]]] = {
    cst.Add: ("add", operator.add),
    cst.Subtract: ("subtract", operator.sub),
    cst.Multiply: ("multiply", operator.mul),
    cst.Divide: ("divide", operator.truediv),
    cst.FloorDivide: ("floor_divide", operator.floordiv),
    cst.Modulo: ("mod", operator.mod),
    cst.Power: ("power", operator.pow),
    cst.LeftShift: ("left_shift", operator.lshift),
    cst.RightShift: ("right_shift", operator.rshift),
    cst.BitAnd: ("and", operator.and_),
    cst.BitOr: ("or", operator.or_),
    cst.BitXor: ("xor", operator.xor),
    cst.MatrixMultiply: ("matmul", operator.matmul),
}

_BINARY |= {
    cst.AddAssign: _BINARY[cst.Add],
    cst.SubtractAssign: _BINARY[cst.Subtract],
    cst.MultiplyAssign: _BINARY[cst.Multiply],
    cst.DivideAssign: _BINARY[cst.Divide],
    cst.FloorDivideAssign: _BINARY[cst.FloorDivide],
    cst.ModuloAssign: _BINARY[cst.Modulo],
    cst.PowerAssign: _BINARY[cst.Power],
    cst.LeftShiftAssign: _BINARY[cst.LeftShift],
    cst.RightShiftAssign: _BINARY[cst.RightShift],
    cst.BitAndAssign: _BINARY[cst.BitAnd],
    cst.BitOrAssign: _BINARY[cst.BitOr],
    cst.BitXorAssign: _BINARY[cst.BitXor],
    cst.MatrixMultiplyAssign: _BINARY[cst.MatrixMultiply],
}


def augment(run: Run, node: cst.AugAssign, left: Value, right: Value) -> Value:
    """``left op= right``: the value to bind; a list or dict is changed in its place."""
    name, _ = _BINARY.get(type(node.operator), ("", None))
    if containers.augment(run, left, name, right):
        return left
    if isinstance(left, ArrayValue) and not isinstance(right, TensorValue):
        return arrays.augmented(run, name, left, right)
    return binary(run, node, left, right)


def _binary(run: Run, node: cst.BinaryOperation) -> Value:
    # A chain of a thousand `+` nests to the left; evaluating it by a loop spares the recursion limit.
    chain = [node]
    left_node = node.left
    while type(left_node) is cst.BinaryOperation:
        chain.append(left_node)
        left_node = left_node.left
    value = evaluate(run, left_node)
    for link in reversed(chain):
        value = binary(run, link, value, evaluate(run, link.right))
    return value


def binary(run: Run, node: cst.BinaryOperation | cst.AugAssign, left: Value, right: Value) -> Value:
    """``left op right``; constants are folded, sequences joined, tensors give an operation."""
    name, compute = _BINARY.get(type(node.operator), ("", None))
    if compute is None:
        return Unknown("an operator that is not followed")
    if isinstance(left, TensorValue) or isinstance(right, TensorValue):
        return operation(run, name, (left, right), node)
    if name == "mod" and isinstance(left, Const) and isinstance(left.value, str | bytes):
        return texts.percent(run, left.value, right) if isinstance(left.value, str) else Unknown("formatted bytes")
    if isinstance(left, Const) and isinstance(right, Const):
        return _fold(compute, name, left.value, right.value)
    if type(left) in arrays.DATA_TYPES or type(right) in arrays.DATA_TYPES:
        return arrays.binary(run, name, left, right, node)
    if name == "or":
        merged = containers.merge_dicts(run, left, right)
        if merged is not None:
            return merged
    if name == "add":
        joined = containers.concatenate(run, left, right)
        if joined is not None:
            return joined
    if name == "multiply":
        repeated = containers.repeat(run, left, right)
        if repeated is not None:
            return repeated
    if isinstance(left, OneOf) and isinstance(right, Const):
        return run.merge(*(binary(run, node, option, right) for option in left.options))
    if isinstance(right, OneOf) and isinstance(left, Const):
        return run.merge(*(binary(run, node, left, option) for option in right.options))
    for value in (left, right):
        # the items of a list are in the result too
        listed = containers.as_list(run, value)
        run.lose(*((value,) if listed is None else (*listed.items, *filter(None, (listed.rest,)))))
    return Unknown("computed from what is not known")


def _fold(compute: Callable[[Any, Any], Any], name: str, left: object, right: object) -> Value:
    if name in ("power", "left_shift") and not (_small(left) and _small(right)):
        return Unknown("a number too large to compute")
    if name == "multiply" and (isinstance(left, str | bytes) or isinstance(right, str | bytes)):
        times = right if isinstance(left, str | bytes) else left
        if not isinstance(times, int) or times > 256:
            return Unknown("repeated text")
    try:
        result = compute(left, right)
    except (ArithmeticError, TypeError, ValueError):
        return Unknown("an operation that fails")
    if isinstance(result, int) and abs(result) > MAX_NUMBER:
        return Unknown("a number too large to compute")
    if isinstance(result, str | bytes) and len(result) > texts.MAX_TEXT:
        return Unknown("a long text")
    if isinstance(result, complex):
        return Unknown("a complex number")
    return Const(result)


def _small(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) <= 4096


def _unary(run: Run, node: cst.UnaryOperation) -> Value:
    value = evaluate(run, node.expression)
    if type(node.operator) is cst.Not:
        known = truth(run, value)
        return Unknown("a condition that is not known") if known is None else Const(not known)
    if isinstance(value, TensorValue):
        return operation(run, "negative", (value,), node)
    if isinstance(value, ArrayValue):
        return arrays.unary(run, "negative" if type(node.operator) is cst.Minus else "other", value, node)
    if isinstance(value, Const) and isinstance(value.value, int | float):
        if type(node.operator) is cst.Minus:
            return Const(-value.value)
        if type(node.operator) is cst.Plus:
            return Const(+value.value)
        if isinstance(value.value, int):
            return Const(~int(value.value))
    run.lose(value)
    return Unknown("computed from what is not known")


def truth(run: Run, value: Value) -> bool | None:
    """Whether a value counts as true in a condition; None if it can't be told."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Ref):
        thing = run.state.heap.get(value.key)
        if isinstance(thing, ListObject | DictObject):
            return True if thing.items else (False if thing.rest is None else None)
        return None
    if isinstance(value, Sequence):
        return True if value.items else (False if value.complete else None)
    if isinstance(value, LayerObject | ModelValue | Instance):
        return None if classes.decides_truth(run, value) else True
    if isinstance(value, OneOf):
        answers = {truth(run, option) for option in value.options}
        return answers.pop() if len(answers) == 1 else None
    if isinstance(value, ArrayValue) and not value.shape and value.range == (0.0, 0.0):
        return False
    if isinstance(value, FunctionValue | ClassValue | BoundMethod):
        return True
    return None


def _boolean(run: Run, node: cst.BooleanOperation) -> Value:
    left = evaluate(run, node.left)
    known = truth(run, left)
    wants = type(node.operator) is cst.Or
    if known is not None:
        return left if known is wants else evaluate(run, node.right)
    return functions.either(run, lambda: left, lambda: evaluate(run, node.right))


_COMPARISONS: dict[type[cst.CSTNode], Callable[[Any, Any], Any]] = {
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
}

_ORDERED = frozenset({cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual})


def _comparison(run: Run, node: cst.Comparison) -> Value:
    left = evaluate(run, node.left)
    if run.records.references and type(node.left) is cst.Call:
        references.compared(run, node.left, node.comparisons[0].comparator)
    answer: bool | None = True
    for target in node.comparisons:
        right = evaluate(run, target.comparator)
        ordered = type(target.operator) in _ORDERED
        if ordered and (isinstance(left, TensorValue) or isinstance(right, TensorValue)):
            return operation(run, "compare", (left, right), node)
        if type(left) in arrays.DATA_TYPES or type(right) in arrays.DATA_TYPES:
            compared = arrays.compared(run, node, left, right)
            if compared is not None:
                return compared
        one = _compare(run, target.operator, left, right)
        if one is False:
            return Const(False)
        if one is None:
            answer = None
        left = right
    return Unknown("a condition that is not known") if answer is None else Const(answer)


def _compare(run: Run, node: cst.BaseCompOp, left: Value, right: Value) -> bool | None:
    kind = type(node)
    if kind is cst.Is or kind is cst.IsNot:
        answer = _identical(left, right)
        return None if answer is None else answer is (kind is cst.Is)
    if kind is cst.In or kind is cst.NotIn:
        asked = objects.protocol(run, right, "__contains__", left) if type(right) is Instance else None
        found = containers.contains(run, left, right) if asked is None else truth(run, asked)
        return None if found is None else found is (kind is cst.In)
    compute = _COMPARISONS.get(kind)
    one, other = containers.constant(run, left), containers.constant(run, right)
    if compute is None or one is None or other is None:
        return None
    try:
        return bool(compute(one.value, other.value))
    except TypeError:
        return None


def _identical(left: Value, right: Value) -> bool | None:
    """``left is right``, for the constants of which there is one each."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Const) and (one.value is None or one.value is ... or isinstance(one.value, bool)):
            if other.must_be(one.value):
                return True
            return None if other.may_be(one.value) else False
    return None


def _conditional(run: Run, node: cst.IfExp) -> Value:
    known = truth(run, evaluate(run, node.test))
    if known is True:
        return evaluate(run, node.body)
    if known is False:
        return evaluate(run, node.orelse)
    return functions.either(run, lambda: evaluate(run, node.body), lambda: evaluate(run, node.orelse))


def _lambda(run: Run, node: cst.Lambda) -> Value:
    return functions.define(run, node, "<lambda>")


def _subscript(run: Run, node: cst.Subscript) -> Value:
    owner = evaluate(run, node.value)
    if isinstance(owner, TensorValue):
        return subscript_tensor(run, owner, [_index(run, element.slice) for element in node.slice], node)
    if type(owner) in arrays.DATA_TYPES:
        return arrays.subscript(run, owner, [_index(run, element.slice) for element in node.slice], node)
    index = index_of(run, node)
    if type(node.value) is cst.Subscript:
        dated.indexed_twice(run, node.value)
    if type(owner) is Instance and owner.type == history.LOGS and not isinstance(index, slice):
        return history.read(run, owner, index, node)
    if type(owner) is Instance and owner.type == evaluation.RESULT and not isinstance(index, slice):
        return evaluation.read(run, owner, index, node)
    if type(owner) is Instance:
        found = objects.protocol(run, owner, "__getitem__", objects.as_index(index))
        if found is not None:
            return found
    return containers.item(run, owner, index)


def index_of(run: Run, node: cst.Subscript) -> Value | slice:
    """The index of a subscript as a value, or a Python slice of values."""
    if len(node.slice) == 1:
        return _index(run, node.slice[0].slice)
    for element in node.slice:
        _index(run, element.slice)
    return Unknown("an index that is not followed")


def _index(run: Run, node: cst.BaseSlice) -> Value | slice:
    """An index as a value, or a Python slice of values."""
    if isinstance(node, cst.Index):
        return evaluate(run, node.value)
    if isinstance(node, cst.Slice):
        bounds = [None if bound is None else evaluate(run, bound) for bound in (node.lower, node.upper, node.step)]
        return slice(*bounds)
    return Unknown("an index that is not followed")


def _named(run: Run, node: cst.NamedExpr) -> Value:
    value = evaluate(run, node.value)
    if isinstance(node.target, cst.Name):
        bind_name(run, node.target.value, value, around=True)
    return value


def _yield(run: Run, node: cst.Yield) -> Value:
    if isinstance(node.value, cst.From):
        value = evaluate(run, node.value.item)
        generators.noted(run, None)
    else:
        value = NONE if node.value is None else evaluate(run, node.value)
        generators.noted(run, value)
    run.lose(value)  # whoever takes it may change it
    return Unknown("what is sent into a generator")


def _await(run: Run, node: cst.Await) -> Value:
    evaluate(run, node.expression)
    return Unknown("awaited")


_HANDLERS: dict[type[cst.CSTNode], Handler] = {
    cst.Attribute: lambda run, node: attributes.get(run, evaluate(run, node.value), node.attr.value, node),
    cst.Await: _await,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _boolean,
    cst.Call: lambda run, node: calls.call(run, node),
    cst.Comparison: _comparison,
    cst.ConcatenatedString: _string,
    cst.Dict: _dict,
    cst.DictComp: lambda run, node: functions.comprehend(run, node),
    cst.Ellipsis: lambda run, node: Const(...),
    cst.Float: _float,
    cst.FormattedString: _formatted,
    cst.GeneratorExp: lambda run, node: functions.comprehend(run, node),
    cst.IfExp: _conditional,
    cst.Integer: _integer,
    cst.Lambda: _lambda,
    cst.List: _list,
    cst.ListComp: lambda run, node: functions.comprehend(run, node),
    cst.Name: _name,
    cst.NamedExpr: _named,
    cst.Set: _set,
    cst.SetComp: lambda run, node: functions.comprehend(run, node),
    cst.SimpleString: _string,
    cst.Subscript: _subscript,
    cst.Tuple: _tuple,
    cst.UnaryOperation: _unary,
    cst.Yield: _yield,
}
